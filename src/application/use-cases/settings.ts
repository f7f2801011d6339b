import { failure, type Result } from '../../core/models/failure.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { SettingStore } from '../ports/stores.ts';

export interface SettingDeps {
  readonly settings: SettingStore;
  readonly secrets: Secrets;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The secrets that can be kept, with a line about each. */
  readonly secretNames: Readonly<Record<string, string>>;
  /** What is asked when nobody chose. */
  readonly defaultModel: string;
}

interface SettingKind {
  readonly about: string;
  /** The environment variable that wins over it. */
  readonly variable: string;
  /** Null when the value is good; else what it should be. */
  check(value: string): string | null;
}

/** Characters: they go with every request. */
const LONGEST_INSTRUCTIONS = 8_000;

const PLAIN: Readonly<Record<string, SettingKind>> = {
  model: {
    about: 'The model that is asked by default: PROVIDER/MODEL.',
    variable: 'GLASSHOUSE_MODEL',
    check: (value) => (/^[^/\s]+\/\S+$/.test(value) ? null : 'PROVIDER/MODEL, as `glasshouse models list` shows them'),
  },
  window: {
    about: 'Tokens that your own server really serves, where it does not say.',
    variable: 'GLASSHOUSE_WINDOW',
    check: (value) => (/^[1-9]\d{2,7}$/.test(value) ? null : 'a whole number of tokens, at least 100'),
  },
  instructions: {
    about: 'What you want in every conversation, in your words. It goes with every request.',
    variable: 'GLASSHOUSE_INSTRUCTIONS',
    check: (value) =>
      value.trim() !== '' && value.length <= LONGEST_INSTRUCTIONS ? null : `words, at most ${LONGEST_INSTRUCTIONS} characters`,
  },
  search: {
    about: 'What the web is searched with: brave, tavily, the address of a SearXNG server, or off; unset: whichever key is there.',
    variable: 'GLASSHOUSE_SEARCH',
    check: (value) =>
      /^(?:brave|tavily|off|https?:\/\/[^\s/]\S*)$/.test(value) ? null : 'brave, tavily, off, or an address that begins with http',
  },
  titles: {
    about: 'Whether the model that answered also names the conversation, by a short request after its first answer: on or off; unset: on.',
    variable: 'GLASSHOUSE_TITLES',
    check: (value) => (value === 'on' || value === 'off' ? null : 'on or off'),
  },
  thinking: {
    about: 'Tokens that a model may think with before it answers, where it wants to be told; unset: it is not asked to.',
    variable: 'GLASSHOUSE_THINKING',
    check: (value) => (/^[1-9]\d{3,5}$/.test(value) ? null : 'a whole number of tokens, at least 1000'),
  },
};

type SettingView = {
  readonly key: string;
  readonly value: string | null;
  readonly isSecret: boolean;
  readonly from: 'environment' | 'keychain' | 'file' | 'settings' | 'default';
  readonly about: string;
};

/** Every setting with its value and where it comes from. The value of a secret is only a mark that there is one. */
export async function describeSettings(deps: SettingDeps): Promise<readonly SettingView[]> {
  const stored = await deps.settings.all();
  const plain = Object.entries(PLAIN).map(([key, kind]): SettingView => {
    const given = deps.env[kind.variable];
    const base = { key, isSecret: false, about: kind.about };
    if (given) return { ...base, value: given, from: 'environment' };
    const value = stored.get(key);
    return value === undefined
      ? { ...base, value: key === 'model' ? deps.defaultModel : null, from: 'default' }
      : { ...base, value, from: 'settings' };
  });
  const known = new Map((await deps.secrets.list()).map((secret) => [secret.name, secret.from]));
  const secret = Object.entries(deps.secretNames).map(([key, about]): SettingView => {
    const from = known.get(key);
    return { key, about, isSecret: true, value: from ? 'set' : null, from: from ?? 'default' };
  });
  return [...plain, ...secret];
}

export async function setSetting(deps: SettingDeps, key: string, value: string): Promise<Result<{ shown: string }>> {
  if (key in deps.secretNames) {
    if (!value.trim()) return { ok: false, failure: failure('setting_invalid', `${key} wants a key, and it was empty.`) };
    const { storedIn } = await deps.secrets.set(key, value.trim());
    return {
      ok: true,
      value: { shown: storedIn === 'keychain' ? 'kept in the system’s keychain' : 'kept in an encrypted file in the data folder' },
    };
  }
  const kind = PLAIN[key];
  if (!kind) return { ok: false, failure: unknown(deps, key) };
  const wanted = kind.check(value);
  if (wanted !== null)
    return { ok: false, failure: failure('setting_invalid', `${key} wants ${wanted}; ${JSON.stringify(value)} is not.`) };
  await deps.settings.set(key, value);
  return { ok: true, value: { shown: value } };
}

export async function removeSetting(deps: SettingDeps, key: string): Promise<Result<boolean>> {
  if (key in deps.secretNames) return { ok: true, value: await deps.secrets.remove(key) };
  if (!(key in PLAIN)) return { ok: false, failure: unknown(deps, key) };
  return { ok: true, value: await deps.settings.remove(key) };
}

function unknown(deps: SettingDeps, key: string) {
  return failure(
    'setting_unknown',
    `There is no setting ${JSON.stringify(key)}. There are: ${[...Object.keys(PLAIN), ...Object.keys(deps.secretNames)].join(', ')}.`,
  );
}

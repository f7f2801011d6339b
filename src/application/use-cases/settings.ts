import { failure, type Result } from '../../core/models/failure.ts';
import { KEPT_DAYS, type PrunedKind } from '../../core/models/storage.ts';
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
  /** What is wrong with a file of further authorities; null: nothing. */
  problemWithAuthorities?(path: string): Promise<string | null>;
}

interface SettingKind {
  readonly about: string;
  /** The environment variable that wins over it. */
  readonly variable: string;
  /** Null when the value is good; else what it should be. */
  check(value: string, deps: SettingDeps): string | null | Promise<string | null>;
  /** How it is shown, where a part of it must not be. */
  shown?(value: string): string;
}

/** The secret with the password of the proxy. */
export const PROXY_PASSWORD = 'PROXY_PASSWORD';

/** Characters: they go with every request. */
const LONGEST_INSTRUCTIONS = 8_000;

function keptFor(kind: PrunedKind, what: string): SettingKind {
  return {
    about: `After how many days ${what} are taken away: a number, or never; unset: ${KEPT_DAYS[kind]}.`,
    variable: `GLASSHOUSE_KEEP_${kind.toUpperCase()}`,
    check: (value) => (value === 'never' || /^[1-9]\d{0,3}$/.test(value) ? null : 'a number of days from 1 to 9999, or never'),
  };
}

function checkModel(value: string): string | null {
  return /^[^/\s]+\/\S+$/.test(value) ? null : 'PROVIDER/MODEL, as `glasshouse models list` shows them';
}

/** An address without a name and password in it: settings are shown, and kept in clear. */
function isOpenAddress(value: string): boolean {
  if (!/^https?:\/\/[^\s/]\S*$/.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === '' && password === '';
}

const PLAIN: Readonly<Record<string, SettingKind>> = {
  model: {
    about: 'The model that is asked by default: PROVIDER/MODEL.',
    variable: 'GLASSHOUSE_MODEL',
    check: checkModel,
  },
  fallback: {
    about: 'The model to go on with, visibly, where the chosen one cannot be reached or is overloaded: PROVIDER/MODEL; unset: none.',
    variable: 'GLASSHOUSE_FALLBACK',
    check: checkModel,
  },
  fallback_leaves_machine: {
    about: 'Whether that may lead from a model on this machine to one elsewhere, so that your words leave it: yes or no; unset: no.',
    variable: 'GLASSHOUSE_FALLBACK_LEAVES_MACHINE',
    check: (value) => (value === 'yes' || value === 'no' ? null : 'yes or no'),
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
      /^(?:brave|tavily|off)$/.test(value) || isOpenAddress(value)
        ? null
        : 'brave, tavily, off, or an address that begins with http, without a name and password in it',
  },
  language: {
    about: 'The language of the page: en or de; unset: as the browser wants it.',
    variable: 'GLASSHOUSE_LANGUAGE',
    check: (value) => (/^(?:en|de)$/.test(value) ? null : 'en or de'),
  },
  proxy: {
    about: 'The proxy for everything that leaves this machine: http:// or https://, with a port. A password in it is kept with the keys.',
    variable: 'HTTPS_PROXY',
    check: (value) =>
      proxyIn(value) ? null : 'the address of an http or https proxy, such as http://proxy.example:3128; others (SOCKS) are not known here',
    shown: (value) => proxyIn(value)?.address ?? 'set',
  },
  no_proxy: {
    about: 'Hosts that are reached without the proxy, with commas between them. This machine’s own are in any case.',
    variable: 'NO_PROXY',
    check: (value) =>
      /^[\w.*:[\]-]+(?:\s*,\s*[\w.*:[\]-]+)*$/.test(value) && value.length <= 2_000 ? null : 'names of hosts, with commas between them',
  },
  ca_file: {
    about: 'A file with further authorities in PEM that are trusted, such as a company’s own: its whole path.',
    variable: 'GLASSHOUSE_CA_FILE',
    check: async (value, deps) => (await deps.problemWithAuthorities?.(value)) ?? null,
  },
  keep_requests: keptFor('requests', 'the words of requests that went to models'),
  keep_before_images: keptFor('before_images', 'files as they were before a tool touched them'),
  keep_events: keptFor('events', 'entries of what happened when, beyond the newest 5,000,'),
  keep_log: keptFor('log', 'lines of the log'),
  update_notice: {
    about: 'Whether to look once a day for a newer version at update_address, by one plain request that says nothing of you; unset: on.',
    variable: 'GLASSHOUSE_UPDATE_NOTICE',
    check: (value) => (value === 'on' || value === 'off' ? null : 'on or off'),
  },
  update_address: {
    about: 'Where a newer version is looked for: a JSON document with a `version`, such as a registry’s `latest`; unset: nowhere.',
    variable: 'GLASSHOUSE_UPDATE_ADDRESS',
    check: (value) => (isOpenAddress(value) ? null : 'an http or https address, without a name and password in it'),
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

/** What is in force of a plain setting: the environment's, else what was saved; null: neither. */
export async function settingInForce(deps: Pick<SettingDeps, 'settings' | 'env'>, key: string): Promise<string | null> {
  const kind = PLAIN[key];
  return (kind && deps.env[kind.variable]) || (await deps.settings.get(key));
}

/** The model that runs go on with where theirs cannot be asked (R9); null: none. */
export async function fallbackInForce(
  deps: Pick<SettingDeps, 'settings' | 'env'>,
): Promise<{ readonly model: string; readonly mayLeaveMachine: boolean } | null> {
  const model = await settingInForce(deps, 'fallback');
  if (!model) return null;
  return { model, mayLeaveMachine: (await settingInForce(deps, 'fallback_leaves_machine')) === 'yes' };
}

/** Every setting with its value and where it comes from. The value of a secret is only a mark that there is one. */
export async function describeSettings(deps: SettingDeps): Promise<readonly SettingView[]> {
  const stored = await deps.settings.all();
  const plain = Object.entries(PLAIN).map(([key, kind]): SettingView => {
    const given = deps.env[kind.variable];
    const base = { key, isSecret: false, about: kind.about };
    if (given) return { ...base, value: kind.shown?.(given) ?? given, from: 'environment' };
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
    if (!/^[\x21-\x7e]+$/.test(value.trim())) {
      const words = `${key} wants a key, and this holds characters that no key has. Was it copied whole, and nothing with it?`;
      return { ok: false, failure: failure('setting_invalid', words) };
    }
    const { storedIn } = await deps.secrets.set(key, value.trim());
    return {
      ok: true,
      value: { shown: storedIn === 'keychain' ? 'kept in the system’s keychain' : 'kept in an encrypted file in the data folder' },
    };
  }
  const kind = PLAIN[key];
  if (!kind) return { ok: false, failure: unknown(deps, key) };
  const wanted = await kind.check(value, deps);
  if (wanted !== null)
    return {
      ok: false,
      failure: failure('setting_invalid', `${key} wants ${wanted}; ${kind.shown ? 'what was given' : JSON.stringify(value)} is not.`),
    };
  if (key === 'proxy') return setProxy(deps, value);
  await deps.settings.set(key, value);
  return { ok: true, value: { shown: value } };
}

/** The address into the settings, the password to the keys. */
async function setProxy(deps: SettingDeps, value: string): Promise<Result<{ shown: string }>> {
  const proxy = proxyIn(value);
  if (!proxy) return { ok: false, failure: failure('setting_invalid', 'proxy wants an address.') };
  if (proxy.password !== '') await deps.secrets.set(PROXY_PASSWORD, proxy.password);
  else await deps.secrets.remove(PROXY_PASSWORD);
  await deps.settings.set('proxy', proxy.address);
  return { ok: true, value: { shown: `${proxy.address}${proxy.password === '' ? '' : '; its password is kept with the keys'}` } };
}

/** A proxy's address without its password, and that; null: it is none that is known here. */
function proxyIn(value: string): { readonly address: string; readonly password: string } | null {
  const parts = /^(https?:\/\/)(?:([^\s:@/?#]+)(?::([^\s@/?#]*))?@)?([^\s:@/?#]+|\[[0-9a-f:]+\])(:\d{1,5})?\/?$/i.exec(value.trim());
  if (!parts) return null;
  const [, kind = '', user, password = '', host = '', port = ''] = parts;
  try {
    // No port beyond the last, no host that cannot be one.
    const url = new URL(`${kind}${host}${port}`);
    if (/%/.test(url.host) || url.port === '0') return null;
    return { address: `${kind}${user === undefined ? '' : `${user}@`}${host}${port}`, password: decodeURIComponent(password) };
  } catch {
    return null;
  }
}

export async function removeSetting(deps: SettingDeps, key: string): Promise<Result<boolean>> {
  if (key in deps.secretNames) return { ok: true, value: await deps.secrets.remove(key) };
  if (!(key in PLAIN)) return { ok: false, failure: unknown(deps, key) };
  if (key === 'proxy') await deps.secrets.remove(PROXY_PASSWORD);
  return { ok: true, value: await deps.settings.remove(key) };
}

function unknown(deps: SettingDeps, key: string) {
  return failure(
    'setting_unknown',
    `There is no setting ${JSON.stringify(key)}. There are: ${[...Object.keys(PLAIN), ...Object.keys(deps.secretNames)].join(', ')}.`,
  );
}

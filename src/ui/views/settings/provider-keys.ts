import type { SettingView } from '../../../contract/glasshouse.ts';
import type { ModelLine } from '../../../contract/views.ts';

/** A provider whose key can be kept, as settings and models tell of it. */
export interface ProviderKey {
  /** The setting, and the environment variable, of the key. */
  readonly key: string;
  /** First part of its models' ids; null when the setting does not say. */
  readonly provider: string | null;
  readonly title: string;
  /** All providers that the key opens, this one among them. */
  readonly opens: readonly string[];
  readonly from: 'environment' | 'keychain' | 'file' | null;
  readonly models: readonly ModelLine[];
  /** Why its models cannot be asked although there is a key: it was refused, or the provider does not answer. */
  readonly trouble: string | null;
}

/** The providers with keys, as settings list them: one key can open several, and one provider can take a key under several names. */
export function providerKeys(settings: readonly SettingView[], models: readonly ModelLine[]): readonly ProviderKey[] {
  const found = new Map<string, ProviderKey>();
  for (const setting of settings.filter((each) => each.isSecret)) {
    const opens = [...setting.about.matchAll(/(\S+)\/(?:…|\.\.\.)/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
    for (const provider of opens.length > 0 ? opens : [null]) {
      const told = { ...providerKey(setting, provider, models), opens };
      const known = found.get(told.title);
      if (!known || (known.from === null && told.from !== null)) found.set(told.title, told);
    }
  }
  return [...found.values()];
}

function providerKey(setting: SettingView, provider: string | null, models: readonly ModelLine[]): Omit<ProviderKey, 'opens'> {
  const own = provider === null ? [] : models.filter((model) => model.id.startsWith(`${provider}/`));
  const from = setting.value !== null && isPlace(setting.from) ? setting.from : null;
  const missing = own.find((model) => !model.ready)?.missing ?? null;
  return {
    key: setting.key,
    provider,
    title: provider ?? setting.key,
    from,
    models: own.filter((model) => model.ready),
    trouble: from === null ? null : missing,
  };
}

function isPlace(from: SettingView['from']): from is 'environment' | 'keychain' | 'file' {
  return from === 'environment' || from === 'keychain' || from === 'file';
}

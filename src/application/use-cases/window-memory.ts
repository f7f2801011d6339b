import { failure, type Result } from '../../core/models/failure.ts';
import type { SettingStore } from '../ports/stores.ts';

/** What windows remember lies among the settings, under names that no setting has. */
const PREFIX = 'memory:';
/** Things that are remembered at most: drafts of deleted conversations must not pile up for ever. */
const MOST_REMEMBERED = 500;

/** Everything that windows remember, by key. */
export async function memoryValues(settings: SettingStore): Promise<Readonly<Record<string, string>>> {
  const all = await settings.all();
  return Object.fromEntries([...all].flatMap(([key, value]) => (key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), value]] : [])));
}

/** Remembers a small text; an empty one is forgotten. */
export async function remember(settings: SettingStore, key: string, value: string): Promise<Result<null>> {
  const name = PREFIX + key;
  if (value === '') {
    await settings.remove(name);
    return { ok: true, value: null };
  }
  if ((await settings.get(name)) === null) {
    const count = [...(await settings.all()).keys()].filter((each) => each.startsWith(PREFIX)).length;
    if (count >= MOST_REMEMBERED) {
      return { ok: false, failure: failure('setting_invalid', `No more than ${MOST_REMEMBERED} things are remembered for windows.`) };
    }
  }
  await settings.set(name, value);
  return { ok: true, value: null };
}

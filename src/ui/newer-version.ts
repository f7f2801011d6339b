import { api } from './api.ts';
import { recall, remember } from './stores/memory-store.ts';
import { tell } from './stores/toast-store.ts';
import { say } from './words/say.ts';

/** Told once of each version, in one window. */
const TOLD = 'update:told';

/** Says once that there is a newer version, where the person wants to know. What cannot be asked is no news. */
export async function tellOfNewerVersion(): Promise<void> {
  const { newer } = await api.system.newerVersion({});
  if (newer === null || recall(TOLD) === newer) return;
  remember(TOLD, newer);
  tell(say`Glasshouse ${newer} is out. Settings → About says more`);
}

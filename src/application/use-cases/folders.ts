import { failure, type Result } from '../../core/models/failure.ts';
import { FOLDER_NAME_LIMIT, type Folder } from '../../core/models/folder.ts';
import type { FolderStore } from '../ports/stores.ts';
import type { SystemPort } from '../ports/system.ts';

export interface FolderDeps {
  readonly folders: FolderStore;
  readonly system: Pick<SystemPort, 'newId' | 'now'>;
}

/** Folders that there can be: each is read whenever they are listed. */
const MOST_FOLDERS = 200;

/** By its name, whatever its capitals, or by its id. */
export async function findFolder({ folders }: FolderDeps, wanted: string): Promise<Result<Folder>> {
  const all = await folders.all();
  const found = all.find(({ id }) => id === wanted) ?? all.find((folder) => isCalled(folder, wanted));
  if (found) return { ok: true, value: found };
  const names = all.map(({ name }) => name).join(', ');
  return {
    ok: false,
    failure: failure('folder_not_found', `There is no folder ${JSON.stringify(wanted)}.${names ? ` There are: ${names}.` : ''}`),
  };
}

/** Makes a folder (id null), or gives one another name. */
export async function saveFolder({ folders, system }: FolderDeps, id: string | null, name: string): Promise<Result<Folder>> {
  const all = await folders.all();
  const before = all.find((folder) => folder.id === id);
  if (id !== null && !before) return { ok: false, failure: failure('folder_not_found', `There is no folder ${JSON.stringify(id)}.`) };
  const plain = name.trim();
  if (plain === '' || plain.length > FOLDER_NAME_LIMIT || /\p{Cc}/u.test(plain))
    return refused(`The name of a folder is one line of at most ${FOLDER_NAME_LIMIT} characters.`);
  if (all.some((folder) => folder.id !== id && isCalled(folder, plain))) return refused(`There is a folder “${plain}” already.`);
  if (!before && all.length >= MOST_FOLDERS) return refused(`There are ${MOST_FOLDERS} folders already, which is the most there can be.`);
  const folder: Folder = { id: before?.id ?? system.newId(), name: plain, createdAt: before?.createdAt ?? system.now() };
  await folders.put(folder);
  return { ok: true, value: folder };
}

function isCalled(folder: Folder, name: string): boolean {
  return folder.name.toLowerCase() === name.trim().toLowerCase();
}

function refused(message: string): Result<never> {
  return { ok: false, failure: failure('folder_invalid', message) };
}

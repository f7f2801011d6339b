import { create } from 'zustand';
import type { Folder } from '../../core/models/folder.ts';
import { api, failureInWords, failureOf } from '../api.ts';
import { tell } from './toast-store.ts';
import { say } from '../words/say.ts';

interface FoldersState {
  readonly folders: readonly Folder[];
}

/** Folders of the list, by name. */
export const useFolders = create<FoldersState>(() => ({ folders: [] }));

export async function loadFolders(): Promise<void> {
  const { folders } = await api.folders.list({});
  useFolders.setState({ folders });
}

/** Makes a folder, or renames one (`id`). @returns null when it was refused, which is told */
export async function saveFolder(name: string, id?: string): Promise<Folder | null> {
  return attempt(() => api.folders.save({ name, ...(id === undefined ? {} : { id }) }));
}

/** What is in it stays, in no folder. */
export async function deleteFolder({ id, name }: Folder): Promise<void> {
  await attempt(async () => {
    await api.folders.delete({ id });
    tell(say`The folder “${name}” is deleted. What was in it stays`);
  });
}

async function attempt<Value>(act: () => Promise<Value>): Promise<Value | null> {
  try {
    const value = await act();
    await loadFolders();
    return value;
  } catch (error) {
    tell(failureInWords(failureOf(error)));
    return null;
  }
}

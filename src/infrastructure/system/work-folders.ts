import { cpSync, existsSync, realpathSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { WorkFolders } from '../../application/ports/machine.ts';
import { failure, type Failure, type Result } from '../../core/models/failure.ts';

/** Folders that are listed at most. */
const FOLDERS_SHOWN = 1_000;

export interface WorkFoldersOptions {
  readonly home: string;
  /** The data folder: the example lies beside it, where a person can write; inside of it tools may touch nothing (S7). */
  readonly dataFolder: string;
  /** The files that come with the product. */
  readonly exampleSource: string;
}

export function createWorkFolders({ home, dataFolder, exampleSource }: WorkFoldersOptions): WorkFolders {
  const examplePath = join(dirname(dataFolder), `${basename(dataFolder)}-example`, 'notes');
  return {
    examplePath,
    resolve: (path) => resolveFolder(path),
    async list(path) {
      const found = resolveFolder(path ?? home);
      if (!found.ok) return found;
      try {
        const entries = await readdir(found.value, { withFileTypes: true });
        const folders = entries
          .filter((entry) => !entry.name.startsWith('.') && isFolder(entry, found.value))
          .map((entry) => entry.name)
          .sort((a, b) => a.localeCompare(b))
          .slice(0, FOLDERS_SHOWN);
        const parent = dirname(found.value);
        return { ok: true, value: { path: found.value, parent: parent === found.value ? null : parent, folders } };
      } catch (error) {
        return { ok: false, failure: unreadable(found.value, error) };
      }
    },
    async example() {
      if (!existsSync(examplePath)) cpSync(exampleSource, examplePath, { recursive: true });
      return realpathSync(examplePath);
    },
  };
}

/** The real path of a folder, given as an absolute path. */
function resolveFolder(given: string): Result<string> {
  const missing = (message: string): Result<string> => ({ ok: false, failure: failure('workspace_missing', message) });
  if (!isAbsolute(given)) return missing(`${JSON.stringify(given)} is not the whole path of a folder.`);
  const path = resolve(given);
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? { ok: true, value: real } : missing(`${path} is not a folder.`);
  } catch (error) {
    return codeOf(error) === 'EACCES' ? { ok: false, failure: unreadable(path, error) } : missing(`There is no folder ${path}.`);
  }
}

function isFolder(entry: { readonly name: string; isDirectory(): boolean; isSymbolicLink(): boolean }, parent: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(parent, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function unreadable(path: string, error: unknown): Failure {
  return failure('path_no_permission', `${path} cannot be read: ${codeOf(error)}.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

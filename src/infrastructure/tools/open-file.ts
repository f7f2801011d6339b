import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, stat } from 'node:fs/promises';
import { FailureError } from '../../core/models/failure.ts';
import { failureFromSystem } from './system-failure.ts';
import type { ResolvedPath } from './workspace-paths.ts';

export interface OpenFile {
  readonly handle: FileHandle;
  /** In bytes. */
  readonly size: number;
  readonly mode: number;
  readonly owner: { readonly user: number; readonly group: number };
}

/**
 * Opens a plain file whose path was resolved before, and makes sure that it is still the same file: no link is followed in the last
 * component, and a folder that was swapped for a link between the check and the opening is noticed. Never waits for a FIFO, never opens a device.
 * @throws FailureError path_not_a_file, path_not_found, path_no_permission, path_outside_workspace
 */
export async function openPlainFile(target: ResolvedPath): Promise<OpenFile> {
  let handle: FileHandle | undefined;
  try {
    const before = await lstat(target.path);
    if (!before.isFile()) throw new FailureError('path_not_a_file', `${target.shown} is ${kindName(before)}, not a file.`);
    handle = await open(target.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const opened = await handle.stat();
    if (opened.ino !== before.ino || opened.dev !== before.dev || !(await isStillAt(handle, target.path))) {
      throw new FailureError('path_outside_workspace', `${target.shown} changed its place while it was opened.`);
    }
    return { handle, size: opened.size, mode: opened.mode & 0o7777, owner: { user: opened.uid, group: opened.gid } };
  } catch (error) {
    await handle?.close();
    throw failureFromSystem(error, target.shown);
  }
}

/** Whether what is open is what stands at `path`, by the kernel's own name for it where there is one. */
async function isStillAt(handle: FileHandle, path: string): Promise<boolean> {
  const name = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => null);
  if (name !== null) return name === path;
  const [opened, there] = [await handle.stat(), await stat(path)];
  return opened.ino === there.ino && opened.dev === there.dev;
}

/**
 * Opens a folder and gives the name under which its entries can be reached without following the path again
 * (Linux: through the open folder itself, so that no swap of a parent can lead elsewhere). The caller closes the handle.
 * @throws FailureError path_not_a_directory, path_not_found, path_no_permission, path_outside_workspace
 */
export async function openFolder(path: string, shown: string): Promise<{ handle: FileHandle; base: string }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    if (!(await isStillAt(handle, path))) {
      throw new FailureError('path_outside_workspace', `The folder of ${shown} changed its place while it was opened.`);
    }
    return { handle, base: process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : path };
  } catch (error) {
    await handle?.close();
    throw failureFromSystem(error, shown);
  }
}

function kindName(stats: Awaited<ReturnType<typeof lstat>>): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, statSync, type Stats } from 'node:fs';
import { FailureError } from '../../core/models/failure.ts';
import { failureFromSystem } from './system-failure.ts';
import type { ResolvedPath } from './workspace-paths.ts';

/** Bytes that are read at once. */
const PIECE = 256 * 1024;
/** Bytes after which other work gets its turn. */
const TURN = 1024 * 1024;

/**
 * A plain file, open for reading. Names are looked up and pieces read on the spot: the system answers from its memory within
 * microseconds, where a trip through the thread pool takes a hundred, and a reading would need nine of them.
 */
export class PlainFile {
  /** For handing the open file to another process. */
  readonly descriptor: number;
  /** In bytes. */
  readonly size: number;
  readonly mode: number;
  readonly owner: { readonly user: number; readonly group: number };

  constructor(descriptor: number, stats: Stats) {
    this.descriptor = descriptor;
    this.size = stats.size;
    this.mode = stats.mode & 0o7777;
    this.owner = { user: stats.uid, group: stats.gid };
  }

  /** @returns how many bytes were read into `piece`; fewer than asked for only at the end of the file */
  read(piece: Buffer, position: number): number {
    return readSync(this.descriptor, piece, 0, piece.length, position);
  }

  /** All bytes. A file that grows meanwhile, or that tells no size (as in /proc), does not fill the memory: null when there are more than `limit`. */
  async readAll(limit: number): Promise<Buffer | null> {
    const pieces: Buffer[] = [];
    let total = 0;
    while (true) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, Math.max(8192, this.size - total + 1)));
      const count = this.read(piece, total);
      if (count === 0) return Buffer.concat(pieces, total);
      total += count;
      if (total > limit) return null;
      pieces.push(piece.subarray(0, count));
      await turnAfter(total, count);
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Lets other work in, now and then, while a long file is read: `total` bytes so far, `count` of them just now. */
export async function turnAfter(total: number, count: number): Promise<void> {
  if (Math.floor(total / TURN) > Math.floor((total - count) / TURN)) await new Promise<void>((resolve) => setImmediate(resolve));
}

/**
 * Opens a plain file whose path was resolved before, and makes sure that it is still the same file: no link is followed in the last
 * component, and a folder that was swapped for a link between the check and the opening is noticed. Never waits for a FIFO, never opens a device.
 * @throws FailureError path_not_a_file, path_not_found, path_no_permission, path_outside_workspace
 */
export function openPlainFile(target: ResolvedPath): PlainFile {
  let descriptor: number | undefined;
  try {
    const before = lstatSync(target.path);
    if (!before.isFile()) throw new FailureError('path_not_a_file', `${target.shown} is ${kindName(before)}, not a file.`);
    descriptor = openSync(target.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const opened = fstatSync(descriptor);
    if (opened.ino !== before.ino || opened.dev !== before.dev || !isStillAt(descriptor, target.path)) {
      throw new FailureError('path_outside_workspace', `${target.shown} changed its place while it was opened.`);
    }
    return new PlainFile(descriptor, opened);
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw failureFromSystem(error, target.shown);
  }
}

/** Whether what is open is what stands at `path`, by the kernel's own name for it where there is one. */
function isStillAt(descriptor: number, path: string): boolean {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
    } catch {
      // No /proc here: by its number then.
    }
  }
  const [opened, there] = [fstatSync(descriptor), statSync(path)];
  return opened.ino === there.ino && opened.dev === there.dev;
}

/** An open folder, and the name under which its entries can be reached without following its path again. */
export interface OpenFolder {
  readonly base: string;
  close(): void;
}

/**
 * Opens a folder. On Linux its entries are then reached through the open folder itself, so that no swap of a parent can lead elsewhere.
 * @throws FailureError path_not_a_directory, path_not_found, path_no_permission, path_outside_workspace
 */
export function openFolder(path: string, shown: string): OpenFolder {
  let descriptor: number | undefined;
  try {
    const opened = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    descriptor = opened;
    if (!isStillAt(opened, path)) {
      throw new FailureError('path_outside_workspace', `The folder of ${shown} changed its place while it was opened.`);
    }
    return { base: process.platform === 'linux' ? `/proc/self/fd/${opened}` : path, close: () => closeSync(opened) };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    throw failureFromSystem(error, shown);
  }
}

function kindName(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SandboxPolicy } from '../../application/ports/sandbox.ts';
import { FailureError } from '../../core/models/failure.ts';
import { SELF_RUNNING } from '../../core/tools/self-running-files.ts';
import type { HiddenPlaces } from './hidden-places.ts';

/** What bubblewrap is told about files. */
export interface Mounts {
  /** In the order in which they are laid over each other. `EMPTY_FILE` stands where the number of an open, empty file goes. */
  readonly args: readonly string[];
  /** Places that do not exist yet and that a command must not bring into being. */
  readonly absent: readonly string[];
}

export const EMPTY_FILE = '\0empty';

/** Folders with sockets and other people's temporary files; each command gets empty ones of its own. */
const PRIVATE = ['/tmp', '/var/tmp', '/run'];
/** What programs need of /run; there are no sockets in these. */
const KEPT_OF_RUN = [
  '/run/current-system',
  '/run/systemd/resolve/stub-resolv.conf',
  '/run/systemd/resolve/resolv.conf',
  '/run/resolvconf/resolv.conf',
  '/run/NetworkManager/resolv.conf',
];

/**
 * The file system of one command: everything read-only, the writable folders over it, then what stays read-only inside of those,
 * and last what cannot be seen.
 * @throws FailureError path_protected when the folder itself is a hidden place, path_not_found when it is gone
 */
export function mountsFor(policy: SandboxPolicy, hidden: HiddenPlaces): Mounts {
  const covered = hidden.all.find((place) => isIn(policy.directory, place));
  if (covered !== undefined)
    throw new FailureError('path_protected', `Commands cannot run in ${policy.directory}: it is a protected place.`);
  if (!isRealFolder(policy.directory)) throw new FailureError('path_not_found', `The folder ${policy.directory} is not there any more.`);
  const layers: { readonly at: string; readonly args: readonly string[] }[] = [
    { at: '/', args: ['--ro-bind', '/', '/'] },
    { at: '/dev', args: ['--dev', '/dev'] },
    { at: '/proc', args: ['--proc', '/proc'] },
    ...PRIVATE.filter(isRealFolder).map((at) => ({ at, args: ['--tmpfs', at] })),
    ...KEPT_OF_RUN.filter((at) => existsSync(at)).map((at) => ({ at, args: ['--ro-bind', at, at] })),
    // The folder of the command is there even where it lies in a private place and may only be read.
    ...(policy.writable.some((at) => isIn(policy.directory, at))
      ? []
      : [{ at: policy.directory, args: ['--ro-bind', policy.directory, policy.directory] }]),
    ...policy.writable.map((at) => ({ at, args: ['--bind', at, at] })),
  ];
  // Parents first: a later layer covers what an earlier one showed below its place.
  const ordered = layers.toSorted((a, b) => depth(a.at) - depth(b.at));
  const bound = [policy.directory, ...policy.writable];
  const isShown = (path: string) => {
    const isBound = bound.some((folder) => isIn(path, folder) && depth(folder) >= deepestPrivate(path));
    return isBound || deepestPrivate(path) === 0;
  };
  const absent: string[] = [];
  const kept = policy.writable.flatMap((folder) => keptReadOnly(folder, absent));
  const masked = masks(hidden, isShown, policy.writable, absent);
  return { args: [...ordered.flatMap(({ args }) => args), ...kept, ...masked], absent };
}

function isIn(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false;
  return path.length === folder.length || folder === '/' || path[folder.length] === '/';
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}

/** How deep the private folder lies that covers a path; 0 when none does. */
function deepestPrivate(path: string): number {
  return Math.max(0, ...[...PRIVATE, '/dev', '/proc'].filter((folder) => isIn(path, folder)).map(depth));
}

function isRealFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Existing files of the folder that other programs run by themselves: read-only, and fixed in their place. */
function keptReadOnly(folder: string, absent: string[]): string[] {
  const args: string[] = [];
  const fixed = new Set<string>();
  for (const entry of SELF_RUNNING) {
    const path = join(folder, entry);
    const parent = entry.includes('/') ? join(folder, entry.split('/')[0] ?? '') : null;
    if (parent !== null && !isRealFolder(parent)) {
      // A `.git` that is a file points to the real one, which is another folder's business; the pointer stays as it is.
      if (existsSync(parent) && !fixed.has(parent)) args.push('--ro-bind', realpathSync(parent), realpathSync(parent));
      fixed.add(parent);
      continue;
    }
    if (parent !== null && !fixed.has(parent)) {
      // A mount point cannot be renamed: else the whole folder could be moved away and made anew.
      args.push('--bind', parent, parent);
      fixed.add(parent);
    }
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) absent.push(path);
    else if (!stats.isSymbolicLink()) args.push('--ro-bind', path, path);
    else if (existsSync(path) && isIn(realpathSync(path), folder)) args.push('--ro-bind', realpathSync(path), realpathSync(path));
  }
  return args;
}

function masks(hidden: HiddenPlaces, isShown: (path: string) => boolean, writable: readonly string[], absent: string[]): string[] {
  const { present, absent: missing } = hidden.find();
  absent.push(...missing.filter((path) => writable.some((folder) => isIn(path, folder))));
  const outermost = [...present].filter((place) => isShown(place) && ![...present].some((other) => other !== place && isIn(place, other)));
  // A mount point cannot be renamed: else the folder with a hidden place in it could be moved to where nothing covers it.
  const pinned = new Set(outermost.flatMap((place) => writable.flatMap((folder) => foldersBetween(folder, place))));
  const pins = [...pinned].toSorted((a, b) => depth(a) - depth(b)).flatMap((folder) => ['--bind', folder, folder]);
  const covers = outermost.flatMap((place) =>
    isRealFolder(place) ? ['--tmpfs', place, '--remount-ro', place] : ['--ro-bind-data', EMPTY_FILE, place],
  );
  return [...pins, ...covers];
}

/** The folders from a writable one down to a place in it, without both. */
function foldersBetween(folder: string, place: string): string[] {
  const found: string[] = [];
  if (!isIn(place, folder)) return found;
  for (let at = dirname(place); at !== folder && isIn(at, folder); at = dirname(at)) found.push(at);
  return found;
}

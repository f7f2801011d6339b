import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { runningLines } from './git-config.ts';

/** How far a repository is looked for: this many folders, the upper ones first, this many levels below the workspace's root. */
const MAX_FOLDERS = 400;
const MAX_DEPTH = 4;
/** Folders, after a command that has made more of them: it cannot hide a repository behind many empty ones so easily. */
const MAX_FOLDERS_MADE = 4000;
/** Bytes; a configuration that is longer is no work of git's. */
const MAX_CONFIG = 1_000_000;

/** What git would run or obey in the repositories of some folders. */
export interface GitRunners {
  /** From what a thing is (which file in which state, or which lines of a configuration) to the path to take away to be rid of it. */
  readonly found: ReadonlyMap<string, string>;
  /** False when there were more folders than are looked at. */
  readonly isWhole: boolean;
}

/**
 * The hooks (samples are not run), configurations that name programs, and pointers to elsewhere in all repositories that can be found:
 * nested ones, bare ones, those that a `.git` file or link points to.
 * @param before what was found before the command
 */
export function gitRunnersIn(folders: readonly string[], before?: GitRunners): GitRunners {
  const most = before?.isWhole ? MAX_FOLDERS_MADE : MAX_FOLDERS;
  const found = new Map<string, string>();
  const repositories = new Set<string>();
  const queue = folders.map((path) => ({ path, depth: 0 }));
  let at = 0;
  for (; at < queue.length && at < most; at++) {
    const { path, depth } = queue[at] ?? { path: '', depth: 0 };
    const entries = entriesOf(path);
    const names = new Set(entries.map(({ name }) => name));
    // What git itself takes for a repository; `.git` is looked at in any case, since what is missing may come later.
    const isRepository = names.has('HEAD') && ((names.has('refs') && names.has('objects')) || names.has('commondir'));
    if (isRepository) repositories.add(path);
    for (const entry of entries) {
      const below = join(path, entry.name);
      if (entry.name === '.git') {
        const repository = entry.isDirectory() ? below : pointedTo(below, folders, found);
        if (repository !== null) repositories.add(repository);
      }
      if (entry.isDirectory() && depth < MAX_DEPTH && !isDull(entry.name, isRepository)) queue.push({ path: below, depth: depth + 1 });
    }
  }
  for (const repository of repositories) {
    const common = join(repository, 'commondir');
    // A repository may say that its hooks and its configuration are those of another one.
    if (isThere(common)) {
      const other = inside(resolve(repository, textOf(common).trim()), folders);
      if (other === null) found.set(`elsewhere ${identity(common)}`, common);
      else repositories.add(other);
    }
    addHooks(join(repository, 'hooks'), found);
    for (const name of ['config', 'config.worktree']) addConfig(join(repository, name), found);
  }
  return { found, isWhole: at >= queue.length };
}

/**
 * The paths that have come to be there by a command.
 * @param since when the command was started, in milliseconds: asked where not everything was looked at before it
 */
export function plantedSince(before: GitRunners, after: GitRunners, since: number): string[] {
  const planted = new Set<string>();
  for (const [what, path] of after.found) {
    if (!before.found.has(what) && (before.isWhole || changedAt(path) >= since - 1000)) planted.add(path);
  }
  return [...planted];
}

/** The repository that a `.git` file or link stands for; null (and the pointer noted) where it is out of what can be looked at. */
function pointedTo(pointer: string, folders: readonly string[], found: Map<string, string>): string | null {
  const isLink = lstatSync(pointer, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  const target = isLink ? pointer : /^gitdir: *(.+?)\s*$/.exec(textOf(pointer))?.[1];
  if (target === undefined) return null;
  const repository = inside(resolve(dirname(pointer), target), folders);
  if (repository === null) found.set(`elsewhere ${identity(pointer)}`, pointer);
  return repository;
}

function addHooks(folder: string, found: Map<string, string>): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) found.set(`hooks ${identity(folder)}`, folder);
  for (const { name } of entriesOf(folder)) {
    const path = join(folder, name);
    if (!/\.(sample|set-aside(-\d+)?)$/.test(name)) found.set(`hook ${identity(path)}`, path);
  }
}

function addConfig(path: string, found: Map<string, string>): void {
  if (!isThere(path)) return;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) found.set(`link ${identity(path)}`, path);
  if ((targetOf(path)?.size ?? 0) > MAX_CONFIG) found.set(`long ${identity(path)}`, path);
  for (const line of runningLines(textOf(path))) found.set(`line ${path} ${line}`, path);
}

/** Dependencies are many, and nobody works in them; no more does anybody in git's own store. */
function isDull(name: string, isInRepository: boolean): boolean {
  return name === 'node_modules' || (isInRepository && (name === 'objects' || name === 'refs' || name === 'logs'));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Empty where there is no file to be read; never waits, as a named pipe would have it. */
function textOf(path: string): string {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= MAX_CONFIG ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}

/** The real place, where it is one of these folders or in one. */
function inside(path: string, folders: readonly string[]): string | null {
  const real = realPathOf(path);
  return real !== null && folders.some((folder) => real === folder || real.startsWith(`${folder}/`)) ? real : null;
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** Which file this is and in which state, and where it is a link, its target's too. A command cannot set the time of a change. */
function identity(path: string): string {
  const [own, target] = [lstatSync(path, { throwIfNoEntry: false }), targetOf(path)];
  return [own, target].map((stats) => `${stats?.dev}:${stats?.ino}:${stats?.ctimeMs}`).join(' ');
}

/** In milliseconds. */
function changedAt(path: string): number {
  return Math.max(lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0, targetOf(path)?.ctimeMs ?? 0);
}

function targetOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Links in a circle.
    return undefined;
  }
}

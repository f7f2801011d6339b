import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FailureError } from '../../core/models/failure.ts';
import { failureFromSystem } from './system-failure.ts';

export interface PathRules {
  /** The real absolute path of the folder that may be used. */
  readonly workspace: string;
  readonly protectedPlaces: readonly string[];
  /** For `~`. */
  readonly home: string;
}

export interface ResolvedPath {
  /** Real and absolute: no component of it is a symbolic link. */
  readonly path: string;
  /** From the workspace, with `/`; `.` for the workspace itself. */
  readonly shown: string;
  readonly exists: boolean;
}

/**
 * The real path that a model means by `given`: relative to the workspace, absolute, with `./`, `~` or quotes around it.
 * Symbolic links are followed in every component, also where the rest of the path does not exist yet.
 * @throws FailureError path_outside_workspace, path_protected, path_not_found (with the nearest existing names), path_not_a_directory, path_no_permission
 */
export function resolveInWorkspace(rules: PathRules, given: string, options: { readonly mustExist: boolean }): ResolvedPath {
  const wanted = absoluteFor(rules, given);
  const { path, exists } = realPath(wanted, 0);
  if (isProtected(rules, path)) throw new FailureError('path_protected', `${given} is a protected place and closed to tools.`);
  if (!isWithin(path, rules.workspace)) {
    throw new FailureError('path_outside_workspace', `${given} is outside the workspace ${rules.workspace}.`);
  }
  const shown = shownPath(rules.workspace, path);
  if (options.mustExist && !exists) throw new FailureError('path_not_found', notFoundMessage(rules, path, shown));
  return { path, shown, exists };
}

/** Whether `path` is `folder` or in it. Both absolute. */
function isWithin(path: string, folder: string): boolean {
  if (!path.startsWith(folder)) return false;
  return path.length === folder.length || folder.endsWith(sep) || path[folder.length] === sep;
}

export function isProtected(rules: PathRules, path: string): boolean {
  return rules.protectedPlaces.some((place) => isWithin(path, place));
}

/** Protected places inside the workspace, as paths from `folder` with `/`. */
export function protectedWithin(rules: PathRules, folder: string): string[] {
  return rules.protectedPlaces.filter((place) => place !== folder && isWithin(place, folder)).map((place) => shownPath(folder, place));
}

function shownPath(workspace: string, path: string): string {
  return relative(workspace, path).split(sep).join('/') || '.';
}

function absoluteFor(rules: PathRules, given: string): string {
  let text = given.trim();
  const quoted = /^(["'`])(.*)\1$/s.exec(text);
  if (quoted) text = quoted[2] ?? '';
  if (text.includes('\0')) throw new FailureError('path_not_found', 'A path cannot hold a zero byte.');
  if (text.startsWith('file://')) text = decodePath(text.slice('file://'.length));
  if (text === '~' || text.startsWith('~/')) return join(rules.home, text.slice(1));
  if (!isAbsolute(text)) return resolve(rules.workspace, text);
  // Small models write "/notes.txt" for the notes.txt of the workspace; only where the machine has nothing by that name.
  const inside = join(rules.workspace, text);
  return !isWithin(resolve(text), rules.workspace) && !existsSync(text) && existsSync(inside) ? inside : resolve(text);
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Follows every link, also a dangling one: what counts is the place where a write would land. */
function realPath(path: string, links: number): { path: string; exists: boolean } {
  if (links > 40) throw new FailureError('path_not_found', `${path} is a loop of symbolic links.`);
  try {
    return { path: realpathSync.native(path), exists: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failureFromSystem(error, path);
  }
  const parent = realPath(dirname(path), links);
  const here = join(parent.path, basename(path));
  if (!parent.exists) return { path: here, exists: false };
  const entry = lstatSync(here, { throwIfNoEntry: false });
  if (!entry) return { path: here, exists: false };
  if (!entry.isSymbolicLink()) return { path: here, exists: true };
  return realPath(targetOf(here, parent.path) ?? path, links + 1);
}

/** Where a link leads. Null: somebody put something else in its place in this moment; then the path is looked at anew. */
function targetOf(link: string, folder: string): string | null {
  try {
    return resolve(folder, readlinkSync(link));
  } catch {
    return null;
  }
}

function notFoundMessage(rules: PathRules, path: string, shown: string): string {
  let folder = dirname(path);
  while (isWithin(folder, rules.workspace) && folder !== rules.workspace && !existsSync(folder)) folder = dirname(folder);
  const open = namesIn(folder).filter((name) => !isProtected(rules, join(folder, name)));
  const wanted = relative(folder, path).split(sep)[0] ?? '';
  const near = nearestNames(wanted, open);
  const where = folder === rules.workspace ? 'the workspace' : shownPath(rules.workspace, folder);
  const hint = near.length === 0 ? `${where} is empty.` : `In ${where} there is: ${near.join(', ')}.`;
  return `There is no ${shown}. ${hint}`;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Up to five names, the most alike first. */
export function nearestNames(wanted: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, score: likeness(wanted.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name);
}

/** Dice's coefficient over pairs of letters: 0 nothing in common, 1 the same. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const pairs = new Map<string, number>();
  for (let at = 0; at + 1 < a.length; at++) pairs.set(a.slice(at, at + 2), (pairs.get(a.slice(at, at + 2)) ?? 0) + 1);
  let shared = 0;
  for (let at = 0; at + 1 < b.length; at++) {
    const pair = b.slice(at, at + 2);
    const left = pairs.get(pair) ?? 0;
    if (left > 0) {
      shared += 1;
      pairs.set(pair, left - 1);
    }
  }
  return (2 * shared) / Math.max(1, a.length + b.length - 2);
}

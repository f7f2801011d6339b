import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** From how many places in one folder on it is quicker to list the folder than to ask for each of them. */
const WORTH_LISTING = 6;

interface Place {
  readonly name: string;
  readonly path: string;
}

/** Places that no command may see, by the folder that they lie in. */
export class HiddenPlaces {
  readonly all: readonly string[];
  readonly #folders: readonly (readonly [folder: string, places: readonly Place[]])[];

  constructor(paths: Iterable<string>) {
    this.all = [...new Set(paths)];
    const folders = new Map<string, Place[]>();
    for (const path of this.all) {
      const folder = dirname(path);
      const place = { name: basename(path), path };
      const known = folders.get(folder);
      if (known) known.push(place);
      else folders.set(folder, [place]);
    }
    // A folder comes after the one that it lies in.
    this.#folders = [...folders].toSorted(([a], [b]) => a.length - b.length);
  }

  /**
   * Which of them are there now. Most secrets lie in few folders, and most do not exist: a look into the folder spares a look for each.
   * @returns real paths of those that are there, and the others as they are named
   */
  find(): { readonly present: ReadonlySet<string>; readonly absent: readonly string[] } {
    const present = new Set<string>();
    const absent: string[] = [];
    const listed = new Map<string, ReadonlySet<string> | null>();
    for (const [folder, places] of this.#folders) {
      const isThere = listed.get(dirname(folder))?.has(basename(folder)) ?? true;
      const names = isThere ? (places.length < WORTH_LISTING ? null : namesIn(folder)) : NOTHING;
      listed.set(folder, names);
      for (const { name, path } of places) {
        const real = names !== null && !names.has(name) ? null : realPathOf(path);
        if (real === null) absent.push(path);
        else present.add(real);
      }
    }
    return { present, absent };
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/** Null for a folder that cannot be listed: what is in it may still be reached by its name. */
function namesIn(folder: string): ReadonlySet<string> | null {
  try {
    return new Set(readdirSync(folder));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? NOTHING : null;
  }
}

/** Null when there is nothing that a command could see either. Most places do not exist: no error is made for those, it would cost most of the time. */
function realPathOf(path: string): string | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? null : realpathSync(path);
  } catch {
    return null;
  }
}

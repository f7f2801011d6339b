import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** How many prefixes are kept on disk: about 12 KB a token. */
const KEPT = 4;

interface Label {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The state of stable prompt prefixes, on disk. A file is used only when its digest is the one noted beside it: the engine
 * would crash on a damaged one. Everything here may fail (full disk, no permission) without harm: the prefix is then read again.
 */
export class PrefixStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The key of a prefix: what it was computed from (model, engine) and its tokens. */
  static key(origin: readonly string[], tokens: readonly number[]): string {
    const hash = createHash('sha256');
    for (const part of origin) hash.update(`${part}\n`);
    return hash.update(Uint32Array.from(tokens)).digest('hex').slice(0, 40);
  }

  /** The path of a whole, undamaged file, or null. */
  async find(key: string): Promise<string | null> {
    const path = this.#path(key);
    try {
      const label = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Label;
      const { size } = await stat(path);
      if (size !== label.bytes || (await digestOf(path)) !== label.sha256) {
        await this.#remove(key);
        return null;
      }
      const now = new Date();
      await utimes(path, now, now);
      return path;
    } catch {
      return null;
    }
  }

  /** Keeps what `write` puts into the path that it is given; the oldest prefixes beyond a few are removed. */
  async save(key: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = this.#path(key);
    const draft = `${path}.${process.pid}.part`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await write(draft);
      await chmod(draft, 0o600);
      const { size } = await stat(draft);
      const label: Label = { bytes: size, sha256: await digestOf(draft) };
      await writeFile(`${path}.json`, JSON.stringify(label), { mode: 0o600 });
      await rename(draft, path);
      await this.#prune();
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  async #prune(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.state'));
    const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(this.#folder, name))).mtimeMs })));
    dated.sort((a, b) => b.at - a.at);
    for (const { name } of dated.slice(KEPT)) await this.#remove(name.slice(0, -'.state'.length));
  }

  async #remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
    await rm(`${this.#path(key)}.json`, { force: true });
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.state`);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProductFacts, ProductInfo } from '../../application/ports/machine.ts';

export interface ProductInfoOptions {
  /** The data folder. */
  readonly folder: string;
  readonly modelsFolder: string;
  /** The folder that the product is installed in: `package.json`, `node_modules`. */
  readonly root: string;
}

interface Manifest {
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What the product is made of, and how much room it takes. Everything is read when it is asked for. */
export function createProductInfo({ folder, modelsFolder, root }: ProductInfoOptions): ProductInfo {
  return {
    async sizes() {
      const files = ['glasshouse.db', 'glasshouse.db-wal'].map((name) => sizeOf(join(folder, name)));
      const bytes = (await Promise.all(files)).reduce((sum, each) => sum + each, 0);
      return { folder, bytes, modelsFolder, modelsBytes: await sizeOfFolder(modelsFolder) };
    },
    facts: () => readFacts(root),
  };
}

async function readFacts(root: string): Promise<ProductFacts> {
  const own = await readManifest(join(root, 'package.json'));
  const names = Object.keys(own?.dependencies ?? {}).sort();
  const licences = await Promise.all(
    names.map(async (name) => {
      const manifest = await readManifest(join(root, 'node_modules', name, 'package.json'));
      return manifest ? [{ name, version: manifest.version ?? '', licence: licenceOf(manifest) }] : [];
    }),
  );
  return { version: own?.version ?? '', node: process.version, licence: own ? licenceOf(own) : '', licences: licences.flat() };
}

function licenceOf({ license }: Manifest): string {
  return (typeof license === 'object' ? license.type : license) ?? 'unknown';
}

async function readManifest(path: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } catch {
    return null;
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

/** Bytes of the files in a folder, not of folders in it. */
async function sizeOfFolder(path: string): Promise<number> {
  const names = await readdir(path).catch((): string[] => []);
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, each) => sum + each, 0);
}

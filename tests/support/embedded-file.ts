import { homedir } from 'node:os';
import { createModelStore } from '../../src/infrastructure/models/model-store.ts';
import { modelsFolder } from '../../src/infrastructure/models/models-folder.ts';
import { MODEL_CATALOGUE, type CatalogueEntry } from '../../src/infrastructure/models/model-catalogue.ts';
import { cacheFolder } from '../../src/infrastructure/system/folders.ts';

/**
 * The embedded model's file as everyone gets it: from the model store, fetched on first use and verified by digest.
 * @throws Error when it cannot be had: a test that needs the model fails then, it is never skipped
 */
export async function embeddedFile(): Promise<{ readonly path: string; readonly entry: CatalogueEntry }> {
  const [entry] = MODEL_CATALOGUE;
  if (!entry) throw new Error('the catalogue is empty');
  const folder = modelsFolder(process.env, cacheFolder(process.env, homedir(), process.platform));
  const file = await createModelStore({ folder, env: process.env }).ensure(entry.id, { signal: new AbortController().signal });
  if (!file.ok) throw new Error(`the embedded model cannot be had: ${file.failure.message}`);
  return { path: file.value, entry };
}

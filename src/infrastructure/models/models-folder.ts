import { join } from 'node:path';

/** `GLASSHOUSE_MODELS`, or `models` in the cache folder. */
export function modelsFolder(env: Readonly<Record<string, string | undefined>>, cacheFolder: string): string {
  return env['GLASSHOUSE_MODELS'] || join(cacheFolder, 'models');
}

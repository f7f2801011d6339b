import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageCare } from '../../application/ports/storage-care.ts';

/** Says how much room the models' files take. They stay until a person takes them away. */
export function createModelsCare(folder: string): StorageCare {
  return {
    async measure() {
      const names = await readdir(folder).catch((): string[] => []);
      const sizes = await Promise.all(
        names.map((name) =>
          stat(join(folder, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      return [{ kind: 'models', bytes: sizes.reduce((sum, each) => sum + each, 0) }];
    },
    plan: async () => [],
    prune: async () => [],
  };
}

import type { GlasshouseClient } from '../../../contract/client.ts';
import type { Served } from '../served.ts';
import { valueOf } from '../value-of.ts';

/** Folders of the list. */
export function folderRoutes({ app, stream }: Served): GlasshouseClient['folders'] {
  const told = <Value>(value: Value): Value => {
    stream.look();
    return value;
  };
  return {
    list: async () => ({ folders: await app.folders() }),
    save: async ({ id, name }) => told(valueOf(await app.saveFolder(id ?? null, name))),
    delete: async ({ id }) => told({ deleted: await app.removeFolder(id) }),
  };
}

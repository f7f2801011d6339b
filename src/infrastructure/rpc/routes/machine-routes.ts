import { basename } from 'node:path';
import type { GlasshouseClient } from '../../../contract/client.ts';
import type { ModelLine, WorkspaceLine } from '../../../contract/views.ts';
import { backupName } from '../../../core/models/backup-name.ts';
import { FailureError } from '../../../core/models/failure.ts';
import type { Served } from '../served.ts';

/** Files that are offered for what was typed of a path. */
const FILES_OFFERED = 20;

/** Models, folders, and what else there is on this machine. */
export function machineRoutes(served: Served): Pick<GlasshouseClient, 'models' | 'workspaces' | 'system'> {
  return {
    models: {
      list: async () => ({ models: await modelLines(served) }),
      pull: async ({ id }) => {
        if (!(await served.modelFiles()).has(id)) {
          throw new FailureError('model_unknown', `${JSON.stringify(id)} has no file that could be fetched.`);
        }
        return { started: served.pulls.start(id) };
      },
      setPrice: async ({ id, price }) => {
        const set = await served.app.setPrice(id, price);
        if (!set.ok) throw new FailureError(set.failure.code, set.failure.message);
        await tellChange(served);
        return { price: set.value };
      },
      stopPull: async ({ id }) => ({ stopped: served.pulls.stop(id) }),
    },
    workspaces: {
      list: async () => ({ workspaces: await workspaceLines(served) }),
      folders: async ({ path }) => {
        const listing = await served.folders.list(path);
        if (!listing.ok) throw new FailureError(listing.failure.code, listing.failure.message);
        return listing.value;
      },
      files: async ({ path, query }) => ({ files: await served.workspaceFiles.find(realFolder(served, path), query, FILES_OFFERED) }),
      example: async () => {
        const path = await served.folders.example();
        const known = (await workspaceLines(served)).find((line) => line.path === path);
        return known ?? { path, name: basename(path), conversations: 0, isExample: true };
      },
      instructions: async ({ path }) => served.app.instructions(realFolder(served, path)),
      approveInstructions: async ({ path, digest }) => {
        const approved = await served.app.approveInstructions(realFolder(served, path), digest);
        await tellChange(served);
        return { approved };
      },
      forgetInstructions: async ({ path }) => {
        const forgotten = await served.app.forgetInstructions(realFolder(served, path));
        await tellChange(served);
        return { forgotten };
      },
    },
    system: {
      found: async () => {
        const [models, keys, servers, sandbox] = await Promise.all([
          modelLines(served),
          served.secrets.list(),
          served.foundServers(),
          served.sandbox.available(),
        ]);
        return { models, keys: keys.map((key) => ({ ...key, providers: served.providersOfKey(key.name) })), servers, sandbox };
      },
      incognito: () => served.incognito.open(),
      doctor: async () => ({ findings: await served.app.doctor() }),
      data: async () => ({ ...(await served.product.sizes()), ...(await served.tallies.totals()) }),
      newerVersion: async () => ({ newer: await served.app.newerVersion() }),
      testNetwork: ({ address }) => served.app.testNetwork(address),
      diagnostics: async () => ({ text: await served.app.diagnostics() }),
      storage: () => served.app.storage(),
      prune: async () => ({ gone: await served.app.pruneStorage() }),
      backup: async () => {
        const name = backupName(new Date());
        const { path, ...facts } = await served.backups.make(name);
        const over = () => served.backups.discard(path);
        return {
          ...facts,
          name,
          url: `/downloads/${served.tickets.forDownload({ name, type: 'application/vnd.sqlite3', path, bytes: facts.bytes, over })}`,
        };
      },
      about: () => served.product.facts(),
    },
  };
}

async function tellChange({ changes, stream }: Served): Promise<void> {
  await changes.record({ type: 'settings_changed' });
  stream.look();
}

/** @throws FailureError as the folder's finding fails */
function realFolder(served: Served, path: string): string {
  const found = served.folders.resolve(path);
  if (!found.ok) throw new FailureError(found.failure.code, found.failure.message);
  return found.value;
}

async function modelLines(served: Served): Promise<readonly ModelLine[]> {
  const [listed, chosen, files] = await Promise.all([served.app.models(), served.app.defaultModel(), served.modelFiles()]);
  const fetching = served.pulls.running;
  const lines = listed.map((model): ModelLine => {
    const file = files.get(model.id);
    const line = { ...model, isDefault: model.id === chosen };
    if (!file) return line;
    const progress = fetching.get(model.id);
    const state = fetching.has(model.id) ? 'fetching' : file.isReady ? 'ready' : 'missing';
    return { ...line, file: { state, bytes: file.bytes, ...(progress ? { progress } : {}) } };
  });
  if (lines.some((line) => line.isDefault)) return lines;
  // One that the person named, and that its provider does not list: where its words go is what its neighbours say.
  const provider = `${chosen.split('/', 1)[0] ?? ''}/`;
  const neighbour = lines.find((line) => line.id.startsWith(provider));
  return neighbour ? [{ ...neighbour, id: chosen, isDefault: true }, ...lines] : lines;
}

async function workspaceLines(served: Served): Promise<readonly WorkspaceLine[]> {
  return (await served.tallies.workspaces()).map(({ path, conversations }) => ({
    path,
    name: basename(path),
    conversations,
    isExample: path === served.folders.examplePath,
  }));
}

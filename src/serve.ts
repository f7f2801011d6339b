import { join } from 'node:path';
import { ChangeStream } from './application/services/change-stream.ts';
import { ModelPulls } from './application/services/model-pulls.ts';
import { TitleMaker } from './application/services/title-maker.ts';
import { Wakefulness } from './application/services/wakefulness.ts';
import { PRODUCT_ROOT, type Composed } from './compose.ts';
import type { Served } from './infrastructure/rpc/served.ts';
import { providersOfKey } from './infrastructure/llm/providers-in-words.ts';
import { createBackupMaker } from './infrastructure/persistence/backup-maker.ts';
import { Tickets } from './infrastructure/rpc/tickets.ts';
import { modelsFolder } from './infrastructure/models/models-folder.ts';
import { createIncognitoServers } from './infrastructure/system/incognito-servers.ts';
import { createKeepAwake } from './infrastructure/system/keep-awake.ts';
import { createProductInfo } from './infrastructure/system/product-info.ts';
import { createWorkFolders } from './infrastructure/system/work-folders.ts';

/** The application as the server gives it to its clients. */
export function serveable(composed: Composed, env: Readonly<Record<string, string | undefined>>): Served {
  const { app, parts } = composed;
  const { storage } = parts;
  const stream = new ChangeStream({
    feed: parts.feed,
    events: storage.events,
    owner: storage.instances.id,
    reconcile: () => storage.instances.reconcile(),
    reportBug: composed.reportBug,
  });
  const pulls = new ModelPulls({
    pull: (id, options) => app.pullModel(id, options),
    announce: (announcement) => stream.announce(announcement),
    now: composed.now,
    reportBug: composed.reportBug,
  });
  const titles = new TitleMaker({
    feed: parts.feed,
    journal: storage.journal,
    reader: storage.reader,
    editor: storage.editor,
    catalog: parts.catalog,
    system: parts.runDeps.system,
    isWanted: async () => (env['GLASSHOUSE_TITLES'] || (await storage.settings.get('titles'))) !== 'off',
    isOnThisMachine: (model) => parts.profileOf(model)?.destination.kind === 'machine',
    isIdle: () => parts.supervisor.isIdle,
    onTitled: () => stream.look(),
  });
  const keepAwake = createKeepAwake(process.platform, env['PATH'] ?? '', process.pid);
  void new Wakefulness({ feed: parts.feed, keepAwake, system: parts.runDeps.system });
  return {
    app,
    reader: storage.reader,
    pictures: storage.pictures,
    tallies: storage.tallies,
    editor: storage.editor,
    changes: storage.changes,
    settings: storage.settings,
    secrets: parts.secrets,
    sandbox: parts.sandbox,
    supervisor: parts.supervisor,
    runDeps: parts.runDeps,
    tools: parts.tools,
    stream,
    pulls,
    titles,
    folders: createWorkFolders({ home: parts.home, dataFolder: parts.folder, exampleSource: join(PRODUCT_ROOT, 'examples', 'notes') }),
    workspaceFiles: parts.workspaceFiles,
    folderStore: storage.folders,
    product: createProductInfo({ folder: parts.folder, modelsFolder: modelsFolder(env, parts.cache), root: PRODUCT_ROOT }),
    backups: createBackupMaker(parts.folder, parts.cache),
    incognito: createIncognitoServers(join(PRODUCT_ROOT, 'dist', 'main.js'), env),
    tickets: new Tickets(composed.now),
    modelFiles: async () => {
      const stored = await (await parts.modelStore()).list();
      return new Map(
        stored.map(({ entry, state }) => [entry.id, { isReady: state === 'ready' || state === 'unverified', bytes: entry.bytes }]),
      );
    },
    foundServers: () => parts.catalog.servers(),
    providersOfKey,
    profileOf: parts.profileOf,
    keyHeaderOf: (model) => parts.catalog.keyHeader(model),
    reportBug: composed.reportBug,
  };
}

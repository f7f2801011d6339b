import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventFeed } from './application/services/event-feed.ts';
import { RunSupervisor } from './application/services/run-supervisor.ts';
import {
  agentAtWork,
  approveAgent,
  duplicateAgent,
  exportAgent,
  findAgent,
  importAgent,
  listAgents,
  restoreAgent,
  saveAgent,
} from './application/use-cases/agents.ts';
import { findFolder, saveFolder } from './application/use-cases/folders.ts';
import { resumeRun } from './application/use-cases/resume-run.ts';
import { approveInstructions, forgetInstructions, instructionBlocks, workspaceInstructions } from './application/use-cases/instructions.ts';
import type { NewRunDeps } from './application/use-cases/new-run.ts';
import { answerAgain } from './application/use-cases/answer-again.ts';
import { editMessage } from './application/use-cases/edit-message.ts';
import { searchHistory } from './application/use-cases/search-history.ts';
import { sendMessage } from './application/use-cases/send-message.ts';
import { describeSettings, fallbackInForce, PROXY_PASSWORD, removeSetting, setSetting } from './application/use-cases/settings.ts';
import { ownPrice, setPrice, withOwnPrices } from './application/use-cases/prices.ts';
import { findConversation } from './application/use-cases/find-conversation.ts';
import type { WorkspaceFiles } from './application/ports/machine.ts';
import type { LocalModels, ModelCatalog } from './application/ports/model-catalog.ts';
import type { Sandbox } from './application/ports/sandbox.ts';
import type { Secrets } from './application/ports/secrets.ts';
import type { SystemPort } from './application/ports/system.ts';
import type { Glasshouse } from './contract/glasshouse.ts';
import { environmentBlocks } from './core/context/instructions.ts';
import { FailureError } from './core/models/failure.ts';
import type { Rule } from './core/models/rule.ts';
import type { ModelProfile } from './core/reasoning/language-model.ts';
import { ToolRegistry } from './core/tools/tool-registry.ts';
import { PROVIDER_KEYS } from './infrastructure/llm/providers-in-words.ts';
import { SEARCH_KEYS } from './infrastructure/tools/web/search-keys.ts';
import { MODEL_CATALOGUE } from './infrastructure/models/model-catalogue.ts';
import { createModelCatalog } from './infrastructure/llm/catalog.ts';
import { openStorage, type Storage } from './infrastructure/persistence/open-storage.ts';
import { modelsFolder } from './infrastructure/models/models-folder.ts';
import type { ModelStore } from './infrastructure/models/model-store.ts';
import { createBubblewrapSandbox } from './infrastructure/system/bubblewrap-sandbox.ts';
import { cleanEnvironment } from './infrastructure/system/clean-environment.ts';
import { cacheFolder, dataFolder } from './infrastructure/system/folders.ts';
import { createInstructionFiles } from './infrastructure/system/instruction-files.ts';
import { createNetwork, problemWithAuthorities, type Network } from './infrastructure/system/network.ts';
import { createNodeSystem } from './infrastructure/system/node-system.ts';
import { protectedPlaces } from './infrastructure/system/protected-places.ts';
import { createSecrets } from './infrastructure/system/secrets.ts';
import { createWorkspaceFiles } from './infrastructure/tools/workspace-files.ts';
import { createDefaultTools } from './infrastructure/tools/default-tools.ts';

/** What is asked when nobody chose: it stays on this machine and needs no key. */
const DEFAULT_MODEL = MODEL_CATALOGUE[0]?.id ?? '';

/** Where models' files come from: what is asked when the way out is tested and no address is named. */
const TESTED_ADDRESS = 'https://huggingface.co/';

/** The folder that the product is installed in: `dist` and `src` lie in it. */
export const PRODUCT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Keys that a person can save, with a line about each. */
export const SAVED_KEYS = { ...PROVIDER_KEYS, ...SEARCH_KEYS, [PROXY_PASSWORD]: 'The password of the proxy, where it wants one.' };

export interface ComposeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Rules of this process only. */
  readonly configuredRules?: readonly Omit<Rule, 'id' | 'createdAt' | 'scope' | 'scopeId'>[];
  /** Whether somebody can answer what a run asks. */
  canAnswer(): boolean;
  /** Nothing of it is written to the disk (R1 and R4 excepted): conversations live in memory, and end with the process. */
  readonly isIncognito?: boolean;
}

/** What there is behind the application, for a composition root that serves more of it. */
export interface Parts {
  readonly folder: string;
  readonly cache: string;
  readonly home: string;
  readonly storage: Storage;
  readonly secrets: Secrets;
  readonly catalog: ModelCatalog;
  readonly sandbox: Sandbox & { close(): Promise<void> };
  readonly tools: ToolRegistry;
  readonly supervisor: RunSupervisor;
  readonly feed: EventFeed;
  readonly runDeps: NewRunDeps;
  readonly workspaceFiles: WorkspaceFiles;
  readonly modelStore: () => Promise<ModelStore>;
  /** What is known of a model since it was opened here. */
  profileOf(model: string): ModelProfile | null;
}

export interface Composed {
  readonly app: Glasshouse;
  readonly parts: Parts;
  /** Names of the tools there are. */
  readonly toolNames: readonly string[];
  reportBug(error: unknown): void;
  newId(): string;
  now(): number;
  /** Ends what was started: runs, child processes, the database. */
  close(): Promise<void>;
}

/**
 * Puts the layers together. Opens the data folder; everything heavier is loaded when it is asked for.
 * @throws FailureError `database_newer`, `database_damaged`, `database_busy`, `database_unusable`, `disk_full`
 */
export async function compose(options: ComposeOptions): Promise<Composed> {
  const { env } = options;
  const home = homedir();
  const folder = resolve(dataFolder(env, home, process.platform));
  const cache = cacheFolder(env, home, process.platform);
  const place = options.isIncognito ? ':memory:' : folder;
  const system = createNodeSystem(place);
  const storage = openStorage(place, { instanceId: system.newId(), now: system.now });
  if (options.isIncognito) await carryOverFrom(folder, storage, system);
  await storage.instances.reconcile();

  const secrets = createSecrets({ env, folder, names: Object.keys(SAVED_KEYS) });
  const network = createNetwork({ env, settings: storage.settings, secrets, passwordName: PROXY_PASSWORD });
  const models = modelStore(network.env, cache);
  const profiles = new Map<string, ModelProfile>();
  const catalog = rememberingProfiles(
    profiles,
    network,
    withOwnPrices(
      createModelCatalog({
        env: network.env,
        secrets,
        embedded: () => embeddedModels(models, cache),
        settings: async () => {
          const [window, thinkingTokens] = [Number(await storage.settings.get('window')), Number(await storage.settings.get('thinking'))];
          return { ...(window > 0 ? { window } : {}), ...(thinkingTokens > 0 ? { thinkingTokens } : {}) };
        },
      }),
      storage.settings,
    ),
  );
  // Both are found out when a tool first wants them.
  const places = once(() => protectedPlaces(env, home, [folder]));
  const environment = once(() => cleanEnvironment(env, home));
  const sandbox = createBubblewrapSandbox({
    get environment() {
      return environment();
    },
    get protectedPlaces() {
      return places();
    },
  });
  const tools = new ToolRegistry();
  const toolDeps = {
    get protectedPlaces() {
      return places();
    },
    home,
    sandbox,
    env: network.env,
    search: { env: network.env, secrets, choice: () => storage.settings.get('search') },
  };
  for (const tool of createDefaultTools(toolDeps)) tools.add(tool);

  const instructionDeps = {
    settings: storage.settings,
    files: createInstructionFiles(system.digest),
    given: env['GLASSHOUSE_INSTRUCTIONS'],
  };
  const feed = new EventFeed(system.reportBug);
  const supervisor = new RunSupervisor({
    journal: storage.journal,
    reader: storage.reader,
    instances: storage.instances,
    rules: storage.rules,
    agents: storage.agents,
    catalog,
    tools,
    feed,
    system,
    configuredRules: (options.configuredRules ?? []).map((rule) => ({
      ...rule,
      id: system.newId(),
      scope: 'everywhere',
      scopeId: null,
      createdAt: system.now(),
    })),
    canAnswer: options.canAnswer,
    fallback: () => fallbackInForce({ settings: storage.settings, env }),
    instructionsFor: (workspace, agent) => instructionBlocks(instructionDeps, workspace, agent),
    environmentAt: (workspace, time) =>
      environmentBlocks({ workspace, platform: `${process.platform} ${process.arch}`, today: localDay(time) }),
  });
  const pageWriter = async () => (await import('./infrastructure/documents/conversation-page.ts')).createPageWriter();
  const settingDeps = {
    settings: storage.settings,
    secrets,
    env,
    secretNames: SAVED_KEYS,
    defaultModel: DEFAULT_MODEL,
    problemWithAuthorities,
  };
  const storageDeps = async () => {
    const [{ createLogCare }, { createModelsCare }] = await Promise.all([
      import('./infrastructure/system/log-care.ts'),
      import('./infrastructure/models/models-care.ts'),
    ]);
    const carers = [storage.care, createLogCare(folder, system.now), createModelsCare(modelsFolder(env, cache))];
    return { settings: storage.settings, env, carers };
  };
  const runDeps = { reader: storage.reader, instances: storage.instances, agents: storage.agents, supervisor, system };
  const folderDeps = { folders: storage.folders, system };
  const agentDeps = { agents: storage.agents, system };
  const defaultModel = async () => env['GLASSHOUSE_MODEL'] || (await storage.settings.get('model')) || DEFAULT_MODEL;

  const app: Glasshouse = {
    send: (command) => sendMessage(runDeps, { ...command, actor: 'terminal', whenBusy: 'refuse' }),
    editMessage: (command) => editMessage(runDeps, { ...command, actor: 'terminal' }),
    answerAgain: (command) => answerAgain(runDeps, { ...command, actor: 'terminal' }),
    resume: (conversationId) => resumeRun(runDeps, conversationId),
    stop: (runId) => supervisor.stop(runId),
    answer: (interactionId, answer) => supervisor.answer(interactionId, answer, 'terminal'),
    subscribe: (listener) => feed.subscribe(listener),
    conversations: (query) => storage.reader.list(query),
    findConversation: (id) => findConversation(storage.reader, id),
    latestConversation: (workspace) => storage.reader.latestIn(workspace),
    snapshot: (id) => storage.reader.snapshot(id),
    runs: (id) => storage.reader.runs(id),
    requests: (id) => storage.reader.requests(id),
    search: (query, limits) => searchHistory(storage, query, limits),
    export: async (id, format) => {
      const { exportConversation } = await import('./application/use-cases/export-conversation.ts');
      return exportConversation({ pictures: storage.pictures, reader: storage.reader, base64: system.base64, pageWriter }, id, format);
    },
    restore: async (id) => {
      await storage.editor.update(id, { archived: false });
      return storage.editor.setTrashed(id, null);
    },
    purge: async (id) => {
      const purged = await storage.purge.purge(id);
      supervisor.forget(id);
      system.clearLog();
      return purged;
    },
    rules: () => storage.rules.all(),
    addRule: async (given) => {
      if (given.tool !== '*' && !tools.snapshot().find(given.tool)) throw unknownTool(given.tool, tools);
      const rule: Rule = { ...given, id: system.newId(), createdAt: system.now() };
      await storage.rules.add(rule);
      return rule;
    },
    removeRule: (id) => storage.rules.remove(id),
    settings: () => describeSettings(settingDeps),
    setSetting: (key, value) => setSetting(settingDeps, key, value),
    removeSetting: (key) => removeSetting(settingDeps, key),
    instructions: (workspace) => workspaceInstructions(instructionDeps, workspace),
    approveInstructions: (workspace, digest) => approveInstructions(instructionDeps, workspace, digest),
    forgetInstructions: (workspace) => forgetInstructions(instructionDeps, workspace),
    folders: () => storage.folders.all(),
    findFolder: (wanted) => findFolder(folderDeps, wanted),
    saveFolder: (id, name) => saveFolder(folderDeps, id, name),
    removeFolder: (id) => storage.folders.remove(id),
    moveConversation: (id, folderId) => storage.editor.update(id, { folderId }),
    exportMany: async (ids, format) => {
      const { exportConversations } = await import('./application/use-cases/export-conversation.ts');
      return exportConversations({ pictures: storage.pictures, reader: storage.reader, base64: system.base64, pageWriter }, ids, format);
    },
    agents: () => listAgents(agentDeps),
    findAgent: (wanted) => findAgent(agentDeps, wanted),
    saveAgent: (id, profile) => saveAgent(agentDeps, id, profile),
    duplicateAgent: (id) => duplicateAgent(agentDeps, id),
    importAgent: (text) => importAgent(agentDeps, text),
    approveAgent: (id, digest) => approveAgent(agentDeps, id, digest),
    restoreAgent: (agent) => restoreAgent(agentDeps, agent),
    exportAgent: (id) => exportAgent(agentDeps, id),
    removeAgent: (id) => storage.agents.remove(id),
    modelOf: async (agentId) => {
      const agent = await agentAtWork(agentDeps, agentId);
      return (agent === 'gone' ? null : agent?.model) ?? defaultModel();
    },
    models: () => catalog.list(),
    price: async (model) =>
      (await ownPrice(storage.settings, model)) ?? (await catalog.list()).find((listed) => listed.id === model)?.price ?? null,
    setPrice: (model, price) => setPrice(storage.settings, model, price, localDay(system.now())),
    pullModel: async (id = DEFAULT_MODEL, { signal, file, onProgress }) => {
      await network.refresh();
      return (await models()).ensure(id, { signal, onProgress, ...(file === undefined ? {} : { file: resolve(file) }) });
    },
    newerVersion: async () => {
      const [{ newerVersion }, { latestVersion }, { readFile }] = await Promise.all([
        import('./application/use-cases/newer-version.ts'),
        import('./infrastructure/llm/latest-version.ts'),
        import('node:fs/promises'),
      ]);
      return newerVersion({
        settings: storage.settings,
        env,
        now: system.now,
        version: async () => (JSON.parse(await readFile(`${PRODUCT_ROOT}package.json`, 'utf8')) as { version: string }).version,
        latestAt: async (address) => {
          await network.refresh();
          return latestVersion(network.env, address);
        },
      });
    },
    testNetwork: async (address) => {
      await network.refresh();
      return (await import('./infrastructure/llm/test-network.ts')).testNetwork(network.env, address ?? TESTED_ADDRESS);
    },
    defaultModel,
    storage: async () => (await import('./application/use-cases/storage.ts')).reportStorage(await storageDeps()),
    diagnostics: async () => {
      const [{ diagnostics }, { machineFacts, lastFaults }, { createProductInfo }] = await Promise.all([
        import('./application/use-cases/diagnostics.ts'),
        import('./infrastructure/system/told-machine.ts'),
        import('./infrastructure/system/product-info.ts'),
      ]);
      return diagnostics({
        now: system.now,
        product: () => createProductInfo({ folder, modelsFolder: modelsFolder(env, cache), root: PRODUCT_ROOT }).facts(),
        machine: machineFacts,
        settings: () => app.settings(),
        findings: () => app.doctor(),
        storage: () => app.storage(),
        totals: () => storage.tallies.totals(),
        failures: () => storage.tallies.failures(),
        log: () => lastFaults(folder),
      });
    },
    pruneStorage: async () => (await import('./application/use-cases/storage.ts')).pruneStorage(await storageDeps()),
    rebuildIndexes: () => storage.rebuildIndexes(),
    doctor: async () => {
      const { diagnose } = await import('./infrastructure/system/diagnose.ts');
      return diagnose({
        env,
        folder,
        sandbox,
        checkIntegrity: () => storage.checkIntegrity(),
        models: () => catalog.list(),
        modelFile: async () => (await models()).status(DEFAULT_MODEL),
      });
    },
  };
  return {
    app,
    parts: {
      folder,
      cache,
      home,
      storage,
      secrets,
      catalog,
      sandbox,
      tools,
      supervisor,
      feed,
      runDeps,
      workspaceFiles: createWorkspaceFiles(toolDeps),
      modelStore: models,
      profileOf: (model) => profiles.get(model) ?? null,
    },
    toolNames: tools.snapshot().tools.map((tool) => tool.name),
    reportBug: system.reportBug,
    newId: system.newId,
    now: system.now,
    async close() {
      await supervisor.idle();
      await catalog.close();
      await sandbox.close();
      storage.close();
    },
  };
}

/** The catalog as it is used: the way out is as the settings have it now, and what was opened is known from then on. */
/** What the person has set counts here too. */
async function carryOverFrom(folder: string, storage: Storage, system: SystemPort): Promise<void> {
  const { carryOver } = await import('./application/use-cases/carry-over.ts');
  const kept = openStorage(folder, { instanceId: system.newId(), now: system.now });
  try {
    await carryOver(kept, storage);
  } finally {
    kept.close();
  }
}

function rememberingProfiles(profiles: Map<string, ModelProfile>, network: Network, catalog: ModelCatalog): ModelCatalog {
  return {
    ...catalog,
    async list() {
      await network.refresh();
      return catalog.list();
    },
    async open(id, options) {
      await network.refresh();
      const opened = await catalog.open(id, options);
      if (opened.ok) profiles.set(id, opened.value.profile);
      return opened;
    },
  };
}

/** The real path of a workspace. @throws FailureError `workspace_missing` */
export function resolveWorkspace(given: string | null): string {
  const path = resolve(given ?? process.cwd());
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch {
    throw new FailureError('workspace_missing', `There is no folder ${path}.`);
  }
  throw new FailureError('workspace_missing', `${path} is not a folder.`);
}

export function unknownTool(name: string, tools: ToolRegistry | readonly string[]): FailureError {
  const names = tools instanceof ToolRegistry ? tools.snapshot().tools.map((tool) => tool.name) : tools;
  return new FailureError('usage', `There is no tool ${JSON.stringify(name)}. There are: ${names.join(', ')}.`);
}

/** Makes a value when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function modelStore(env: ComposeOptions['env'], cache: string) {
  return once(async () => {
    const { createModelStore } = await import('./infrastructure/models/model-store.ts');
    return createModelStore({ folder: modelsFolder(env, cache), env });
  });
}

const EMBEDDED = 'embedded/';

/** The embedded models over the model store: files on one side, processes on the other. */
async function embeddedModels(models: ReturnType<typeof modelStore>, cache: string): Promise<LocalModels> {
  const [store, { createEmbeddedModels }] = await Promise.all([models(), import('./infrastructure/llm/embedded/embedded-model.ts')]);
  const stored = await store.list();
  const embedded = createEmbeddedModels({
    store: {
      find: (id) => {
        const entry = stored.find((each) => each.entry.id === EMBEDDED + id)?.entry;
        return entry ? { id, sha256: entry.digest, contextTokens: entry.context, strategy: entry.strategy } : null;
      },
      ensure: (id, options) => store.ensure(EMBEDDED + id, options),
    },
    stateFolder: join(cache, 'prefixes'),
  });
  return {
    open: (id, options) => embedded.open(id, options),
    close: () => embedded.close(),
    list: async () =>
      (await store.list()).map(({ entry, state }) => ({
        id: entry.id,
        destination: { kind: 'machine' },
        // Not fetched is no obstacle: the first run fetches it.
        ready: true,
        note: `${entry.title}, ${entry.licence}, ${Math.round(entry.bytes / 1_000_000)} MB${state === 'ready' || state === 'unverified' ? '' : ', fetched by the first run'}`,
      })),
  };
}

/** ISO date in the person's time zone. */
function localDay(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

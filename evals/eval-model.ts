import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LocalModels } from '../src/application/ports/model-catalog.ts';
import type { Secrets } from '../src/application/ports/secrets.ts';
import type { Result } from '../src/core/models/failure.ts';
import type { LanguageModel, StrategyName } from '../src/core/reasoning/language-model.ts';
import { createModelCatalog } from '../src/infrastructure/llm/catalog.ts';
import { createEmbeddedModels } from '../src/infrastructure/llm/embedded/embedded-model.ts';
import { createModelStore } from '../src/infrastructure/models/model-store.ts';
import { modelsFolder } from '../src/infrastructure/models/models-folder.ts';
import { cacheFolder } from '../src/infrastructure/system/folders.ts';

const PREFIX = 'embedded/';

export interface EvalModelOptions {
  readonly strategy?: StrategyName | undefined;
  /** The embedded model's file, instead of a fetched one. */
  readonly file?: string | undefined;
  readonly signal: AbortSignal;
}

export interface EvalModel {
  readonly model: LanguageModel;
  close(): Promise<void>;
}

/** Any model by its name, as the terminal opens it; keys come from the environment only. The first use fetches the embedded model's file. */
export async function openEvalModel(id: string, options: EvalModelOptions): Promise<Result<EvalModel>> {
  const catalog = createModelCatalog({ env: process.env, secrets: secretsOfEnvironment(), embedded: () => embeddedModels(options.file) });
  const opened = await catalog.open(id, { signal: options.signal, ...(options.strategy ? { strategy: options.strategy } : {}) });
  if (opened.ok) return { ok: true, value: { model: opened.value, close: () => catalog.close() } };
  await catalog.close();
  return opened;
}

async function embeddedModels(file: string | undefined): Promise<LocalModels> {
  const cache = cacheFolder(process.env, homedir(), process.platform);
  const store = createModelStore({ folder: modelsFolder(process.env, cache), env: process.env });
  const stored = await store.list();
  const models = createEmbeddedModels({
    store: {
      find: (id) => {
        const entry = stored.find((each) => each.entry.id === PREFIX + id)?.entry;
        return entry ? { id, sha256: entry.digest, contextTokens: entry.context, strategy: entry.strategy } : null;
      },
      ensure: (id, options) => store.ensure(PREFIX + id, { ...options, ...(file === undefined ? {} : { file }) }),
    },
    stateFolder: join(cache, 'prefixes'),
  });
  return { open: (id, options) => models.open(id, options), list: async () => [], close: () => models.close() };
}

function secretsOfEnvironment(): Secrets {
  return {
    get: async (name) => process.env[name] ?? null,
    set: async () => {
      throw new Error('evals keep no keys');
    },
    remove: async () => false,
    list: async () => [],
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { doTask } from '../../evals/eval-agent.ts';
import { OPEN_TASKS } from '../../evals/open-tasks.ts';
import { judge } from '../../evals/task.ts';
import type { LanguageModel } from '../../src/core/reasoning/language-model.ts';
import { createEmbeddedModels, type EmbeddedModels } from '../../src/infrastructure/llm/embedded/embedded-model.ts';
import { createBubblewrapSandbox } from '../../src/infrastructure/system/bubblewrap-sandbox.ts';
import { cleanEnvironment } from '../../src/infrastructure/system/clean-environment.ts';
import { createDefaultTools } from '../../src/infrastructure/tools/default-tools.ts';
import { embeddedFile } from '../support/embedded-file.ts';

/** Everyday tasks done for real by the embedded model, the agent and the tools. Decoding is greedy: the same words every time. */
const SMOKE = ['read-note', 'list-sub', 'search-then-read', 'division', 'write-text', 'talk-capital'];

// Other tests may be at work on the same cores.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 1_800_000 });

let models: EmbeddedModels;
let model: LanguageModel;
let folder = '';

beforeAll(async () => {
  const { path, entry } = await embeddedFile();
  folder = await mkdtemp(join(tmpdir(), 'glasshouse-smoke-'));
  models = createEmbeddedModels({
    store: {
      find: (id) => ({ id, sha256: entry.digest, contextTokens: entry.context, strategy: entry.strategy }),
      ensure: async () => ({ ok: true, value: path }),
    },
    stateFolder: folder,
  });
  const opened = await models.open(entry.id, { signal: new AbortController().signal });
  if (!opened.ok) throw new Error(opened.failure.message);
  model = opened.value;
});

afterAll(async () => {
  await models.close();
  await rm(folder, { recursive: true, force: true });
});

test.each(SMOKE)('does an everyday task: %s', async (id) => {
  const task = OPEN_TASKS.find((each) => each.id === id);
  if (!task) throw new Error(`no task ${id}`);
  const home = homedir();
  const sandbox = createBubblewrapSandbox({ environment: cleanEnvironment(process.env, home), protectedPlaces: [] });
  const tools = createDefaultTools({ protectedPlaces: [], home, sandbox });
  const { outcome, cost } = await doTask(task, { model, tools }, new AbortController().signal);
  expect(judge(task, outcome), JSON.stringify(outcome.calls.map(({ tool, input }) => ({ tool, input })).concat({ tool: 'said', input: outcome.answer }))).toEqual({
    tools: true,
    answer: true,
    why: [],
  });
  expect(cost.usage.exact).toBe(true);
});

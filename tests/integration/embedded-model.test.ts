import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { doTask } from '../../evals/eval-agent.ts';
import { HELD_OUT_TASKS } from '../../evals/held-out-tasks.ts';
import { OPEN_TASKS } from '../../evals/open-tasks.ts';
import { judge } from '../../evals/task.ts';
import type { LanguageModel } from '../../src/core/reasoning/language-model.ts';
import { createEmbeddedModels, type EmbeddedModels } from '../../src/infrastructure/llm/embedded/embedded-model.ts';
import { EngineClient, type EngineEvent } from '../../src/infrastructure/llm/embedded/engine-client.ts';
import { createBubblewrapSandbox } from '../../src/infrastructure/system/bubblewrap-sandbox.ts';
import { cleanEnvironment } from '../../src/infrastructure/system/clean-environment.ts';
import { createDefaultTools } from '../../src/infrastructure/tools/default-tools.ts';
import { embeddedFile } from '../support/embedded-file.ts';

type Request = Parameters<EngineClient['complete']>[0];
type Ended = Extract<EngineEvent, { type: 'finished' | 'failed' }>;

// One file, so that there is one model at work at a time; other tests may be at work on the same cores.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 1_800_000 });

/** Everyday tasks done for real by the embedded model, the agent and the tools. Decoding is greedy: the same words every time. */
const SMOKE = ['read-note', 'list-sub', 'h-venue', 'division', 'write-text', 'talk-capital'];

let modelPath = '';
let folder = '';
let shared: EngineClient;
const opened: EngineClient[] = [];

beforeAll(async () => {
  modelPath = (await embeddedFile()).path;
  shared = newClient({}, false);
});
afterAll(() => shared.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasshouse-engine-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.close()));
  await rm(folder, { recursive: true, force: true });
});

function newClient(change: { stateFolder?: string; idleMs?: number; modelPath?: string } = {}, closes = true): EngineClient {
  const { idleMs, ...load } = change;
  const client = new EngineClient({
    load: { modelPath, modelDigest: 'test', window: 4096, threads: 2, stateFolder: null, ...load },
    ...(idleMs === undefined ? {} : { idleMs }),
  });
  if (closes) opened.push(client);
  return client;
}

function request(text: string, change: Partial<Request> = {}): Request {
  const turn = [
    { text: '<|im_start|>user\n', special: true },
    { text, special: false },
    { text: '<|im_end|>\n<|im_start|>assistant\n', special: true },
  ];
  return { segments: turn, stableSegments: 0, saveStable: false, grammar: null, maxTokens: 40, temperature: 0, ...change };
}

async function ask(client: EngineClient, asked: Request, options: { signal?: AbortSignal; on?: (event: EngineEvent) => void } = {}) {
  const events: EngineEvent[] = [];
  for await (const event of client.complete(asked, options.signal ?? new AbortController().signal)) {
    events.push(event);
    options.on?.(event);
  }
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  return { events, text, end: events.at(-1) as Ended };
}

/** Whether the process is there (a zombie is not). */
function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, millis: number): Promise<boolean> {
  const end = performance.now() + millis;
  while (performance.now() < end) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return condition();
}

/** Processor time of a process so far, in milliseconds. */
async function cpuMillis(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const LONG = Array.from({ length: 420 }, (_, index) => `Item ${index} of the list.`).join(' ');

test('loads on first use, tells how far it is, and counts tokens exactly', async () => {
  const { text, events, end } = await ask(shared, request('What is the capital of Italy? One word.'));
  expect(text).toMatch(/Rome/);
  expect(events.some((event) => event.type === 'progress' && event.what === 'reading' && event.done === event.total)).toBe(true);
  expect(end).toMatchObject({ type: 'finished', reason: 'stop', usage: { reused: 0 } });
  expect(shared.facts.residentBytes).toBeLessThan(1_600_000_000);
});

test('reads only what is new: the common beginning is reused', async () => {
  await ask(shared, request(`${LONG.slice(0, 800)} How many?`));
  const { end } = await ask(shared, request(`${LONG.slice(0, 800)} Which?`));
  if (end.type !== 'finished') throw new Error('not finished');
  expect(end.usage.input - end.usage.reused).toBeLessThan(20);
});

test('writes what the grammar allows and nothing else', async () => {
  const grammar = 'root ::= "{\\"colour\\":\\"" ("red" | "green" | "blue") "\\",\\"count\\":" [1-9] [0-9]{0,2} "}"';
  const { text } = await ask(shared, request('Choose a colour and a count.', { grammar }));
  expect(JSON.parse(text)).toMatchObject({ colour: expect.stringMatching(/^(red|green|blue)$/), count: expect.any(Number) });
});

test('answers a bad grammar with a failure and goes on', async () => {
  expect((await ask(shared, request('Hi', { grammar: 'root ::= (' }))).end).toMatchObject({
    type: 'failed',
    failure: { code: 'model_bad_request' },
  });
  expect((await ask(shared, request('Hi'))).end.type).toBe('finished');
});

test('takes control tokens in content as plain characters', async () => {
  const count = async (special: boolean) => {
    const { end } = await ask(shared, { ...request(''), segments: [{ text: 'x<|im_end|><|im_start|>', special }], maxTokens: 1 });
    return end.type === 'finished' ? end.usage.input : 0;
  };
  expect(await count(true)).toBe(3);
  expect(await count(false)).toBeGreaterThan(6);
});

test('refuses a request that is too long before it reads any of it (C2)', async () => {
  const { events, end } = await ask(shared, request(LONG.repeat(3)));
  expect(end).toMatchObject({ type: 'failed', failure: { code: 'context_too_long' } });
  expect(events.some((event) => event.type === 'progress' && event.what === 'reading')).toBe(false);
});

test('is quiet within two seconds when stopped in the middle of reading the prompt (R7)', async () => {
  const stop = new AbortController();
  let stoppedAt = 0;
  const on = (event: EngineEvent) => {
    if (stoppedAt === 0 && event.type === 'progress' && event.what === 'reading' && event.done > 100) {
      stoppedAt = performance.now();
      stop.abort();
    }
  };
  const { end, text } = await ask(shared, request(`Please read on. ${LONG}`), { signal: stop.signal, on });
  expect(stoppedAt).toBeGreaterThan(0);
  expect(performance.now() - stoppedAt).toBeLessThan(2000);
  expect(end).toMatchObject({ type: 'failed', failure: { code: 'run_cancelled' } });
  expect(text).toBe('');
  const { pid } = shared.facts;
  if (pid !== null && process.platform === 'linux') {
    const before = await cpuMillis(pid);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await cpuMillis(pid)) - before).toBeLessThan(200);
  }
  expect((await ask(shared, request('Say yes.'))).end.type).toBe('finished');
});

test('is quiet within two seconds when stopped in the middle of an answer, and keeps what was said (R7)', async () => {
  const stop = new AbortController();
  let stoppedAt = 0;
  const on = (event: EngineEvent) => {
    if (event.type !== 'text' || stoppedAt > 0) return;
    stoppedAt = performance.now();
    stop.abort();
  };
  const { end, text } = await ask(shared, request('Tell a long story about a ship.', { maxTokens: 400 }), { signal: stop.signal, on });
  expect(performance.now() - stoppedAt).toBeLessThan(2000);
  expect(end).toMatchObject({ type: 'failed', failure: { code: 'run_cancelled' } });
  expect(text.length).toBeGreaterThan(0);
});

test('answers two requests one after another, and one that was stopped while it waited at once', async () => {
  const stop = new AbortController();
  const first = ask(shared, request('Count from one to ten.'));
  const waiting = ask(shared, request('Never asked.'), { signal: stop.signal });
  const third = ask(shared, request('Which city is the capital of France?'));
  stop.abort();
  expect((await waiting).end).toMatchObject({ type: 'failed', failure: { code: 'run_cancelled' } });
  expect((await first).end.type).toBe('finished');
  expect((await third).text).toMatch(/Paris/);
});

test('goes on after a reader that left in the middle of an answer', async () => {
  for await (const event of shared.complete(request('Tell a story about a fox.', { maxTokens: 300 }), new AbortController().signal)) {
    if (event.type === 'text') break;
  }
  expect((await ask(shared, request('Which city is the capital of Spain?'))).text).toMatch(/Madrid/);
});

test('a crash in the middle of an answer is one failure; the next answer works', async () => {
  const client = newClient();
  let killed: number | null = null;
  const on = (event: EngineEvent) => {
    if (event.type !== 'text' || killed !== null) return;
    killed = client.facts.pid;
    if (killed !== null) process.kill(killed, 'SIGKILL');
  };
  const { events, end } = await ask(client, request('Tell a long story about a train.', { maxTokens: 400 }), { on });
  expect(end).toMatchObject({ type: 'failed', failure: { code: 'model_crashed', message: expect.stringContaining('SIGKILL') } });
  expect(events.filter(({ type }) => type === 'failed')).toHaveLength(1);
  expect((await ask(client, request('What is the capital of Italy? One word.'))).text).toMatch(/Rome/);
  expect(client.facts.pid).not.toBe(killed);
});

test('ends when idle, and starts again when asked', async () => {
  const client = newClient({ idleMs: 200 });
  await ask(client, request('Hi.', { maxTokens: 2 }));
  const { pid } = client.facts;
  expect(isAlive(pid)).toBe(true);
  expect(await until(() => !isAlive(pid), 4000)).toBe(true);
  expect((await ask(client, request('Hi.', { maxTokens: 2 }))).end.type).toBe('finished');
});

test('a file that is no model is a failure in words', async () => {
  const path = join(folder, 'broken.gguf');
  const bytes = Buffer.alloc(4096, 7);
  for (const header of ['GGUF but not really', 'GGUF\u0003\0\0\0', '<html>']) {
    bytes.write(header, 0, 'latin1');
    await writeFile(path, bytes);
    const { end } = await ask(newClient({ modelPath: path }), request('Hi.'));
    expect(end).toMatchObject({ type: 'failed', failure: { code: 'model_file_damaged' } });
  }
});

test('keeps the state of the stable prefix: a second process does not read it again', async () => {
  const stateFolder = join(folder, 'state');
  const stable = request(LONG.slice(0, 1000));
  const asked = (words: string) => ({
    ...stable,
    segments: [...stable.segments, { text: words, special: false }],
    stableSegments: stable.segments.length,
    saveStable: true,
    maxTokens: 5,
  });
  const first = newClient({ stateFolder });
  const one = await ask(first, asked('A'));
  await first.close();
  const [state = ''] = (await readdir(stateFolder)).filter((name) => name.endsWith('.state'));
  if (process.platform !== 'win32') expect((await stat(join(stateFolder, state))).mode & 0o077).toBe(0);
  const two = await ask(newClient({ stateFolder }), asked('A'));
  if (one.end.type !== 'finished' || two.end.type !== 'finished') throw new Error('not finished');
  expect(one.end.usage).toMatchObject({ reused: 0, restored: false });
  expect(two.end.usage.restored).toBe(true);
  expect(two.end.usage.input - two.end.usage.reused).toBeLessThan(5);
  expect(two.text).toBe(one.text);
});

test('a damaged state is not used, and replaced', async () => {
  const stateFolder = join(folder, 'state');
  const asked = { ...request(LONG.slice(0, 1000)), stableSegments: 2, saveStable: true, maxTokens: 3 };
  const first = newClient({ stateFolder });
  await ask(first, asked);
  await first.close();
  const [state = ''] = (await readdir(stateFolder)).filter((name) => name.endsWith('.state'));
  const bytes = await readFile(join(stateFolder, state));
  bytes.fill(7, 1000, 5000);
  await writeFile(join(stateFolder, state), bytes);
  const { end } = await ask(newClient({ stateFolder }), asked);
  expect(end).toMatchObject({ type: 'finished', usage: { restored: false, reused: 0 } });
});

test('saves no state when a word of a conversation is in it', async () => {
  const stateFolder = join(folder, 'state');
  await ask(newClient({ stateFolder }), { ...request(LONG.slice(0, 1000)), stableSegments: 2, saveStable: false, maxTokens: 2 });
  await expect(readdir(stateFolder)).rejects.toThrow();
});

async function owner(mode: 'stay' | 'leave') {
  const script = fileURLToPath(new URL('../support/engine-owner.ts', import.meta.url));
  const env = { ...process.env, PLANTED_API_KEY: 'sk-planted-marker' };
  const child = spawn(process.execPath, [script, modelPath, mode], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, pid: Number(line.toString()), exited: once(child, 'exit') };
}

test('the engine dies with its owner, and sees no key of it (S7)', async () => {
  const { child, pid, exited } = await owner('stay');
  if (process.platform === 'linux') expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('sk-planted-marker');
  child.kill('SIGKILL');
  await exited;
  expect(await until(() => !isAlive(pid), 3000)).toBe(true);
});

test('an idle engine does not keep its owner', async () => {
  const { pid, exited } = await owner('leave');
  expect(await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 5000))])).toEqual([0, null]);
  expect(await until(() => !isAlive(pid), 3000)).toBe(true);
});

describe('everyday tasks', () => {
  let models: EmbeddedModels;
  let model: LanguageModel;
  let states = '';

  beforeAll(async () => {
    const { path, entry } = await embeddedFile();
    states = await mkdtemp(join(tmpdir(), 'glasshouse-smoke-'));
    models = createEmbeddedModels({
      store: {
        find: (id) => ({ id, sha256: entry.digest, contextTokens: entry.context, strategy: entry.strategy }),
        ensure: async () => ({ ok: true, value: path }),
      },
      stateFolder: states,
    });
    const opened = await models.open(entry.id, { signal: new AbortController().signal });
    if (!opened.ok) throw new Error(opened.failure.message);
    model = opened.value;
  });

  afterAll(async () => {
    await models.close();
    await rm(states, { recursive: true, force: true });
  });

  test.each(SMOKE)('does an everyday task: %s', async (id) => {
    const task = [...OPEN_TASKS, ...HELD_OUT_TASKS].find((each) => each.id === id);
    if (!task) throw new Error(`no task ${id}`);
    const home = homedir();
    const sandbox = createBubblewrapSandbox({ environment: cleanEnvironment(process.env, home), protectedPlaces: [] });
    const tools = createDefaultTools({ protectedPlaces: [], home, sandbox });
    const { outcome, cost } = await doTask(task, { model, tools }, new AbortController().signal);
    expect(
      judge(task, outcome),
      JSON.stringify(outcome.calls.map(({ tool, input }) => ({ tool, input })).concat({ tool: 'said', input: outcome.answer })),
    ).toEqual({
      tools: true,
      answer: true,
      why: [],
    });
    expect(cost.usage.exact).toBe(true);
  });
});

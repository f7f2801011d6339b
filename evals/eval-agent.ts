import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runAgent } from '../src/core/agent/agent.ts';
import type { AgentEvent } from '../src/core/agent/agent-event.ts';
import { emptySnapshot, foldEvent, type ConversationSnapshot } from '../src/core/agent/conversation-fold.ts';
import type { AgentPorts } from '../src/core/agent/agent-context.ts';
import { environmentBlocks } from '../src/core/context/instructions.ts';
import { textOf, type Message } from '../src/core/models/message.ts';
import { DEFAULT_BUDGET, type Run } from '../src/core/models/run.ts';
import { addUsage, NO_USAGE, type Usage } from '../src/core/models/usage.ts';
import { createGuidedStrategy } from '../src/core/reasoning/guided-strategy.ts';
import type { LanguageModel } from '../src/core/reasoning/language-model.ts';
import { createNativeStrategy } from '../src/core/reasoning/native-strategy.ts';
import { ToolRegistry } from '../src/core/tools/tool-registry.ts';
import type { Tool } from '../src/core/tools/tool.ts';
import type { Outcome, Task } from './task.ts';

/** What a run of a task cost: milliseconds of each model step, in order, with its purpose, and the tokens of all. */
export interface Cost {
  readonly steps: readonly { readonly purpose: string; readonly millis: number; readonly usage: Usage }[];
  readonly usage: Usage;
}

export interface EvalAgent {
  readonly model: LanguageModel;
  readonly tools: readonly Tool[];
}

/** Does one task for real: the agent itself, real tools, in a folder made fresh and removed afterwards. Approvals are given. */
export async function doTask(task: Task, agent: EvalAgent, signal: AbortSignal): Promise<{ outcome: Outcome; cost: Cost }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'glasshouse-eval-')));
  try {
    await fill(folder, task.files);
    const { snapshot, failure, cost } = await runTask(task, folder, agent, signal);
    const answer = snapshot.messages.at(-1);
    return {
      outcome: {
        calls: [...snapshot.calls.values()],
        answer: answer?.role === 'agent' ? textOf(answer) : '',
        filesAfter: await contentOf(folder),
        failure,
      },
      cost,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runTask(task: Task, folder: string, agent: EvalAgent, signal: AbortSignal) {
  const run = newRun(agent.model.profile.id);
  let snapshot: ConversationSnapshot = { ...emptySnapshot(run.conversationId), messages: messagesOf(task, run) };
  const registry = new ToolRegistry();
  for (const tool of agent.tools) registry.add(tool);
  const start = { run, snapshot, workspace: folder, tools: registry.snapshot() };
  let failure: string | null = null;
  const steps: Cost['steps'][number][] = [];
  let started = { at: 0, purpose: '' };
  for await (const event of runAgent(start, portsFor(task, agent, folder), signal)) {
    snapshot = foldEvent(snapshot, event);
    if (event.type === 'step_started') started = { at: performance.now(), purpose: event.step.purpose };
    if (event.type === 'step_completed')
      steps.push({ purpose: started.purpose, millis: performance.now() - started.at, usage: event.usage });
    failure = failureOf(event) ?? failure;
  }
  return { snapshot, failure, cost: { steps, usage: steps.reduce((sum, step) => addUsage(sum, step.usage), NO_USAGE) } };
}

function failureOf(event: AgentEvent): string | null {
  if (event.type !== 'run_completed' || event.state.name === 'completed') return null;
  return event.failure ? `${event.failure.code}: ${event.failure.message}` : event.state.name;
}

function portsFor(task: Task, agent: EvalAgent, folder: string): AgentPorts {
  const environmentAt = (time: number) =>
    environmentBlocks({ workspace: folder, platform: process.platform, today: new Date(time).toISOString().slice(0, 10) });
  return {
    newId: () => randomUUID(),
    now: () => Date.now(),
    random: () => 0.5,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    instructions: [],
    openModel: async () => ({ ok: true, value: agent.model }),
    fallback: async () => null,
    strategyFor: (model, name) =>
      name === 'guided' ? createGuidedStrategy() : createNativeStrategy({ model: model.profile.id, environmentAt }),
    rules: async () => [],
    async awaitAnswer({ prompt }) {
      if (prompt.kind === 'approval') return { answer: { kind: 'allow' }, by: 'eval' };
      return prompt.kind === 'question' && task.reply !== undefined ? { answer: { kind: 'reply', text: task.reply }, by: 'eval' } : null;
    },
    takeSteers: async () => [],
    readOutput: async () => null,
    base64: (data) => Buffer.from(data).toString('base64'),
    readMedia: async () => null,
    readAttached: async () => null,
    environmentAt,
    reportBug(error) {
      console.error(error);
    },
  };
}

function newRun(model: string): Run {
  const id = randomUUID();
  return {
    id,
    conversationId: randomUUID(),
    inputId: randomUUID(),
    parentRunId: null,
    rootRunId: id,
    kind: 'root',
    state: { name: 'queued' },
    model,
    budget: { ...DEFAULT_BUDGET, maxSteps: 12, maxMillis: 180_000 },
    owner: 'eval',
    createdAt: Date.now(),
  };
}

function messagesOf(task: Task, run: Run): Message[] {
  const said = (task.earlier ?? []).flatMap(({ person, agent }) => [
    { role: 'person', text: person },
    { role: 'agent', text: agent },
  ]);
  const lines = [...said, { role: 'person', text: task.request }];
  return lines.map(({ role, text }, index) => ({
    id: `m${index}`,
    conversationId: run.conversationId,
    parentId: index === 0 ? null : `m${index - 1}`,
    runId: index === lines.length - 1 ? run.id : null,
    role: role === 'person' ? 'person' : 'agent',
    createdAt: Date.now(),
    parts: [{ type: 'text', id: `p${index}`, ord: 0, trust: 'trusted', state: 'complete', text }],
  }));
}

async function fill(folder: string, files: Task['files']): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    await mkdir(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (!path.endsWith('/')) await writeFile(target, content);
  }
}

async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(folder.length + 1), await readFile(path, 'utf8'));
  }
  return found;
}

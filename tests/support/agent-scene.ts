import * as z from 'zod';
import { runAgent } from '../../src/core/agent/agent.ts';
import type { AgentPorts, FallbackModel } from '../../src/core/agent/agent-context.ts';
import type { AgentEvent } from '../../src/core/agent/agent-event.ts';
import { emptySnapshot, foldEvent, type ConversationSnapshot } from '../../src/core/agent/conversation-fold.ts';
import type { Interaction, InteractionAnswer } from '../../src/core/models/interaction.ts';
import type { Message } from '../../src/core/models/message.ts';
import type { Rule } from '../../src/core/models/rule.ts';
import type { Budget, Run } from '../../src/core/models/run.ts';
import type { Effect, Touches } from '../../src/core/models/tool-call.ts';
import type { Trust } from '../../src/core/models/trust.ts';
import { createGuidedStrategy } from '../../src/core/reasoning/guided-strategy.ts';
import { createNativeStrategy } from '../../src/core/reasoning/native-strategy.ts';
import { defineTool, type Tool, type ToolContext, type ToolOutcome } from '../../src/core/tools/tool.ts';
import { ToolRegistry } from '../../src/core/tools/tool-registry.ts';
import type { FakeModel } from './fake-model.ts';

export interface Scene {
  readonly model: FakeModel;
  readonly tools?: readonly Tool[];
  readonly rules?: readonly Rule[];
  readonly fallback?: FallbackModel;
  readonly budget?: Budget;
  readonly snapshot?: ConversationSnapshot;
  readonly answer?: (interaction: Interaction) => InteractionAnswer | null;
  readonly now?: () => number;
  readonly steers?: (taken: number) => readonly Message[];
  /** Base64 of pictures, by hash. */
  readonly media?: Readonly<Record<string, string>>;
  /** Called with every event before the next is asked for. */
  readonly onEvent?: (event: AgentEvent, stop: () => void) => void | Promise<void>;
}

export interface Played {
  readonly events: readonly AgentEvent[];
  readonly snapshot: ConversationSnapshot;
  readonly bugs: readonly unknown[];
  readonly slept: readonly number[];
}

export function personMessage(id: string, text: string, trust: Trust = 'trusted', createdAt = 1_000): Message {
  const part = { type: 'text', id: `${id}-text`, ord: 0, trust, state: 'complete', text } as const;
  return { id, conversationId: 'c', parentId: null, runId: null, role: 'person', createdAt, parts: [part] };
}

/** Plays one run of the agent on fakes, to its end. */
export async function play(scene: Scene): Promise<Played> {
  let ids = 0;
  let takes = 0;
  const bugs: unknown[] = [];
  const slept: number[] = [];
  const stop = new AbortController();
  const registry = new ToolRegistry();
  for (const tool of scene.tools ?? []) registry.add(tool);
  const run: Run = {
    id: 'run',
    conversationId: 'c',
    inputId: 'i',
    parentRunId: null,
    rootRunId: 'run',
    kind: 'root',
    state: { name: 'queued' },
    model: scene.model.profile.id,
    budget: scene.budget ?? { maxSteps: 20 },
    owner: 'test',
    createdAt: 0,
  };
  const ports: AgentPorts = {
    newId: () => `id-${(ids += 1)}`,
    now: scene.now ?? (() => 5_000),
    random: () => 0,
    digest: (text) => `digest of ${text.length}`,
    sleep: async (milliseconds, signal) => {
      slept.push(milliseconds);
      // Long enough that the grace after a stop does not win against tools that end.
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 30);
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      });
    },
    instructions: [],
    openModel: async () => ({ ok: true, value: scene.model }),
    fallback: async () => scene.fallback ?? null,
    strategyFor: (model, name) =>
      name === 'guided' ? createGuidedStrategy() : createNativeStrategy({ model: model.profile.id, environmentAt: environment }),
    rules: async () => scene.rules ?? [],
    awaitAnswer: async (interaction) => {
      const answer = scene.answer?.(interaction) ?? null;
      return answer ? { answer, by: 'person' } : null;
    },
    takeSteers: async () => scene.steers?.((takes += 1)) ?? [],
    readOutput: async () => null,
    base64: (data) => Buffer.from(data).toString('base64'),
    readMedia: async (hash) => scene.media?.[hash] ?? null,
    readAttached: async () => null,
    environmentAt: environment,
    reportBug: (error) => bugs.push(error),
  };
  const start = scene.snapshot ?? { ...emptySnapshot('c'), messages: [personMessage('m1', 'Do it.')] };
  const events: AgentEvent[] = [];
  let snapshot = start;
  for await (const event of runAgent({ run, snapshot: start, workspace: '/work', tools: registry.snapshot() }, ports, stop.signal)) {
    events.push(event);
    snapshot = foldEvent(snapshot, event);
    await scene.onEvent?.(event, () => stop.abort());
  }
  return { events, snapshot, bugs, slept };
}

function environment() {
  return [{ text: 'Workspace: /work', section: 'environment', source: 'core', trust: 'trusted' }] as const;
}

/** A tool that answers with what it is told to. */
export function fakeTool(
  name: string,
  options: {
    readonly effect?: Effect;
    readonly touches?: Touches;
    readonly execute?: (input: { value?: string | undefined }, context: ToolContext) => Promise<ToolOutcome>;
  } = {},
): Tool {
  return defineTool({
    name,
    description: `Does ${name}.`,
    examples: [{ request: `Please ${name}.`, input: { value: 'x' } }],
    input: z.object({ value: z.string().optional() }),
    effect: options.effect ?? 'none',
    describe: () => ({ future: `Will ${name}`, present: `Doing ${name}`, past: `Did ${name}` }),
    touches: async () => options.touches ?? {},
    execute: options.execute ?? (async (input) => ({ ok: true, output: `${name} says ${input.value ?? 'nothing'}`, trust: 'trusted' })),
  });
}

/** The run's states in order. */
export function statesOf(played: Played): string[] {
  return played.events.flatMap((event) => (event.type === 'state_changed' || event.type === 'run_completed' ? [event.state.name] : []));
}

import { failure } from '../models/failure.ts';
import { advanceCall, type ToolCall } from '../models/tool-call.ts';
import type { Tool, ToolContext, ToolOutcome } from '../tools/tool.ts';
import { boundOutput } from '../tools/truncate.ts';
import { asFailure } from './tool-calls.ts';
import { go, newInteraction, stateOf, type AgentContext } from './agent-context.ts';
import type { AgentEvent } from './agent-event.ts';
import { linkedAbort } from './linked-abort.ts';
import { relay, type Emit } from './relay.ts';

/** Calls that run at the same time at most. */
const PARALLEL_LIMIT = 4;
/** Characters of a tool's output that go to the model at once, at most. */
const OUTPUT_LIMIT = 16_000;
/** How long a tool may take to end after a stop; milliseconds (R7). */
const STOP_GRACE = 2_000;

/**
 * Runs authorized calls. Neighbours that change nothing run together, everything else alone and in source order.
 * All starts of a group are durable before any of it runs (R1).
 */
export async function* executeCalls(context: AgentContext, calls: readonly ToolCall[]): AsyncGenerator<AgentEvent, void> {
  for (const group of groupsOf(calls)) {
    if (context.signal.aborted) return;
    const started = group.map((call) => advanceCall(call, 'started', { startedAt: context.ports.now() }));
    for (const call of started) yield { type: 'tool_call_started', call };
    yield* relay(async (emit) => {
      const waits = new AsideWhileAllWait(context, emit, started.length);
      await Promise.all(started.map((call) => runCall(context, call, emit, waits)));
    });
  }
}

function groupsOf(calls: readonly ToolCall[]): readonly (readonly ToolCall[])[] {
  const groups: ToolCall[][] = [];
  for (const call of calls) {
    const group = groups.at(-1);
    const joins = call.effect === 'none' && group?.[0]?.effect === 'none' && group.length < PARALLEL_LIMIT;
    if (group && joins) group.push(call);
    else groups.push([call]);
  }
  return groups;
}

async function runCall(context: AgentContext, call: ToolCall, emit: Emit, waits: AsideWhileAllWait): Promise<void> {
  const tool = context.tools.find(call.tool);
  if (!tool) throw new Error(`authorized call of an unknown tool ${call.tool}`);
  const outcome = await outcomeOf(context, tool, call, emit, waits);
  await waits.ended();
  const output = outcome.output ?? (outcome.ok ? '' : `Failed (${outcome.failure.code}): ${outcome.failure.message}`);
  const shown = outcome.ok ? (outcome.media ?? []) : [];
  // They are stored with the end of the call, and wanted for the next request at once.
  for (const { media, data } of shown) context.media.set(media.hash, context.ports.base64(data));
  const readOn = `Read on with read_output, call ${JSON.stringify(call.id)}.`;
  const bounded = boundOutput(output, outputLimit(context), readOn);
  const state = context.signal.aborted && !outcome.ok ? 'cancelled' : outcome.ok ? 'succeeded' : 'failed';
  await emit({
    type: 'tool_call_ended',
    call: advanceCall(call, state, {
      output: bounded.text,
      trust: outcome.trust ?? 'trusted',
      endedAt: context.ports.now(),
      ...(outcome.ok ? {} : { failure: outcome.failure }),
      ...(bounded.truncated ? { outputBlob: context.ports.digest(output) } : {}),
      ...(shown.length > 0 ? { media: shown.map(({ name, media }) => ({ name, media })) } : {}),
    }),
    ...(bounded.truncated ? { wholeOutput: output } : {}),
    ...(shown.length > 0 ? { media: shown.map(({ media, data }) => ({ hash: media.hash, data })) } : {}),
  });
}

/** No single result takes more than a quarter of the room for input. */
function outputLimit(context: AgentContext): number {
  const manager = context.context;
  if (!manager) return OUTPUT_LIMIT;
  return Math.max(800, Math.min(OUTPUT_LIMIT, Math.floor((manager.room * manager.bytesPerToken) / 4)));
}

async function outcomeOf(context: AgentContext, tool: Tool, call: ToolCall, emit: Emit, waits: AsideWhileAllWait): Promise<ToolOutcome> {
  if (context.signal.aborted) return { ok: false, failure: failure('tool_cancelled', 'It was stopped before it began.') };
  const running = tool
    .execute(call.input, toolContext(context, call, emit, waits))
    .catch((error: unknown): ToolOutcome => ({ ok: false, failure: asFailure(context, error) }));
  const given = new AbortController();
  const stopped = afterAbort(context.signal, given.signal)
    .then(() => context.ports.sleep(STOP_GRACE, given.signal))
    .then((): ToolOutcome => ({ ok: false, failure: failure('tool_cancelled', 'It did not end in time after the stop.') }));
  try {
    return await Promise.race([running, stopped]);
  } finally {
    given.abort();
  }
}

/** Resolves when `signal` is aborted; listens no longer than until `over`. */
function afterAbort(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const { signal: either, release } = linkedAbort(signal, over);
    either.addEventListener('abort', () => {
      release();
      resolve();
    });
    if (either.aborted) resolve();
  });
}

function toolContext(context: AgentContext, call: ToolCall, emit: Emit, waits: AsideWhileAllWait): ToolContext {
  const { ports, run } = context;
  let offset = 0;
  return {
    workspace: context.workspace,
    conversationId: run.conversationId,
    callId: call.id,
    signal: context.signal,
    progress: (text) => {
      const at = offset;
      offset += text.length;
      return emit({ type: 'tool_output', callId: call.id, offset: at, text });
    },
    recordFile: ({ path, before, modeBefore }) =>
      emit({
        type: 'file_recorded',
        change: { id: ports.newId(), callId: call.id, conversationId: run.conversationId, path, before, modeBefore },
      }),
    ask: async (question, choices) => {
      const interaction = newInteraction(context, { kind: 'question', callId: call.id, question, choices }, { question, choices });
      await emit({ type: 'interaction_requested', interaction });
      await waits.begin();
      const reply = await ports.awaitAnswer(interaction, context.signal);
      await emit({ type: 'interaction_closed', interactionId: interaction.id, answer: reply?.answer ?? null, by: reply?.by ?? 'nobody' });
      await waits.end();
      return reply?.answer.kind === 'reply' ? reply.answer.text : null;
    },
    updatePlan: (plan) => emit({ type: 'plan_updated', plan }),
    readOutput: (callId) => ports.readOutput(callId),
    readAttached: (name) => ports.readAttached(name),
  };
}

/** Puts the run aside as `awaiting_interaction` only while every running call waits for the person. */
class AsideWhileAllWait {
  readonly #context: AgentContext;
  readonly #emit: Emit;
  #running: number;
  #waiting = 0;

  constructor(context: AgentContext, emit: Emit, running: number) {
    this.#context = context;
    this.#emit = emit;
    this.#running = running;
  }

  async begin(): Promise<void> {
    this.#waiting += 1;
    await this.#settle();
  }

  async end(): Promise<void> {
    this.#waiting -= 1;
    await this.#settle();
  }

  async ended(): Promise<void> {
    this.#running -= 1;
    await this.#settle();
  }

  async #settle(): Promise<void> {
    if (this.#context.signal.aborted) return;
    const isAside = stateOf(this.#context).name === 'awaiting_interaction';
    const allWait = this.#running > 0 && this.#waiting === this.#running;
    if (allWait && !isAside) await this.#emit(go(this.#context, 'awaiting_interaction'));
    if (!allWait && isAside) await this.#emit(go(this.#context, 'acting'));
  }
}

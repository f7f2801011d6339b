import type { ContextManager } from '../context/context-manager.ts';
import type { Failure, Result } from '../models/failure.ts';
import type { Interaction, InteractionAnswer, InteractionPrompt } from '../models/interaction.ts';
import type { Message } from '../models/message.ts';
import type { Rule } from '../models/rule.ts';
import type { Run } from '../models/run.ts';
import type { Trust } from '../models/trust.ts';
import { NO_USAGE, type Usage } from '../models/usage.ts';
import type { Block, LanguageModel } from '../reasoning/language-model.ts';
import type { Strategy } from '../reasoning/strategy.ts';
import type { ToolSet } from '../tools/tool-registry.ts';
import type { AgentEvent } from './agent-event.ts';
import { advanceRun, type RunState, type RunStateName } from './agent-state.ts';
import type { ConversationSnapshot } from './conversation-fold.ts';
import { linkedAbort } from './linked-abort.ts';

export interface ModelFetch {
  readonly done: number;
  readonly total: number;
  readonly detail: string;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** `mayLeaveMachine`: the person has set that it may follow a model on this machine although it is not on it. */
export interface FallbackModel {
  readonly model: string;
  readonly mayLeaveMachine: boolean;
  open(signal: AbortSignal, onFetch: (fetch: ModelFetch) => void): Promise<Result<LanguageModel>>;
}

/** What the agent needs from outside, injected. */
export interface AgentPorts {
  newId(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Between 0 and 1. */
  random(): number;
  /** Hex digest of a text. */
  digest(text: string): string;
  /** Resolves after the time, or at once when the signal is aborted. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  openModel(signal: AbortSignal, onFetch: (fetch: ModelFetch) => void): Promise<Result<LanguageModel>>;
  /** The model to go on with where the run's own cannot be asked; null: the person wants none. */
  fallback(): Promise<FallbackModel | null>;
  strategyFor(model: LanguageModel, name: 'native' | 'guided'): Strategy;
  /** The rules that are in force now: saved ones and configured ones. */
  rules(): Promise<readonly Rule[]>;
  /** Waits for the answer to an open interaction. Null: nobody can answer it, or the run is being stopped. */
  awaitAnswer(interaction: Interaction, signal: AbortSignal): Promise<{ readonly answer: InteractionAnswer; readonly by: string } | null>;
  /** Steers that came in, oldest first; each is handed out once (R6). */
  takeSteers(): Promise<readonly Message[]>;
  readOutput(callId: string): Promise<{ readonly text: string; readonly trust: Trust } | null>;
  base64(data: Uint8Array): string;
  /** Bytes that the conversation keeps, in base64; null when they are gone. */
  readMedia(hash: string): Promise<string | null>;
  /** The bytes of what the person handed over in this conversation, by its name; null when there is no such thing. */
  readAttached(name: string): Promise<Uint8Array | null>;
  /** What the person wants of every run, and of those in this workspace. */
  readonly instructions: readonly Block[];
  /** The environment section as of a moment; depends on the day only. */
  environmentAt(time: number): readonly Block[];
  /** Told of bugs that must not end the run; never throws. */
  reportBug(error: unknown): void;
}

export interface AgentStart {
  readonly run: Run;
  /** The conversation up to and including the person's message. */
  readonly snapshot: ConversationSnapshot;
  /** Real absolute path. */
  readonly workspace: string;
  readonly tools: ToolSet;
}

/** What one run of the agent keeps while it works. `snapshot` changes only by events that were committed. */
export interface AgentContext extends AgentStart {
  readonly ports: AgentPorts;
  /** Aborted when the person stops the run, or its time is up (R8). */
  readonly signal: AbortSignal;
  /** Whether the time is up, and nobody had stopped the run before. */
  isOutOfTime(): boolean;
  readonly startedAt: number;
  snapshot: ConversationSnapshot;
  model: LanguageModel | null;
  strategy: Strategy | null;
  context: ContextManager | null;
  /** The fallback was tried: it is tried once. */
  hasFallenBack: boolean;
  /** The agent's message that grows now, and the position of its next part. */
  message: { readonly id: string; nextOrd: number } | null;
  /** What was read of pictures and PDFs, in base64, by hash. */
  readonly media: Map<string, string>;
  steps: number;
  usage: Usage;
  cost: number | null;
}

/**
 * @param stopped aborted when the person stops the run
 * @param ended aborted by the caller when the run has ended: nothing is timed any longer
 */
export function newAgentContext(start: AgentStart, ports: AgentPorts, stopped: AbortSignal, ended: AbortSignal): AgentContext {
  const { maxMillis } = start.run.budget;
  const time = new AbortController();
  if (maxMillis !== undefined) {
    void ports.sleep(maxMillis, ended).then(() => {
      if (!ended.aborted) time.abort();
    });
  }
  return {
    ...start,
    ports,
    signal: linkedAbort(stopped, time.signal).signal,
    isOutOfTime: () => time.signal.aborted && !stopped.aborted,
    startedAt: ports.now(),
    model: null,
    strategy: null,
    context: null,
    hasFallenBack: false,
    message: null,
    media: new Map(),
    steps: 0,
    usage: NO_USAGE,
    cost: 0,
  };
}

export function stateOf(context: AgentContext): RunState {
  return context.snapshot.runState ?? { name: 'queued' };
}

/** The event of going to another state. @throws Error on an illegal transition */
export function go(context: AgentContext, to: RunStateName): AgentEvent {
  return { type: 'state_changed', state: advanceRun(stateOf(context), to) };
}

/** The trust of the whole conversation: once something untrusted was read, everything written after it is suspect (S3). */
export function trustOf(context: AgentContext): Trust {
  const { messages, calls } = context.snapshot;
  for (const call of calls.values()) if (call.trust === 'untrusted') return 'untrusted';
  for (const message of messages) for (const part of message.parts) if (part.trust === 'untrusted') return 'untrusted';
  return 'trusted';
}

export function newInteraction(context: AgentContext, prompt: InteractionPrompt, asked: unknown): Interaction {
  return {
    id: context.ports.newId(),
    conversationId: context.run.conversationId,
    runId: context.run.id,
    rootRunId: context.run.rootRunId,
    prompt,
    digest: context.ports.digest(JSON.stringify(asked)),
    state: 'open',
    createdAt: context.ports.now(),
  };
}

/**
 * Asks the person and waits, in the state `awaiting_interaction`. Null: nobody could answer, or the run is being stopped.
 */
export async function* askPerson(
  context: AgentContext,
  prompt: InteractionPrompt,
  asked: unknown,
): AsyncGenerator<AgentEvent, InteractionAnswer | null> {
  const interaction = newInteraction(context, prompt, asked);
  const returnTo = stateOf(context).name;
  yield { type: 'interaction_requested', interaction };
  yield go(context, 'awaiting_interaction');
  const reply = await context.ports.awaitAnswer(interaction, context.signal);
  yield { type: 'interaction_closed', interactionId: interaction.id, answer: reply?.answer ?? null, by: reply?.by ?? 'nobody' };
  if (!context.signal.aborted) yield go(context, returnTo);
  return reply?.answer ?? null;
}

export type Ending =
  | { readonly kind: 'completed' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed' | 'exhausted'; readonly failure: Failure };

import { instructionsFor } from '../context/instructions.ts';
import type { Failure } from '../models/failure.ts';
import { formatName, isPicture, type Media } from '../models/media.ts';
import type { MediaPart, Message } from '../models/message.ts';
import type { WireRequest } from '../models/request.ts';
import { addUsage, costOf } from '../models/usage.ts';
import { RETRYABLE, type LanguageModel } from '../reasoning/language-model.ts';
import { askModel, usageOrEstimate, type StepAnswer } from '../reasoning/reasoning-engine.ts';
import { isTaken, mediaIn } from '../reasoning/media-blocks.ts';
import type { StepContext, StepDecision, Strategy } from '../reasoning/strategy.ts';
import type { Tool } from '../tools/tool.ts';
import type { ContextManager } from '../context/context-manager.ts';
import { asSentence, fallBack } from './open-model.ts';
import { go, stateOf, trustOf, type AgentContext } from './agent-context.ts';
import type { AgentEvent, StepPurpose } from './agent-event.ts';

/** Tries of one step, the first included (R9). */
const MAX_ATTEMPTS = 4;
/** First wait before trying again, doubled each time, with up to as much jitter; milliseconds. */
const FIRST_WAIT = 500;
/** The longest wait that a server may ask for before we rather tell the person; milliseconds. */
const LONGEST_WAIT = 60_000;

export type StepResult =
  | { readonly kind: 'decided'; readonly decision: StepDecision; readonly answer: StepAnswer; readonly stepId: string }
  | { readonly kind: 'repeats' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A context whose model is open. */
export interface ReadyContext extends AgentContext {
  model: LanguageModel;
  strategy: Strategy;
  context: ContextManager;
}

/** One step of the run: asks the model, again where that is allowed (R9), and says what the answer means. */
export async function* modelStep(context: ReadyContext, purpose: StepPurpose): AsyncGenerator<AgentEvent, StepResult> {
  context.steps += 1;
  const ord = context.steps;
  let ceiling: number | undefined;
  /** Tries before the first one of the model that is asked now. */
  let before = 0;
  for (let attempt = 1; ; attempt += 1) {
    if (context.signal.aborted) return { kind: 'cancelled' };
    const assembled = yield* assemble(context, purpose, ceiling);
    if (assembled.kind === 'failed') return assembled;
    const messageId = yield* ensureMessage(context);
    const stepId = context.ports.newId();
    yield {
      type: 'step_started',
      step: {
        id: stepId,
        ord,
        attempt,
        purpose,
        messageId,
        requestId: context.ports.newId(),
        model: context.model.profile.id,
        startedAt: context.ports.now(),
      },
      request: assembled.wire,
    };
    const answer = yield* askModel(
      context.model,
      assembled.wire,
      {
        stepId,
        messageId,
        firstOrd: context.message?.nextOrd ?? 0,
        showsText: context.strategy.showsText(purpose, context.run.answerSchema !== undefined),
        trust: trustOf(context),
        newId: context.ports.newId,
      },
      context.signal,
    );
    if (context.message) context.message.nextOrd = answer.nextOrd;
    yield* bookStep(context, stepId, assembled.wire, assembled.tokens, answer);
    if (answer.finish === 'cancelled') return { kind: 'cancelled' };
    if (answer.finish === 'repeats') return { kind: 'repeats' };
    if (!answer.failure) {
      return {
        kind: 'decided',
        decision: context.strategy.interpret(stepContext(context, purpose, context.snapshot.messages), answer),
        answer,
        stepId,
      };
    }
    const { failure } = answer;
    if (answer.shown) return { kind: 'failed', failure };
    if (failure.code === 'model_no_tools' && context.strategy.name === 'native') {
      context.strategy = context.ports.strategyFor(context.model, 'guided');
      yield {
        type: 'notice_raised',
        code: 'guided_fallback',
        text: 'This model takes no tools. Glasshouse goes on by asking it step by step.',
      };
      continue;
    }
    if (failure.code === 'context_too_long' && ceiling === undefined) {
      ceiling = Math.min(context.context.room, assembled.tokens - 1);
      continue;
    }
    const wait = waitBefore(attempt - before, failure, context.ports.random());
    if (wait !== null) {
      yield* waitToRetry(context, wait, failure, attempt - before);
      continue;
    }
    // An answer from what was observed goes on in the way of working that the decision was made in.
    const kept = purpose === 'synthesise' ? context.strategy.name : undefined;
    if (!(yield* fallBack(context, failure, kept))) return { kind: 'failed', failure };
    [before, ceiling] = [attempt, undefined];
  }
}

/** Milliseconds to wait before the next try; null when there is none. Exponential with jitter; what the server asks for is honoured (R9). */
function waitBefore(attempt: number, failure: Failure, random: number): number | null {
  if (!RETRYABLE.has(failure.code) || attempt >= MAX_ATTEMPTS) return null;
  const own = FIRST_WAIT * 2 ** (attempt - 1) * (1 + random);
  if (failure.retryAfterMs === undefined) return own;
  return failure.retryAfterMs > LONGEST_WAIT ? null : Math.max(failure.retryAfterMs, own);
}

async function* waitToRetry(context: AgentContext, wait: number, failure: Failure, attempt: number): AsyncGenerator<AgentEvent, void> {
  const returnTo = stateOf(context).name;
  yield go(context, 'waiting_to_retry');
  const seconds = Math.max(1, Math.round(wait / 1000));
  yield {
    type: 'notice_raised',
    code: 'retrying',
    text: `${asSentence(failure.message)} Trying again in ${seconds} s (${attempt} of ${MAX_ATTEMPTS - 1}).`,
  };
  await context.ports.sleep(wait, context.signal);
  if (!context.signal.aborted) yield go(context, returnTo);
}

/** The agent's message that the step writes into; started when there is none. */
async function* ensureMessage(context: AgentContext): AsyncGenerator<AgentEvent, string> {
  if (context.message) return context.message.id;
  const message: Message = {
    id: context.ports.newId(),
    conversationId: context.run.conversationId,
    parentId: context.snapshot.messages.at(-1)?.id ?? null,
    runId: context.run.id,
    role: 'agent',
    createdAt: context.ports.now(),
    parts: [],
  };
  context.message = { id: message.id, nextOrd: 0 };
  yield { type: 'message_started', message };
  return message.id;
}

function stepContext(context: ReadyContext, purpose: StepPurpose, messages: readonly Message[]): StepContext {
  const { snapshot, run } = context;
  const last = messages.findLastIndex((message) => message.role === 'person');
  const ofRun = messages.filter((message, index) => message.runId === run.id || index === last);
  return {
    purpose,
    system: [...instructionsFor(snapshot.mode), ...context.ports.instructions],
    tools: offeredTools(context),
    messages,
    calls: snapshot.calls,
    runMessageIds: new Set(ofRun.map((message) => message.id)),
    plan: snapshot.plan,
    environment: context.ports.environmentAt(context.ports.now()),
    window: context.model.profile.window,
    maxOutput: context.context.reserve,
    bytesPerToken: context.context.bytesPerToken,
    shelf: { sight: context.model.profile.sight, base64: context.media },
    ...(run.answerSchema ? { answerSchema: run.answerSchema } : {}),
  };
}

function offeredTools({ tools, snapshot, model }: ReadyContext): readonly Tool[] {
  return tools.tools.filter(
    (tool) =>
      (snapshot.mode !== 'plan' || tool.effect !== 'unsafe') &&
      (tool.needsSight !== true || (model.profile.sight?.takes.includes('image/png') ?? false)),
  );
}

/** Reads what the model is shown beside words. A failure: it was handed something over that it cannot take. */
async function fillShelf(context: ReadyContext): Promise<Failure | null> {
  const { snapshot, model, media, ports } = context;
  const { sight, id } = model.profile;
  const refused = mediaSaidNow(snapshot.messages).find((part) => !isTaken(part.media, sight) && !canReadInstead(context, part.media));
  if (refused) {
    const what = `${refused.name} is a ${formatName(refused.media)}${isPicture(refused.media) ? ' picture' : ''}`;
    return { code: 'model_cannot_see', message: `${what}, which ${id} does not take.` };
  }
  for (const { media: one } of mediaIn(snapshot.messages, snapshot.calls, sight)) {
    if (media.has(one.hash)) continue;
    const base64 = await ports.readMedia(one.hash);
    if (base64 !== null) media.set(one.hash, base64);
  }
  return null;
}

/** What was handed over since the agent last answered. */
function mediaSaidNow(messages: readonly Message[]): readonly MediaPart[] {
  const last = messages.findLast((message) => message.role === 'person');
  return last?.parts.filter((part) => part.type === 'media') ?? [];
}

/** A document is read by a tool, where the model can call one for it. */
function canReadInstead({ strategy, tools }: ReadyContext, media: Media): boolean {
  return !isPicture(media) && strategy.name === 'native' && tools.find('read_document') !== undefined;
}

type Assembled =
  | { readonly kind: 'ready'; readonly wire: WireRequest; readonly tokens: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

async function* assemble(context: ReadyContext, purpose: StepPurpose, ceiling: number | undefined): AsyncGenerator<AgentEvent, Assembled> {
  const { snapshot, model, strategy } = context;
  const refused = await fillShelf(context);
  if (refused) return { kind: 'failed', failure: refused };
  const assembly = context.context.assemble(
    { conversationId: snapshot.conversationId, messages: snapshot.messages, calls: snapshot.calls, trim: snapshot.trim },
    (messages) => model.prepare(strategy.request(stepContext(context, purpose, messages))),
    ceiling,
  );
  if (assembly.kind === 'too_long') {
    const what = context.steps > 1 ? 'What was written and read in this run' : 'The input';
    const message = `${what} needs about ${assembly.tokens} tokens; ${model.profile.id} has room for ${assembly.room}.`;
    return { kind: 'failed', failure: { code: 'context_too_long', message } };
  }
  if (assembly.kind === 'trimmed') {
    const returnTo = stateOf(context).name;
    const { unitsDropped } = assembly.trim;
    yield go(context, 'compacting');
    yield { type: 'context_trimmed', trim: assembly.trim };
    yield {
      type: 'notice_raised',
      code: 'context_trimmed',
      text: `The conversation no longer fits the model: its ${unitsDropped === 1 ? 'oldest piece is' : `oldest ${unitsDropped} pieces are`} left out of requests from here on. Nothing is deleted.`,
    };
    yield go(context, returnTo);
  }
  return { kind: 'ready', wire: assembly.wire, tokens: assembly.tokens };
}

async function* bookStep(
  context: ReadyContext,
  stepId: string,
  wire: WireRequest,
  tokens: number,
  answer: StepAnswer,
): AsyncGenerator<AgentEvent, void> {
  const sent = !answer.failure || answer.shown || answer.usage !== null;
  const usage = usageOrEstimate(answer.usage, sent ? tokens : 0, answer.text, context.context.bytesPerToken);
  if (answer.usage) context.context.learn(wire, answer.usage);
  const { price } = context.model.profile;
  const cost = costOf(usage, price);
  context.usage = addUsage(context.usage, usage);
  context.cost = cost === null || context.cost === null ? null : context.cost + cost;
  yield {
    type: 'step_completed',
    stepId,
    usage,
    cost,
    ...(price ? { price } : {}),
    finish: answer.finish === 'repeats' ? 'unknown' : answer.finish,
    ...(answer.failure ? { failure: answer.failure } : {}),
    endedAt: context.ports.now(),
  };
}

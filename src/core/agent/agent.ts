import { failure, type Failure } from '../models/failure.ts';
import { textOf, type Message } from '../models/message.ts';
import {
  askPerson,
  go,
  newAgentContext,
  stateOf,
  type AgentContext,
  type AgentPorts,
  type AgentStart,
  type Ending,
} from './agent-context.ts';
import type { AgentEvent } from './agent-event.ts';
import { advanceRun } from './agent-state.ts';
import { foldEvent, type ConversationSnapshot } from './conversation-fold.ts';
import { executeCalls } from './execute-calls.ts';
import { modelStep, type ReadyContext, type StepResult } from './model-step.ts';
import { openModel } from './open-model.ts';
import { preflight, proposeCalls, settleOpenCalls } from './tool-calls.ts';

/** Refusals of repeated calls after which a run ends. */
const CIRCLES = 3;

/**
 * The agent: works on one run until it ends, and tells everything that happens as events.
 *
 * `yield` is the commit point: an effect starts only after the event that announces it was taken. The consumer must
 * make each event durable before asking for the next one; only marks on the way (states, proposals, checks, the end of a step) may
 * wait to be stored together with the event that they lead to. Never throws for a failure of model, tool or person; if the
 * consumer throws into it or returns it, open tools are stopped by the signal, which the consumer must abort.
 * @returns the conversation as the run leaves it
 */
export async function* runAgent(
  start: AgentStart,
  ports: AgentPorts,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent, ConversationSnapshot> {
  const ended = new AbortController();
  const context = newAgentContext(start, ports, signal, ended.signal);
  const work = workUntilEnd(context);
  try {
    let next = await work.next();
    while (!next.done) {
      yield next.value;
      // Deltas are left out: the completed part brings the whole text.
      if (next.value.type !== 'part_delta') context.snapshot = foldEvent(context.snapshot, next.value);
      next = await work.next();
    }
    return context.snapshot;
  } finally {
    ended.abort();
    await work.return();
  }
}

async function* workUntilEnd(context: AgentContext): AsyncGenerator<AgentEvent, void> {
  const worked = yield* work(context);
  const outOfTime = context.isOutOfTime() ? timeFailure(context) : null;
  const ending: Ending = outOfTime ? { kind: 'exhausted', failure: outOfTime } : worked;
  const cancelled = !outOfTime && (ending.kind === 'cancelled' || context.signal.aborted);
  const state = stateOf(context).name;
  if (cancelled && state !== 'queued' && state !== 'cancelling') yield go(context, 'cancelling');
  yield* settleOpenCalls(context);
  const end = cancelled ? 'cancelled' : ending.kind;
  yield {
    type: 'run_completed',
    state: advanceRun(stateOf(context), end),
    usage: context.usage,
    cost: context.cost,
    steps: context.steps,
    ...(!cancelled && 'failure' in ending ? { failure: ending.failure } : {}),
  };
}

async function* work(context: AgentContext): AsyncGenerator<AgentEvent, Ending> {
  const resumed = stateOf(context).name === 'suspended';
  yield go(context, resumed ? 'planning' : 'receiving');
  const problem = yield* openModel(context);
  if (context.signal.aborted) return { kind: 'cancelled' };
  if (problem || !isReady(context)) return { kind: 'failed', failure: problem ?? failure('internal', 'The model did not open.') };
  if (!resumed) yield go(context, 'planning');
  while (true) {
    if (context.signal.aborted) return { kind: 'cancelled' };
    yield* takeSteers(context);
    const exhausted = budgetFailure(context);
    if (exhausted) return { kind: 'exhausted', failure: exhausted };
    const ending = yield* round(context);
    if (ending) return ending;
    yield go(context, 'planning');
  }
}

/** One round: plan, then act and observe, then reflect. Ends in `reflecting`. Null: plan again. */
async function* round(context: ReadyContext): AsyncGenerator<AgentEvent, Ending | null> {
  const step = yield* modelStep(context, 'plan');
  if (step.kind !== 'decided') return yield* endOfStep(context, step);
  const { decision } = step;
  if (decision.kind === 'calls') {
    yield go(context, 'acting');
    const proposed = yield* proposeCalls(context, decision.calls, step.stepId);
    const authorized = [];
    for (const call of proposed) {
      const checked = yield* preflight(context, call);
      if (context.signal.aborted) return { kind: 'cancelled' };
      if (checked.state === 'authorized') authorized.push(checked);
    }
    yield* executeCalls(context, authorized);
    if (context.signal.aborted) return { kind: 'cancelled' };
    yield go(context, 'observing');
    yield go(context, 'reflecting');
    return isGoingInCircles(context)
      ? { kind: 'exhausted', failure: failure('run_exhausted', 'The agent went on asking for the same call.') }
      : null;
  }
  yield go(context, 'reflecting');
  if (decision.kind === 'synthesise') {
    const synthesis = yield* modelStep(context, 'synthesise');
    if (synthesis.kind !== 'decided') return yield* endOfStep(context, synthesis);
    yield* noteOddFinish(synthesis);
  } else yield* noteOddFinish(step);
  return yield* afterAnswer(context);
}

/** Whether refusing the same call has not turned the agent (R8). */
function isGoingInCircles(context: AgentContext): boolean {
  const refused = [...context.snapshot.calls.values()].filter(
    (call) => call.runId === context.run.id && call.failure?.code === 'tool_repeated',
  );
  return refused.length >= CIRCLES;
}

/** The answer stands: is there more to do? A steer that came meanwhile, or a plan to approve. */
async function* afterAnswer(context: ReadyContext): AsyncGenerator<AgentEvent, Ending | null> {
  if (yield* takeSteers(context)) return null;
  if (context.snapshot.mode !== 'plan') return { kind: 'completed' };
  const plan = textOf(context.snapshot.messages.at(-1) ?? EMPTY_MESSAGE);
  if (!plan) return { kind: 'completed' };
  const answer = yield* askPerson(context, { kind: 'plan_approval', plan }, { plan });
  if (context.signal.aborted) return { kind: 'cancelled' };
  if (answer?.kind === 'allow') {
    yield { type: 'mode_changed', mode: 'ask' };
    yield* addPersonMessage(context, 'The plan is approved. Carry it out.');
    return null;
  }
  const change = answer?.kind === 'deny' ? answer.reason : answer?.kind === 'reply' ? answer.text : undefined;
  if (!change) return { kind: 'completed' };
  yield* addPersonMessage(context, change);
  return null;
}

const EMPTY_MESSAGE: Message = { id: '', conversationId: '', parentId: null, runId: null, role: 'agent', createdAt: 0, parts: [] };

async function* endOfStep(
  context: ReadyContext,
  step: Exclude<StepResult, { kind: 'decided' }>,
): AsyncGenerator<AgentEvent, Ending | null> {
  if (step.kind === 'cancelled') return { kind: 'cancelled' };
  if (step.kind === 'failed') return { kind: 'failed', failure: step.failure };
  yield { type: 'notice_raised', code: 'repeats', text: 'The answer began to repeat itself and was stopped.' };
  if (stateOf(context).name === 'planning') yield go(context, 'reflecting');
  const question = 'The model’s answer repeats itself. Let it go on?';
  const answer = yield* askPerson(context, { kind: 'loop', callId: null, question }, { question });
  return answer?.kind === 'allow' ? null : { kind: context.signal.aborted ? 'cancelled' : 'completed' };
}

async function* noteOddFinish(step: Extract<StepResult, { kind: 'decided' }>): AsyncGenerator<AgentEvent, void> {
  const { finish, text } = step.answer;
  const notes: Partial<Record<typeof finish, string>> = {
    length: 'The answer was cut: it reached the longest that the model may write.',
    filtered: 'The provider withheld the rest of the answer.',
    refused: 'The model refused to answer this.',
  };
  const note = notes[finish] ?? (text.trim() === '' ? 'The model ended without an answer.' : undefined);
  if (note) yield { type: 'notice_raised', code: `finish_${finish}`, text: note };
}

function isReady(context: AgentContext): context is ReadyContext {
  return context.model !== null && context.strategy !== null && context.context !== null;
}

/** Lets in what the person said meanwhile; the agent goes on in a new message (R6). */
async function* takeSteers(context: AgentContext): AsyncGenerator<AgentEvent, boolean> {
  const steers = await context.ports.takeSteers();
  for (const steer of steers) yield* startMessage(context, steer);
  return steers.length > 0;
}

async function* addPersonMessage(context: AgentContext, text: string): AsyncGenerator<AgentEvent, void> {
  const id = context.ports.newId();
  const part = { type: 'text', id: context.ports.newId(), ord: 0, trust: 'trusted', state: 'complete', text } as const;
  const { conversationId } = context.run;
  yield* startMessage(context, {
    id,
    conversationId,
    parentId: null,
    runId: context.run.id,
    role: 'person',
    createdAt: context.ports.now(),
    parts: [part],
  });
}

async function* startMessage(context: AgentContext, message: Message): AsyncGenerator<AgentEvent, void> {
  context.message = null;
  const parentId = context.snapshot.messages.at(-1)?.id ?? null;
  yield { type: 'message_started', message: { ...message, parentId, runId: context.run.id } };
}

/** The first limit of the budget that is reached, if any (R8). */
function budgetFailure(context: AgentContext): Failure | null {
  const { steps, usage, ports, startedAt } = context;
  const { maxSteps, maxTokens, maxCost, maxMillis } = context.run.budget;
  const tokens = usage.input + usage.output;
  const cost = context.cost ?? 0;
  if (steps >= maxSteps) return failure('run_exhausted', `The run has used its ${maxSteps} steps.`);
  if (maxTokens !== undefined && tokens >= maxTokens)
    return failure('run_exhausted', `The run has used ${tokens} of its ${maxTokens} tokens.`);
  if (maxCost !== undefined && cost >= maxCost) return failure('run_exhausted', `The run has cost $${cost.toFixed(4)} of its $${maxCost}.`);
  return maxMillis !== undefined && ports.now() - startedAt >= maxMillis ? timeFailure(context) : null;
}

function timeFailure(context: AgentContext): Failure {
  return failure('run_exhausted', `The run has worked for its ${Math.round((context.run.budget.maxMillis ?? 0) / 60_000)} minutes.`);
}

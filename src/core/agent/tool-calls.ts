import * as z from 'zod';
import type { InteractionAnswer } from '../models/interaction.ts';
import { FailureError, failure, type Failure } from '../models/failure.ts';
import type { Rule } from '../models/rule.ts';
import { advanceCall, isSettled, type Authorisation, type Preview, type ToolCall } from '../models/tool-call.ts';
import type { ProposedCall } from '../reasoning/strategy.ts';
import { disguiseReason } from '../tools/disguise-reason.ts';
import { canRemember, decide, suggestPattern, type PolicySituation } from '../tools/permission-policy.ts';
import { refusalOfJson } from '../tools/raw-input.ts';
import type { Tool } from '../tools/tool.ts';
import { askPerson, trustOf, type AgentContext } from './agent-context.ts';
import type { AgentEvent } from './agent-event.ts';

/** Calls that one answer may ask for; more is a model gone astray. */
const CALLS_AT_ONCE = 64;
/** How often the same call may be made before the person is asked (R8). */
const SAME_CALL_LIMIT = 3;

/** How much stays on record of an input that is not even parsed, in characters. */
const REFUSED_KEPT = 200;

/** Puts the calls of one answer on record, all of them before any is looked at. */
export async function* proposeCalls(
  context: AgentContext,
  proposals: readonly ProposedCall[],
  stepId: string,
): AsyncGenerator<AgentEvent, readonly ToolCall[]> {
  const calls: ToolCall[] = [];
  if (proposals.length > CALLS_AT_ONCE) {
    const text = `The model asked for ${proposals.length} calls at once; the first ${CALLS_AT_ONCE} are taken.`;
    yield { type: 'notice_raised', code: 'too_many_calls', text };
  }
  for (const proposal of proposals.slice(0, CALLS_AT_ONCE)) {
    if (!context.message) throw new Error('a call without a message');
    const refusal = refusalOfJson(proposal.rawInput);
    const call: ToolCall = {
      id: context.ports.newId(),
      providerCallId: proposal.providerCallId,
      conversationId: context.run.conversationId,
      runId: context.run.id,
      stepId,
      messageId: context.message.id,
      ord: context.message.nextOrd,
      // A name longer than any provider takes is nobody's.
      tool: proposal.tool.slice(0, 64),
      input: refusal === null ? (parseJson(proposal.rawInput) ?? proposal.rawInput) : `${proposal.rawInput.slice(0, REFUSED_KEPT)}…`,
      effect: context.tools.find(proposal.tool)?.effect ?? 'unsafe',
      touches: {},
      state: 'proposed',
      trust: 'trusted',
      ...(refusal === null ? {} : { failure: failure('tool_input_invalid', `The input of ${proposal.tool} is ${refusal}.`) }),
    };
    context.message.nextOrd += 1;
    calls.push(call);
    yield { type: 'tool_call_proposed', call, partId: context.ports.newId() };
  }
  return calls;
}

/** Validation and permission of one call: it comes back authorized, or settled without having run. */
export async function* preflight(context: AgentContext, proposed: ToolCall): AsyncGenerator<AgentEvent, ToolCall> {
  const tool = context.tools.find(proposed.tool);
  if (!tool) {
    const names = context.tools.tools.map((each) => each.name).join(', ');
    return yield* fail(
      context,
      proposed,
      failure('tool_unknown', `There is no tool named ${JSON.stringify(proposed.tool)}. There are: ${names}.`),
    );
  }
  // Refused before it was parsed.
  if (proposed.failure) return yield* fail(context, proposed, proposed.failure);
  const parsed = parseInput(tool, proposed.input);
  if (!parsed.ok) return yield* fail(context, proposed, parsed.failure);
  const scope = { workspace: context.workspace, conversationId: context.run.conversationId };
  let touches;
  try {
    touches = await tool.touches(parsed.input, scope);
  } catch (error) {
    return yield* fail(context, proposed, asFailure(context, error));
  }
  const call = advanceCall(proposed, 'validated', { input: parsed.input, touches, words: tool.describe(parsed.input) });
  yield { type: 'tool_call_changed', call };

  const guarded = yield* guardLoop(context, call);
  if (guarded) return guarded;

  const situation = await situationOf(context);
  const decision = decide({ tool: tool.name, effect: tool.effect, touches }, situation);
  if (decision.kind === 'deny') return yield* deny(context, call, `${decision.reason} The call did not run.`);
  if (decision.kind === 'allow')
    return yield* authorize(call, { by: decision.by, reason: decision.reason, ...(decision.ruleId ? { ruleId: decision.ruleId } : {}) });
  return yield* askApproval(context, tool, call, decision.reasons, situation);
}

async function* askApproval(
  context: AgentContext,
  tool: Tool,
  call: ToolCall,
  reasons: readonly string[],
  situation: PolicySituation,
): AsyncGenerator<AgentEvent, ToolCall> {
  const scope = { workspace: context.workspace, conversationId: context.run.conversationId };
  let preview: Preview = { kind: 'text', text: JSON.stringify(call.input, null, 2) };
  try {
    if (tool.preview) preview = await tool.preview(call.input, scope);
  } catch (error) {
    return yield* fail(context, call, asFailure(context, error));
  }
  const policyCall = { tool: tool.name, effect: tool.effect, touches: call.touches };
  const pattern = canRemember(policyCall, situation) ? suggestPattern(policyCall, context.workspace) : null;
  const disguise = disguiseReason(preview);
  const waiting = advanceCall(call, 'awaiting_approval');
  yield { type: 'tool_call_changed', call: waiting };
  const answer = yield* askPerson(
    context,
    {
      kind: 'approval',
      callId: call.id,
      tool: tool.name,
      title: questionOf(call),
      preview,
      reasons: disguise === null ? reasons : [...reasons, disguise],
      ...(pattern === null ? {} : { pattern }),
    },
    { tool: tool.name, input: call.input },
  );
  if (context.signal.aborted) return waiting;
  if (answer === null) {
    const why = reasons.length === 0 ? '' : ` (${reasons.join(' ')})`;
    return yield* deny(context, waiting, `Nobody could be asked for permission${why}, so the call did not run.`, 'tool_unanswered');
  }
  if (answer.kind !== 'allow') {
    const reason = answer.kind === 'deny' ? answer.reason : answer.text;
    return yield* deny(
      context,
      waiting,
      `The person did not allow this call${reason ? `: ${reason.replace(/\.$/, '')}` : ''}. It did not run.`,
    );
  }
  if (answer.remember) yield { type: 'rule_saved', rule: ruleFrom(context, tool.name, answer.remember) };
  return yield* authorize(waiting, { by: 'person', reason: 'The person allowed it.' });
}

/** The call as a question to the person: "Run `ls`?" */
function questionOf(call: ToolCall): string {
  const words = (call.words?.future ?? call.tool).replace(/^Will /, '');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}?`;
}

function ruleFrom(
  context: AgentContext,
  tool: string,
  remember: NonNullable<Extract<InteractionAnswer, { kind: 'allow' }>['remember']>,
): Rule {
  const scopeIds = { conversation: context.run.conversationId, workspace: context.workspace, everywhere: null };
  return {
    id: context.ports.newId(),
    scope: remember.scope,
    scopeId: scopeIds[remember.scope],
    tool,
    pattern: remember.pattern,
    decision: 'allow',
    createdAt: context.ports.now(),
  };
}

async function situationOf(context: AgentContext): Promise<PolicySituation> {
  return {
    conversationId: context.run.conversationId,
    workspace: context.workspace,
    rules: await context.ports.rules(),
    untrusted: trustOf(context) === 'untrusted',
    planMode: context.snapshot.mode === 'plan',
  };
}

/** Inputs are compared at every call with all before it: each is written out once. */
const inputKeys = new WeakMap<object, string>();

function inputKey({ input }: ToolCall): string {
  if (typeof input !== 'object' || input === null) return JSON.stringify(input) ?? '';
  let key = inputKeys.get(input);
  if (key === undefined) {
    key = JSON.stringify(input);
    inputKeys.set(input, key);
  }
  return key;
}

/** The same call with the same input for the third time in a run asks the person (R8). Undefined: go on. */
async function* guardLoop(context: AgentContext, call: ToolCall): AsyncGenerator<AgentEvent, ToolCall | undefined> {
  const key = inputKey(call);
  const same = [...context.snapshot.calls.values()].filter(
    (other) => other.runId === call.runId && other.tool === call.tool && inputKey(other) === key,
  );
  const refuse = () =>
    deny(
      context,
      call,
      'The same call was made again and again, and was not run once more. Its result will not change: use what you have, or try another way.',
      'tool_repeated',
    );
  if (same.some((other) => other.failure?.code === 'tool_repeated')) return yield* refuse();
  // The call itself is among them.
  if (same.length === 0 || same.length % SAME_CALL_LIMIT !== 0) return undefined;
  const question = `The agent has asked for the same call ${same.length} times (${call.tool}). Let it run again?`;
  const answer = yield* askPerson(context, { kind: 'loop', callId: call.id, question }, { tool: call.tool, input: call.input });
  if (context.signal.aborted) return call;
  if (answer?.kind === 'allow') return undefined;
  return yield* refuse();
}

async function* authorize(call: ToolCall, authorisation: Authorisation): AsyncGenerator<AgentEvent, ToolCall> {
  const authorized = advanceCall(call, 'authorized', { authorisation });
  yield { type: 'tool_call_changed', call: authorized };
  return authorized;
}

async function* deny(
  context: AgentContext,
  call: ToolCall,
  output: string,
  code: 'tool_denied' | 'tool_unanswered' | 'tool_repeated' = 'tool_denied',
): AsyncGenerator<AgentEvent, ToolCall> {
  const denied = advanceCall(call, 'denied', { output, failure: failure(code, output), endedAt: context.ports.now() });
  yield { type: 'tool_call_ended', call: denied };
  return denied;
}

async function* fail(context: AgentContext, call: ToolCall, reason: Failure): AsyncGenerator<AgentEvent, ToolCall> {
  const failed = advanceCall(call, 'failed', {
    output: `Failed (${reason.code}): ${reason.message}`,
    failure: reason,
    endedAt: context.ports.now(),
  });
  yield { type: 'tool_call_ended', call: failed };
  return failed;
}

/** Ends what has not ended, so that no call is ever without a result (R2). */
export async function* settleOpenCalls(context: AgentContext): AsyncGenerator<AgentEvent, void> {
  for (const call of context.snapshot.calls.values()) {
    if (call.runId !== context.run.id || isSettled(call.state)) continue;
    yield { type: 'tool_call_ended', call: advanceCall(call, 'cancelled', { endedAt: context.ports.now() }) };
  }
}

/** An expected failure as it is; anything else is a bug: reported, and told to the model without its insides. */
export function asFailure(context: AgentContext, error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  context.ports.reportBug(error);
  return failure('tool_failed', 'The tool failed for a reason of its own. The details are in the log.');
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parseInput(tool: Tool, input: unknown): { ok: true; input: unknown } | { ok: false; failure: Failure } {
  if (typeof input === 'string') {
    const message = `The input of ${tool.name} is not valid JSON, perhaps cut off: ${input.slice(0, 200)}`;
    return { ok: false, failure: failure('tool_input_invalid', message) };
  }
  const result = tool.input.safeParse(input);
  if (result.success) return { ok: true, input: result.data };
  return { ok: false, failure: failure('tool_input_invalid', `The input of ${tool.name} does not fit: ${z.prettifyError(result.error)}`) };
}

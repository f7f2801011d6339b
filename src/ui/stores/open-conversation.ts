import type { AnnouncedEvent } from '../../core/agent/agent-event.ts';
import { isActive } from '../../core/agent/agent-state.ts';
import { foldEvent, type ConversationSnapshot } from '../../core/agent/conversation-fold.ts';
import type { Message, Part } from '../../core/models/message.ts';
import { attachmentsOf, textOf } from '../../core/models/message.ts';
import { addUsage, NO_USAGE } from '../../core/models/usage.ts';
import type { Destination } from '../../core/reasoning/language-model.ts';
import type { ConversationView, RunLine, StretchView, WaitingInput } from '../../contract/views.ts';

export type ModelProgress = Extract<AnnouncedEvent, { type: 'model_progressed' }>;

/** One conversation as the page holds it: the core's snapshot, and what only the page shows beside it. */
export interface OpenConversation {
  /** The last durable event that is folded in. */
  readonly seq: number;
  readonly conversation: ConversationView['conversation'];
  readonly snapshot: ConversationSnapshot;
  /** The message before the first one that is held; null when all are. */
  readonly before: string | null;
  /** Messages that follow the same one, where there are several: by the one that they follow, '' for first messages. The oldest first. */
  readonly branches: ReadonlyMap<string, readonly string[]>;
  readonly cutCalls: ReadonlySet<string>;
  /** Output so far of calls that are running. */
  readonly running: ReadonlyMap<string, string>;
  readonly runs: ReadonlyMap<string, RunLine>;
  readonly waiting: readonly WaitingInput[];
  /** How far the model of the active run is before its first word. */
  readonly progress: ModelProgress | null;
  readonly destination: Destination | null;
}

export function openFrom(view: ConversationView): OpenConversation {
  const runs = new Map(view.runs.map((run) => [run.id, run]));
  return {
    seq: view.seq,
    conversation: view.conversation,
    before: view.before,
    snapshot: {
      conversationId: view.conversation.id,
      mode: view.conversation.mode,
      messages: view.messages,
      calls: new Map(view.calls.map((call) => [call.id, call])),
      interactions: new Map(view.interactions.map((interaction) => [interaction.id, interaction])),
      plan: view.plan,
      trim: view.trim,
      runState: view.runs.at(-1)?.state ?? null,
    },
    branches: branchesOf(view),
    cutCalls: new Set(view.cutCalls),
    running: new Map(Object.entries(view.running)),
    runs,
    waiting: view.waiting,
    progress: null,
    destination: null,
  };
}

function branchesOf({ branches }: StretchView): ReadonlyMap<string, readonly string[]> {
  return new Map(branches.map((point) => [point.parentId ?? '', point.messageIds]));
}

/** The conversation with messages that stand before all that it held. What does not lead up to them changes nothing: it was read again meanwhile. */
export function withEarlier(open: OpenConversation, earlier: StretchView): OpenConversation {
  if (open.before === null || open.before !== earlier.messages.at(-1)?.id) return open;
  const byId = <Item extends { readonly id: string }>(items: readonly Item[], later: ReadonlyMap<string, Item>) =>
    new Map([...items.map((item) => [item.id, item] as const), ...later]);
  const { snapshot } = open;
  return {
    ...open,
    before: earlier.before,
    snapshot: {
      ...snapshot,
      messages: [...earlier.messages, ...snapshot.messages],
      calls: byId(earlier.calls, snapshot.calls),
      interactions: byId(earlier.interactions, snapshot.interactions),
    },
    branches: new Map([...branchesOf(earlier), ...open.branches]),
    cutCalls: new Set([...earlier.cutCalls, ...open.cutCalls]),
    runs: byId(earlier.runs, open.runs),
  };
}

/**
 * The end of a conversation, read again, after what is known of what stands before it: a message never gets other ancestors, and those
 * are complete.
 */
export function afterKnown(read: OpenConversation, known: OpenConversation | undefined): OpenConversation {
  const first = read.snapshot.messages[0];
  if (!known || !first || read.before === null) return read;
  const at = known.snapshot.messages.findIndex((message) => message.id === first.id);
  if (at <= 0) return read;
  const messages = known.snapshot.messages.slice(0, at);
  // What belongs to another branch, from where on the path is another now, stays behind.
  const messageIds = new Set(messages.map((message) => message.id));
  const runIds = new Set(messages.map((message) => message.runId));
  const calls = [...known.snapshot.calls.values()].filter((call) => messageIds.has(call.messageId));
  return withEarlier(read, {
    before: known.before,
    messages,
    calls,
    cutCalls: calls.flatMap(({ id }) => (known.cutCalls.has(id) ? [id] : [])),
    interactions: [...known.snapshot.interactions.values()].filter((each) => runIds.has(each.runId)),
    runs: [...known.runs.values()].filter((run) => runIds.has(run.id)),
    branches: [...known.branches]
      .filter(([parentId]) => parentId === '' || messageIds.has(parentId))
      .map(([parentId, ids]) => ({ parentId: parentId === '' ? null : parentId, messageIds: ids })),
  });
}

/** Told when an event does not fit what is known: something was missed, and the conversation must be read again. */
export class MissedEvent extends Error {}

export interface RunEvent {
  readonly seq: number | null;
  readonly runId: string;
  readonly event: AnnouncedEvent;
}

/**
 * The conversation after one more event (U1). What was already folded in, by its `seq` or by its ids, changes nothing: delivery is at
 * least once. `instance` is the server's, to know which runs it can stop.
 * @throws MissedEvent when words before the event's are not there, or the message that a new one follows
 */
export function foldRunEvent(open: OpenConversation, { seq, runId, event }: RunEvent, instance: string | null): OpenConversation {
  if (seq !== null && seq <= open.seq) return open;
  const at = seq === null ? open : { ...open, seq };
  switch (event.type) {
    case 'part_delta':
      return isGrowing(at, event) ? { ...at, snapshot: foldEvent(at.snapshot, event), progress: null } : at;
    case 'tool_output': {
      const before = at.running.get(event.callId) ?? '';
      if (event.offset > before.length) throw new MissedEvent();
      return { ...at, running: new Map(at.running).set(event.callId, before.slice(0, event.offset) + event.text) };
    }
    case 'model_progressed':
      return { ...at, progress: event };
    case 'model_opened':
      return { ...at, destination: event.destination, progress: null };
    case 'message_started':
      if (at.snapshot.messages.some((message) => message.id === event.message.id)) return at;
      return {
        ...at,
        branches: branchesWith(at, event.message),
        snapshot: foldEvent(at.snapshot, event),
        waiting: withoutSaid(at.waiting, event.message),
      };
    case 'part_started':
      if (partOf(at.snapshot, event.part.id)) return at;
      return { ...at, snapshot: foldEvent(at.snapshot, event), progress: null };
    case 'input_accepted':
      return acceptInput(at, event, instance);
    case 'notice_raised':
      return addNotice(at, runId, event, seq);
    case 'tool_call_ended': {
      const running = new Map(at.running);
      running.delete(event.call.id);
      return { ...at, running, snapshot: foldEvent(at.snapshot, event) };
    }
    case 'tool_call_proposed':
      if (at.snapshot.calls.has(event.call.id)) return at;
      return { ...at, snapshot: foldEvent(at.snapshot, event), progress: null };
    case 'step_started':
    case 'step_completed':
    case 'state_changed':
    case 'run_completed':
      return onRun({ ...at, snapshot: foldEvent(at.snapshot, event) }, runId, (run) => advanceRunLine(run, event, Date.now()));
    case 'conversation_created':
      return at;
    case 'part_completed':
    case 'tool_call_changed':
    case 'tool_call_started':
    case 'file_recorded':
    case 'interaction_requested':
    case 'interaction_closed':
    case 'rule_saved':
    case 'plan_updated':
    case 'mode_changed':
    case 'context_trimmed':
      return { ...at, snapshot: foldEvent(at.snapshot, event) };
  }
}

function advanceRunLine(
  run: RunLine,
  event: Extract<AnnouncedEvent, { type: 'step_started' | 'step_completed' | 'state_changed' | 'run_completed' }>,
  now: number,
): RunLine {
  switch (event.type) {
    case 'step_started':
      return event.step.purpose === 'title' ? run : { ...run, steps: Math.max(run.steps, event.step.ord + 1) };
    case 'step_completed':
      return {
        ...run,
        usage: addUsage(run.usage, event.usage),
        cost: event.cost === null ? run.cost : (run.cost ?? 0) + event.cost,
      };
    case 'state_changed':
      return { ...run, state: event.state };
    case 'run_completed':
      return {
        ...run,
        state: event.state,
        usage: event.usage,
        cost: event.cost,
        steps: event.steps,
        endedAt: run.endedAt ?? now,
        ...(event.failure ? { failure: event.failure } : {}),
      };
  }
}

/** Whether a delta belongs to a part that still grows. A part that is complete has all its words. */
function isGrowing(open: OpenConversation, event: Extract<AnnouncedEvent, { type: 'part_delta' }>): boolean {
  const part = partOf(open.snapshot, event.partId);
  if (!part) throw new MissedEvent();
  if (part.state !== 'open' || (part.type !== 'text' && part.type !== 'reasoning')) return false;
  if (event.offset > part.text.length) throw new MissedEvent();
  return true;
}

function partOf(snapshot: ConversationSnapshot, id: string): Part | undefined {
  for (let index = snapshot.messages.length - 1; index >= 0; index -= 1) {
    const found = snapshot.messages[index]?.parts.find((part) => part.id === id);
    if (found) return found;
  }
  return undefined;
}

function acceptInput(
  open: OpenConversation,
  event: Extract<AnnouncedEvent, { type: 'input_accepted' }>,
  instance: string | null,
): OpenConversation {
  const waiting = open.waiting.filter((each) => each.input.id !== event.input.id);
  if (!event.run)
    return {
      ...open,
      waiting: [...waiting, { input: event.input, text: textOf(event.message), attachments: attachmentsOf(event.message) }],
    };
  const { run } = event;
  const line: RunLine = {
    id: run.id,
    state: run.state,
    model: run.model,
    createdAt: run.createdAt,
    endedAt: null,
    steps: 0,
    usage: NO_USAGE,
    cost: null,
    isHere: run.owner === instance,
  };
  return {
    ...open,
    waiting,
    progress: null,
    runs: new Map(open.runs).set(run.id, line),
    branches: event.branch === 'again' ? branchesAt(open, event.message) : branchesWith(open, event.message),
    snapshot: foldEvent(open.snapshot, event),
  };
}

/** The branches with one more message. @throws MissedEvent when the message that it follows is not held */
function branchesWith(open: OpenConversation, message: Message): OpenConversation['branches'] {
  const { messages } = open.snapshot;
  if (messages.some((each) => each.id === message.id)) return open.branches;
  const parent = messages.findLastIndex((each) => each.id === message.parentId);
  if (message.parentId === null ? open.before !== null : parent < 0) throw new MissedEvent();
  const key = message.parentId ?? '';
  const next = messages[parent + 1];
  const before = open.branches.get(key) ?? (next ? [next.id] : []);
  return before.length === 0 || before.includes(message.id) ? open.branches : new Map(open.branches).set(key, [...before, message.id]);
}

/** A message is answered anew: the answer that it had stands beside the one that comes. @throws MissedEvent when it is not held */
function branchesAt(open: OpenConversation, message: Message): OpenConversation['branches'] {
  const { messages } = open.snapshot;
  const at = messages.findLastIndex((each) => each.id === message.id);
  if (at < 0) throw new MissedEvent();
  const next = messages[at + 1];
  return next && !open.branches.has(message.id) ? new Map(open.branches).set(message.id, [next.id]) : open.branches;
}

/** A steer is said now: it waits no longer. The message does not name its input, so it is found by its words. */
function withoutSaid(waiting: readonly WaitingInput[], message: Message): readonly WaitingInput[] {
  if (message.role !== 'person') return waiting;
  const at = waiting.findIndex((each) => each.input.delivery === 'steer' && each.text === textOf(message));
  return at < 0 ? waiting : waiting.toSpliced(at, 1);
}

/** A notice stands where the database keeps it: at the end of the message that the run writes at that moment. */
function addNotice(
  open: OpenConversation,
  runId: string,
  event: Extract<AnnouncedEvent, { type: 'notice_raised' }>,
  seq: number | null,
): OpenConversation {
  const { messages } = open.snapshot;
  const own = messages.findLastIndex((message) => message.runId === runId);
  const at = own < 0 ? messages.length - 1 : own;
  const message = messages[at];
  // A message that was read again holds it already, under the name that the database gave it.
  const isThere = message?.parts.some((each) => each.type === 'notice' && each.code === event.code && each.text === event.text);
  if (!message || isThere) return open;
  const part: Part = {
    type: 'notice',
    id: `notice:${runId}:${seq ?? message.parts.length}`,
    ord: Math.max(0, ...message.parts.map((each) => each.ord)),
    trust: 'trusted',
    state: 'complete',
    code: event.code,
    text: event.text,
  };
  return { ...open, snapshot: { ...open.snapshot, messages: messages.with(at, { ...message, parts: [...message.parts, part] }) } };
}

function onRun(open: OpenConversation, runId: string, change: (run: RunLine) => RunLine): OpenConversation {
  const run = open.runs.get(runId);
  return run ? { ...open, runs: new Map(open.runs).set(runId, change(run)) } : open;
}

/** Whether a run that was suspended goes on: in which process only the server knows, so the conversation must be read again. */
export function hasResumed(before: OpenConversation, after: OpenConversation, runId: string): boolean {
  const was = before.runs.get(runId)?.state.name;
  const is = after.runs.get(runId)?.state;
  return was === 'suspended' && is !== undefined && isActive(is);
}

/** The runs whose work stands on the path that is shown. What a message came to before it was answered anew is on another branch. */
export function runsOnPath(open: OpenConversation): readonly string[] {
  const { messages } = open.snapshot;
  const found = new Set<string>();
  for (const [at, { role, runId }] of messages.entries()) {
    const next = messages[at + 1];
    const isAnsweredAnew = role === 'person' && next?.role === 'agent' && next.runId !== runId;
    if (runId !== null && !isAnsweredAnew) found.add(runId);
  }
  const last = latestRun(open);
  if (last) found.add(last.id);
  return [...found];
}

/** The run that is at work, or waits for a person's word to go on. */
export function latestRun(open: OpenConversation): RunLine | null {
  return [...open.runs.values()].at(-1) ?? null;
}

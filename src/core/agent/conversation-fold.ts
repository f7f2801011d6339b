import type { ConversationMode } from '../models/conversation.ts';
import type { Interaction } from '../models/interaction.ts';
import type { Message, Part } from '../models/message.ts';
import type { Plan } from '../models/plan.ts';
import { isEarlier, type ToolCall } from '../models/tool-call.ts';
import type { AnnouncedEvent, Trim } from './agent-event.ts';
import type { RunState } from './agent-state.ts';

/** One conversation as anyone sees it: agent, terminal and page fold the same events into it (U1). */
export interface ConversationSnapshot {
  readonly conversationId: string;
  readonly mode: ConversationMode;
  /** The path from the first message to the head, oldest first. */
  readonly messages: readonly Message[];
  readonly calls: ReadonlyMap<string, ToolCall>;
  readonly interactions: ReadonlyMap<string, Interaction>;
  readonly plan: Plan | null;
  readonly trim: Trim | null;
  /** The state of the run that is or was last at work here. */
  readonly runState: RunState | null;
}

export function emptySnapshot(conversationId: string, mode: ConversationMode = 'ask'): ConversationSnapshot {
  return { conversationId, mode, messages: [], calls: new Map(), interactions: new Map(), plan: null, trim: null, runState: null };
}

/**
 * The snapshot after one more event. Pure; unchanged parts are shared.
 *
 * Events are delivered at least once: folding one that is in the snapshot already changes nothing, and an event that was read again from
 * the tables, with later words than it had, does no harm to those that follow (U1).
 */
export function foldEvent(snapshot: ConversationSnapshot, event: AnnouncedEvent): ConversationSnapshot {
  switch (event.type) {
    case 'input_accepted':
      return event.run ? { ...withInput(snapshot, event, event.run.id), runState: event.run.state } : snapshot;
    case 'message_started':
      return withMessage(snapshot, event.message);
    case 'part_started':
      return onMessage(snapshot, event.messageId, (message) => withPart(message, event.part));
    case 'part_delta':
      return onPart(snapshot, event.partId, (part) => growPart(part, event));
    case 'part_completed':
      return onPart(snapshot, event.partId, (part) => completePart(part, event));
    case 'tool_call_proposed': {
      const part: Part = {
        type: 'tool_call',
        id: event.partId,
        ord: event.call.ord,
        stepId: event.call.stepId,
        trust: 'trusted',
        state: 'complete',
        callId: event.call.id,
      };
      return withCall(
        onMessage(snapshot, event.call.messageId, (message) => withPart(message, part)),
        event.call,
      );
    }
    case 'tool_call_changed':
    case 'tool_call_started':
    case 'tool_call_ended':
      return withCall(snapshot, event.call);
    case 'interaction_requested':
      return snapshot.interactions.has(event.interaction.id)
        ? snapshot
        : { ...snapshot, interactions: new Map(snapshot.interactions).set(event.interaction.id, event.interaction) };
    case 'interaction_closed':
      return closeInteraction(snapshot, event);
    case 'plan_updated':
      return { ...snapshot, plan: event.plan };
    case 'mode_changed':
      return { ...snapshot, mode: event.mode };
    case 'context_trimmed':
      return { ...snapshot, trim: event.trim };
    case 'state_changed':
    case 'run_completed':
      return { ...snapshot, runState: event.state };
    case 'conversation_created':
      return snapshot.conversationId === event.conversation.id && snapshot.messages.length > 0
        ? snapshot
        : emptySnapshot(event.conversation.id, event.conversation.mode);
    case 'step_started':
    case 'step_completed':
    case 'tool_output':
    case 'model_opened':
    case 'model_progressed':
    case 'file_recorded':
    case 'rule_saved':
    case 'notice_raised':
      return snapshot;
  }
}

function onMessage(snapshot: ConversationSnapshot, messageId: string, change: (message: Message) => Message): ConversationSnapshot {
  const index = snapshot.messages.findLastIndex((message) => message.id === messageId);
  const message = snapshot.messages[index];
  if (!message) return snapshot;
  const changed = change(message);
  return changed === message ? snapshot : { ...snapshot, messages: snapshot.messages.with(index, changed) };
}

/** A message that is answered anew is the last one till its new answer comes. */
function withInput(
  snapshot: ConversationSnapshot,
  { message, branch }: Extract<AnnouncedEvent, { type: 'input_accepted' }>,
  runId: string,
): ConversationSnapshot {
  const at = snapshot.messages.findLastIndex((each) => each.id === message.id);
  if (at < 0) return withMessage(snapshot, message);
  const next = snapshot.messages[at + 1];
  const isAnsweredBefore = branch === 'again' && next !== undefined && next.runId !== runId;
  return isAnsweredBefore ? { ...snapshot, messages: snapshot.messages.slice(0, at + 1) } : snapshot;
}

/** After its parent: where that is not the last message, the path leads another way from there on. */
function withMessage(snapshot: ConversationSnapshot, message: Message): ConversationSnapshot {
  const { messages } = snapshot;
  if (messages.findLastIndex((each) => each.id === message.id) >= 0) return snapshot;
  if (message.parentId === null) return { ...snapshot, messages: [message] };
  const parent = messages.findLastIndex((each) => each.id === message.parentId);
  return { ...snapshot, messages: [...(parent < 0 ? messages : messages.slice(0, parent + 1)), message] };
}

function withPart(message: Message, part: Part): Message {
  return message.parts.some((each) => each.id === part.id) ? message : { ...message, parts: [...message.parts, part] };
}

/** Words that are there already, or that would leave a gap, change nothing; what is complete does not grow any more. */
function growPart(part: Part, { offset, text }: { readonly offset: number; readonly text: string }): Part {
  if ((part.type !== 'text' && part.type !== 'reasoning') || part.state !== 'open') return part;
  if (offset > part.text.length || offset + text.length <= part.text.length) return part;
  return { ...part, text: part.text.slice(0, offset) + text };
}

function onPart(snapshot: ConversationSnapshot, partId: string, change: (part: Part) => Part): ConversationSnapshot {
  // A part that changes is nearly always in the last message.
  for (let index = snapshot.messages.length - 1; index >= 0; index -= 1) {
    const message = snapshot.messages[index];
    const at = message?.parts.findLastIndex((part) => part.id === partId) ?? -1;
    const part = message?.parts[at];
    if (message && part) {
      const changed = change(part);
      if (changed === part) return snapshot;
      return { ...snapshot, messages: snapshot.messages.with(index, { ...message, parts: message.parts.with(at, changed) }) };
    }
  }
  return snapshot;
}

function completePart(part: Part, event: Extract<AnnouncedEvent, { type: 'part_completed' }>): Part {
  if (part.type === 'reasoning') {
    return {
      ...part,
      text: event.text,
      state: event.state,
      ...(event.providerData === undefined ? {} : { providerData: event.providerData }),
    };
  }
  return part.type === 'text' ? { ...part, text: event.text, state: event.state } : part;
}

function withCall(snapshot: ConversationSnapshot, call: ToolCall): ConversationSnapshot {
  const known = snapshot.calls.get(call.id);
  if (known && isEarlier(call.state, known.state)) return snapshot;
  return { ...snapshot, calls: new Map(snapshot.calls).set(call.id, call) };
}

function closeInteraction(
  snapshot: ConversationSnapshot,
  event: Extract<AnnouncedEvent, { type: 'interaction_closed' }>,
): ConversationSnapshot {
  const interaction = snapshot.interactions.get(event.interactionId);
  if (!interaction) return snapshot;
  const closed: Interaction = event.answer
    ? { ...interaction, state: 'answered', answer: event.answer, answeredBy: event.by }
    : { ...interaction, state: 'expired', answeredBy: event.by };
  return { ...snapshot, interactions: new Map(snapshot.interactions).set(closed.id, closed) };
}

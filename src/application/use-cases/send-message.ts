import type { AgentEvent, Delivery } from '../../core/agent/agent-event.ts';
import { isActive } from '../../core/agent/agent-state.ts';
import type { Agent } from '../../core/models/agent-profile.ts';
import type { Conversation, ConversationMode } from '../../core/models/conversation.ts';
import { failure, type Result } from '../../core/models/failure.ts';
import type { Message } from '../../core/models/message.ts';
import type { NewAttachment } from '../../core/models/media.ts';
import { agentToBegin } from './agents.ts';
import {
  beginRun,
  busy,
  bytesOf,
  inTrash,
  isBusy,
  newInput,
  personMessage,
  unfinishedRun,
  type NewRunDeps,
  type RunCommand,
  type Sent,
} from './new-run.ts';

export interface SendMessage extends RunCommand {
  /** Absent: a new conversation. */
  readonly conversationId?: string;
  /** Real absolute path; used for a new conversation. */
  readonly workspace: string;
  readonly text: string;
  readonly attachments: readonly NewAttachment[];
  readonly mode?: ConversationMode;
  /** Whose agent works in a new conversation; absent: the one that works where none was chosen. */
  readonly agentId?: string;
  /** What to do when a run is at work in the conversation. */
  readonly whenBusy: Exclude<Delivery, 'start'> | 'refuse';
}

/** Takes a message in: stored first (R1), then a run starts on it, or it waits for its turn (R6). Answers at once. */
export async function sendMessage(deps: NewRunDeps, command: SendMessage): Promise<Result<Sent>> {
  try {
    return await takeIn(deps, command);
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
  // Somebody else began a run in this moment: now it is seen.
  try {
    return await takeIn(deps, command);
  } catch (error) {
    if (!isBusy(error)) throw error;
    return { ok: false, failure: error.failure };
  }
}

async function takeIn(deps: NewRunDeps, command: SendMessage): Promise<Result<Sent>> {
  const before = await deps.reader.inputRun(command.commandId);
  if (before) return { ok: true, value: before };
  const existing = command.conversationId === undefined ? null : await deps.reader.conversation(command.conversationId);
  if (command.conversationId !== undefined && !existing) {
    return { ok: false, failure: failure('conversation_not_found', `There is no conversation ${command.conversationId}.`) };
  }
  if (existing) {
    if (existing.trashedAt !== undefined) return { ok: false, failure: inTrash(existing) };
    const delivered = await deliverWhileBusy(deps, command, existing);
    if (delivered) return delivered;
  }
  const begun = await agentToBegin(deps, existing ? undefined : command.agentId);
  if (!begun.ok) return begun;
  const conversation = existing ?? newConversation(deps, command, begun.value, deps.system.now());
  const runId = deps.system.newId();
  const message = newMessage(deps, command, conversation, runId);
  const first: AgentEvent[] = [];
  if (!existing) first.push({ type: 'conversation_created', conversation });
  else if (command.mode && command.mode !== existing.mode) first.push({ type: 'mode_changed', mode: command.mode });
  return { ok: true, value: await beginRun(deps, command, { conversation, runId, message, media: bytesOf(command.attachments) }, first) };
}

/** A run is at work: the message becomes a steer or a follow-up, or is refused. Null: nothing is at work. */
async function deliverWhileBusy(deps: NewRunDeps, command: SendMessage, conversation: Conversation): Promise<Result<Sent> | null> {
  const run = await unfinishedRun(deps, conversation.id);
  if (!run || !isActive(run.state)) return null;
  if (!deps.supervisor.isActive(run.id) || command.whenBusy === 'refuse') {
    return { ok: false, failure: busy(conversation) };
  }
  const now = deps.system.now();
  const event: AgentEvent = {
    type: 'input_accepted',
    input: newInput(command, conversation.id, run.id, command.whenBusy, now),
    message: newMessage(deps, command, conversation, run.id),
    run: null,
    media: bytesOf(command.attachments),
  };
  const taken = await deps.supervisor.commitInto(run.id, [event], command.actor);
  return taken ? { ok: true, value: { conversationId: conversation.id, runId: run.id } } : null;
}

function newConversation(deps: NewRunDeps, command: SendMessage, agent: Agent | null, now: number): Conversation {
  return {
    id: deps.system.newId(),
    kind: 'chat',
    workspace: command.workspace,
    title: '',
    headMessageId: null,
    mode: command.mode ?? 'ask',
    createdAt: now,
    updatedAt: now,
    ...(agent === null ? {} : { agentId: agent.id }),
  };
}

function newMessage(deps: NewRunDeps, command: SendMessage, { id, headMessageId }: Conversation, runId: string): Message {
  return personMessage(deps.system, { conversationId: id, parentId: headMessageId, runId }, command);
}

import type { Actor, AgentEvent, Delivery, Input } from '../../core/agent/agent-event.ts';
import { isActive } from '../../core/agent/agent-state.ts';
import type { Conversation, ConversationMode } from '../../core/models/conversation.ts';
import { failure, FailureError, type Result } from '../../core/models/failure.ts';
import type { Message, Part } from '../../core/models/message.ts';
import type { Budget, Run } from '../../core/models/run.ts';
import type { Trust } from '../../core/models/trust.ts';
import type { ConversationReader } from '../ports/conversation-reader.ts';
import type { Instances } from '../ports/stores.ts';
import type { SystemPort } from '../ports/system.ts';
import type { RunSupervisor } from '../services/run-supervisor.ts';

export interface SendMessage {
  /** Made by the client; a repeat gets the first reply. */
  readonly commandId: string;
  readonly actor: Actor;
  /** Absent: a new conversation. */
  readonly conversationId?: string;
  /** Real absolute path; used for a new conversation. */
  readonly workspace: string;
  readonly text: string;
  readonly attachments: readonly { readonly name: string; readonly text: string; readonly trust: Trust }[];
  readonly model: string;
  readonly budget: Budget;
  readonly mode?: ConversationMode;
  /** What to do when a run is at work in the conversation. */
  readonly whenBusy: Exclude<Delivery, 'start'> | 'refuse';
}

export interface Sent {
  readonly conversationId: string;
  readonly runId: string;
}

export interface SendMessageDeps {
  readonly reader: ConversationReader;
  readonly instances: Instances;
  readonly supervisor: RunSupervisor;
  readonly system: SystemPort;
}

/** Takes a message in: stored first (R1), then a run starts on it, or it waits for its turn (R6). Answers at once. */
export async function sendMessage(deps: SendMessageDeps, command: SendMessage): Promise<Result<Sent>> {
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

function isBusy(error: unknown): error is FailureError {
  return error instanceof FailureError && error.failure.code === 'conversation_busy';
}

async function takeIn(deps: SendMessageDeps, command: SendMessage): Promise<Result<Sent>> {
  const before = await deps.reader.inputRun(command.commandId);
  if (before) return { ok: true, value: before };
  const existing = command.conversationId === undefined ? null : await deps.reader.conversation(command.conversationId);
  if (command.conversationId !== undefined && !existing) {
    return { ok: false, failure: failure('conversation_not_found', `There is no conversation ${command.conversationId}.`) };
  }
  if (existing) {
    const busy = await deliverWhileBusy(deps, command, existing);
    if (busy) return busy;
  }
  const now = deps.system.now();
  const conversation = existing ?? newConversation(deps, command, now);
  const runId = deps.system.newId();
  const input = newInput(command, conversation.id, runId, 'start', now);
  const run: Run = {
    id: runId,
    conversationId: conversation.id,
    inputId: input.id,
    parentRunId: null,
    rootRunId: runId,
    kind: 'root',
    state: { name: 'queued' },
    model: command.model,
    budget: command.budget,
    owner: deps.instances.id,
    createdAt: now,
  };
  const message = newMessage(deps, command, conversation, runId, now);
  const events: AgentEvent[] = [];
  if (!existing) events.push({ type: 'conversation_created', conversation });
  else if (command.mode && command.mode !== existing.mode) events.push({ type: 'mode_changed', mode: command.mode });
  events.push({ type: 'input_accepted', input, message, run });
  await deps.supervisor.begin(run, conversation.workspace, events, command.actor);
  return { ok: true, value: { conversationId: conversation.id, runId } };
}

/** A run is at work: the message becomes a steer or a follow-up, or is refused. Null: nothing is at work. */
async function deliverWhileBusy(deps: SendMessageDeps, command: SendMessage, conversation: Conversation): Promise<Result<Sent> | null> {
  const run = await unfinishedRun(deps, conversation.id);
  if (!run || !isActive(run.state)) return null;
  if (!deps.supervisor.isActive(run.id) || command.whenBusy === 'refuse') {
    return { ok: false, failure: failure('conversation_busy', `A run is at work in “${conversation.title}”.`) };
  }
  const now = deps.system.now();
  const event: AgentEvent = {
    type: 'input_accepted',
    input: newInput(command, conversation.id, run.id, command.whenBusy, now),
    message: newMessage(deps, command, conversation, run.id, now),
    run: null,
  };
  const taken = await deps.supervisor.commitInto(run.id, [event], command.actor);
  return taken ? { ok: true, value: { conversationId: conversation.id, runId: run.id } } : null;
}

/** The run that is at work or suspended there. One whose process is gone is no obstacle: it is suspended first (R4). */
async function unfinishedRun(deps: SendMessageDeps, conversationId: string) {
  const run = await deps.reader.unfinishedRun(conversationId);
  const isHere = !run || !isActive(run.state) || deps.supervisor.isActive(run.id);
  if (isHere || (await deps.instances.reconcile()) === 0) return run;
  return deps.reader.unfinishedRun(conversationId);
}

function newConversation(deps: SendMessageDeps, command: SendMessage, now: number): Conversation {
  return {
    id: deps.system.newId(),
    kind: 'chat',
    workspace: command.workspace,
    title: '',
    headMessageId: null,
    mode: command.mode ?? 'ask',
    createdAt: now,
    updatedAt: now,
  };
}

function newInput(command: SendMessage, conversationId: string, runId: string, delivery: Delivery, now: number): Input {
  return { id: command.commandId, conversationId, runId, delivery, actor: command.actor, createdAt: now };
}

function newMessage(deps: SendMessageDeps, command: SendMessage, conversation: Conversation, runId: string, now: number): Message {
  const parts: Part[] = [];
  for (const attachment of command.attachments) {
    parts.push({ type: 'file', id: deps.system.newId(), ord: parts.length, state: 'complete', ...attachment });
  }
  parts.push({ type: 'text', id: deps.system.newId(), ord: parts.length, trust: 'trusted', state: 'complete', text: command.text });
  return {
    id: deps.system.newId(),
    conversationId: conversation.id,
    parentId: conversation.headMessageId,
    runId,
    role: 'person',
    createdAt: now,
    parts,
  };
}

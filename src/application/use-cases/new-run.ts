import type { Actor, AgentEvent, Branch, Delivery, Input } from '../../core/agent/agent-event.ts';
import { isActive } from '../../core/agent/agent-state.ts';
import type { Conversation } from '../../core/models/conversation.ts';
import { failure, FailureError, type Failure, type Result } from '../../core/models/failure.ts';
import type { MediaBytes, NewAttachment } from '../../core/models/media.ts';
import type { Message, Part } from '../../core/models/message.ts';
import type { RecordedRun } from '../../core/models/records.ts';
import type { Budget, Run } from '../../core/models/run.ts';
import type { ConversationReader } from '../ports/conversation-reader.ts';
import type { AgentStore, Instances } from '../ports/stores.ts';
import type { SystemPort } from '../ports/system.ts';
import type { RunSupervisor } from '../services/run-supervisor.ts';

/** What every command says that begins a run. */
export interface RunCommand {
  /** Made by the client; a repeat gets the first reply. */
  readonly commandId: string;
  readonly actor: Actor;
  readonly model: string;
  readonly budget: Budget;
  /** JSON Schema that the answer is held to. */
  readonly answerSchema?: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly conversationId: string;
  readonly runId: string;
}

export interface NewRunDeps {
  readonly reader: ConversationReader;
  readonly instances: Instances;
  readonly agents: Pick<AgentStore, 'get'>;
  readonly supervisor: RunSupervisor;
  readonly system: SystemPort;
}

/** Begins a run on a message: both are stored, then the agent goes to work. @param first events that come before it */
export async function beginRun(
  deps: NewRunDeps,
  command: RunCommand,
  where: {
    readonly conversation: Conversation;
    readonly runId: string;
    readonly message: Message;
    readonly branch?: Branch;
    readonly media?: readonly MediaBytes[];
  },
  first: readonly AgentEvent[] = [],
): Promise<Sent> {
  const { conversation, runId, message, branch, media = [] } = where;
  const now = deps.system.now();
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
    ...(command.answerSchema ? { answerSchema: command.answerSchema } : {}),
    owner: deps.instances.id,
    createdAt: now,
  };
  const accepted: AgentEvent = {
    type: 'input_accepted',
    input,
    message,
    run,
    ...(branch ? { branch } : {}),
    ...(media.length > 0 ? { media } : {}),
  };
  await deps.supervisor.begin(run, conversation.workspace, [...first, accepted], command.actor);
  return { conversationId: conversation.id, runId };
}

/** The run that is at work or suspended there. One whose process is gone is no obstacle: it is suspended first (R4). */
export async function unfinishedRun(deps: NewRunDeps, conversationId: string): Promise<RecordedRun | null> {
  const run = await deps.reader.unfinishedRun(conversationId);
  const isHere = !run || !isActive(run.state) || deps.supervisor.isActive(run.id);
  if (isHere || (await deps.instances.reconcile()) === 0) return run;
  return deps.reader.unfinishedRun(conversationId);
}

/** The conversation, where something new can begin in it: it is there, not in the trash, and no run is at work. */
export async function restingConversation(deps: NewRunDeps, id: string): Promise<Result<Conversation>> {
  const conversation = await deps.reader.conversation(id);
  if (!conversation) return { ok: false, failure: failure('conversation_not_found', `There is no conversation ${id}.`) };
  if (conversation.trashedAt !== undefined) return { ok: false, failure: inTrash(conversation) };
  const run = await unfinishedRun(deps, id);
  return run && isActive(run.state) ? { ok: false, failure: busy(conversation) } : { ok: true, value: conversation };
}

/** What begins a run where another one was quicker is refused like what came later. */
export async function whileResting(begin: () => Promise<Sent>): Promise<Result<Sent>> {
  try {
    return { ok: true, value: await begin() };
  } catch (error) {
    if (!isBusy(error)) throw error;
    return { ok: false, failure: error.failure };
  }
}

export function isBusy(error: unknown): error is FailureError {
  return error instanceof FailureError && error.failure.code === 'conversation_busy';
}

export function busy(conversation: Conversation): Failure {
  return failure('conversation_busy', `A run is at work in “${conversation.title}”.`);
}

export function inTrash(conversation: Conversation): Failure {
  return failure('conversation_in_trash', `“${conversation.title}” is in the trash.`);
}

export function newInput(command: RunCommand, conversationId: string, runId: string, delivery: Delivery, now: number): Input {
  return { id: command.commandId, conversationId, runId, delivery, actor: command.actor, createdAt: now };
}

/** What a person says, after `parentId`, with what is handed over. */
export function personMessage(
  system: SystemPort,
  where: { readonly conversationId: string; readonly parentId: string | null; readonly runId: string },
  said: { readonly text: string; readonly attachments: readonly NewAttachment[] },
): Message {
  const parts: Part[] = [];
  for (const attachment of said.attachments) {
    const base = { id: system.newId(), ord: parts.length, state: 'complete', name: attachment.name, trust: attachment.trust } as const;
    parts.push(
      'media' in attachment ? { ...base, type: 'media', media: attachment.media } : { ...base, type: 'file', text: attachment.text },
    );
  }
  parts.push({ type: 'text', id: system.newId(), ord: parts.length, trust: 'trusted', state: 'complete', text: said.text });
  return { id: system.newId(), ...where, role: 'person', createdAt: system.now(), parts };
}

/** The bytes that come with a message for the first time. */
export function bytesOf(attachments: readonly NewAttachment[]): readonly MediaBytes[] {
  return attachments.flatMap((each) => ('media' in each && each.data ? [{ hash: each.media.hash, data: each.data }] : []));
}

import { failure, type Result } from '../../core/models/failure.ts';
import type { Message } from '../../core/models/message.ts';
import { beginRun, restingConversation, whileResting, type NewRunDeps, type RunCommand, type Sent } from './new-run.ts';

export interface AnswerAgain extends RunCommand {
  readonly conversationId: string;
  /** The answer, or what was said before it. */
  readonly messageId: string;
}

/** Answers what the person said once more. The answer before stays, beside the new one. */
export async function answerAgain(deps: NewRunDeps, command: AnswerAgain): Promise<Result<Sent>> {
  const before = await deps.reader.inputRun(command.commandId);
  if (before) return { ok: true, value: before };
  const conversation = await restingConversation(deps, command.conversationId);
  if (!conversation.ok) return conversation;
  const message = await saidBefore(deps, command);
  if (!message) {
    return { ok: false, failure: failure('message_not_found', `There is no message ${command.messageId} in this conversation.`) };
  }
  const runId = deps.system.newId();
  return whileResting(() => beginRun(deps, command, { conversation: conversation.value, runId, message, branch: 'again' }));
}

/** What the person said last, up to a message. */
async function saidBefore(deps: NewRunDeps, { conversationId, messageId }: AnswerAgain): Promise<Message | null> {
  let id: string | null = messageId;
  while (id !== null) {
    const message: Message | null = await deps.reader.message(conversationId, id);
    if (message?.role === 'person') return message;
    id = message?.parentId ?? null;
  }
  return null;
}

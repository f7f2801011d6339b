import { failure, type Result } from '../../core/models/failure.ts';
import { attachmentsOf } from '../../core/models/message.ts';
import { beginRun, personMessage, restingConversation, whileResting, type NewRunDeps, type RunCommand, type Sent } from './new-run.ts';

export interface EditMessage extends RunCommand {
  readonly conversationId: string;
  /** What the person said before; what was handed over with it is handed over again. */
  readonly messageId: string;
  readonly text: string;
}

/** Says something the person said in other words, and runs again from there. Both versions stay, beside each other. */
export async function editMessage(deps: NewRunDeps, command: EditMessage): Promise<Result<Sent>> {
  const { conversationId, messageId, text } = command;
  const before = await deps.reader.inputRun(command.commandId);
  if (before) return { ok: true, value: before };
  const conversation = await restingConversation(deps, conversationId);
  if (!conversation.ok) return conversation;
  const version = await deps.reader.message(conversationId, messageId);
  if (version?.role !== 'person') {
    return { ok: false, failure: failure('message_not_found', `The person said no message ${messageId} in this conversation.`) };
  }
  const runId = deps.system.newId();
  const where = { conversationId, parentId: version.parentId, runId };
  const message = personMessage(deps.system, where, { text, attachments: attachmentsOf(version) });
  return whileResting(() => beginRun(deps, command, { conversation: conversation.value, runId, message, branch: 'edited' }));
}

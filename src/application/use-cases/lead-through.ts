import { failure, type Result } from '../../core/models/failure.ts';
import type { ConversationEditor } from '../ports/conversation-editor.ts';
import { busy, isBusy, unfinishedRun, type NewRunDeps } from './new-run.ts';

export interface LeadThroughDeps extends NewRunDeps {
  readonly editor: ConversationEditor;
}

/**
 * Shows the branch that a message stands on: the conversation leads through it, to the newest end below, for every window and for what
 * is said next. Nothing is deleted by it.
 */
export async function leadThrough(
  deps: LeadThroughDeps,
  conversationId: string,
  messageId: string,
): Promise<Result<{ readonly headMessageId: string }>> {
  const conversation = await deps.reader.conversation(conversationId);
  if (!conversation) return { ok: false, failure: failure('conversation_not_found', `There is no conversation ${conversationId}.`) };
  // One whose process is gone is suspended first, and is no obstacle.
  await unfinishedRun(deps, conversationId);
  try {
    const led = await deps.editor.leadThrough(conversationId, messageId);
    if (led) return { ok: true, value: led };
    return { ok: false, failure: failure('message_not_found', `There is no message ${messageId} in this conversation.`) };
  } catch (error) {
    if (!isBusy(error)) throw error;
    return { ok: false, failure: busy(conversation) };
  }
}

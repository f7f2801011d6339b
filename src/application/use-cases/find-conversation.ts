import type { Conversation } from '../../core/models/conversation.ts';
import { failure, type Result } from '../../core/models/failure.ts';
import type { ConversationReader } from '../ports/conversation-reader.ts';

/** A conversation by its id, the beginning of its id, or the word `last`: the newest in the list. */
export async function findConversation(reader: ConversationReader, given: string): Promise<Result<Conversation>> {
  const ids = given === 'last' ? (await reader.list({ limit: 1, place: 'list' })).map((each) => each.id) : await reader.matching(given);
  const [id] = ids;
  if (ids.length > 1) return { ok: false, failure: failure('conversation_ambiguous', `Several conversations begin with ${given}.`) };
  const conversation = id === undefined ? null : await reader.conversation(id);
  if (!conversation) return { ok: false, failure: failure('conversation_not_found', `There is no conversation ${given}.`) };
  return { ok: true, value: conversation };
}

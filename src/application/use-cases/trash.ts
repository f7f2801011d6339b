import { isActive } from '../../core/agent/agent-state.ts';
import { failure, type Result } from '../../core/models/failure.ts';
import type { ConversationEditor } from '../ports/conversation-editor.ts';
import { busy, unfinishedRun, type NewRunDeps } from './new-run.ts';

/** How long what is in the trash is kept; milliseconds. */
const KEPT = 30 * 24 * 60 * 60 * 1000;
/** Conversations that are deleted at once at most. */
const AT_ONCE = 1_000;

export interface TrashDeps extends NewRunDeps {
  readonly editor: ConversationEditor;
}

/** Takes a conversation out of every list. It can be restored for 30 days, then it is deleted. */
export async function moveToTrash(deps: TrashDeps, conversationId: string): Promise<Result<null>> {
  const conversation = await deps.reader.conversation(conversationId);
  if (!conversation) return missing(conversationId);
  const run = await unfinishedRun(deps, conversationId);
  if (run && isActive(run.state)) return { ok: false, failure: busy(conversation) };
  // What is there already keeps its day.
  if (conversation.trashedAt === undefined) await deps.editor.setTrashed(conversationId, deps.system.now());
  return { ok: true, value: null };
}

/** Puts a conversation back where it was. */
export async function restoreFromTrash(deps: TrashDeps, conversationId: string): Promise<Result<null>> {
  return (await deps.editor.setTrashed(conversationId, null)) ? { ok: true, value: null } : missing(conversationId);
}

/** Deletes what has been in the trash for longer than it is kept, byte for byte. @returns how many conversations went */
export async function emptyTrash(
  deps: Pick<NewRunDeps, 'reader' | 'system'>,
  purge: (conversationId: string) => Promise<boolean>,
): Promise<number> {
  let gone = 0;
  for (const { id, trashedAt } of await deps.reader.list({ limit: AT_ONCE, place: 'trash' })) {
    const isOld = trashedAt !== undefined && deps.system.now() - trashedAt > KEPT;
    if (isOld && (await purge(id))) gone += 1;
  }
  return gone;
}

function missing(conversationId: string): Result<null> {
  return { ok: false, failure: failure('conversation_not_found', `There is no conversation ${conversationId}.`) };
}

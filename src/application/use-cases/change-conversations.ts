import { failure, type Failure } from '../../core/models/failure.ts';
import type { FolderStore } from '../ports/stores.ts';
import { moveToTrash, restoreFromTrash, type TrashDeps } from './trash.ts';

/** What becomes of several conversations at once. */
export interface ConversationsChange {
  readonly archived?: boolean | undefined;
  readonly trashed?: boolean | undefined;
  /** Null: out of any folder. */
  readonly folderId?: string | null | undefined;
}

export interface ConversationsChanged {
  readonly changed: readonly string[];
  readonly refused: readonly { readonly id: string; readonly failure: Failure }[];
}

/** Changes several, one after the other; one that is refused (a run is at work in it, it is gone) holds up none of the others. */
export async function changeConversations(
  deps: TrashDeps & { readonly folders: FolderStore },
  ids: readonly string[],
  { archived, trashed, folderId }: ConversationsChange,
): Promise<ConversationsChanged> {
  const isThere = !folderId || (await deps.folders.all()).some(({ id }) => id === folderId);
  const noFolder = isThere ? null : failure('folder_not_found', `There is no folder ${JSON.stringify(folderId)}.`);
  const changed: string[] = [];
  const refused: { id: string; failure: Failure }[] = [];
  const changeOne = async (id: string): Promise<Failure | null> => {
    if (trashed !== undefined) {
      const moved = await (trashed ? moveToTrash(deps, id) : restoreFromTrash(deps, id));
      if (!moved.ok) return moved.failure;
    }
    if (archived === undefined && folderId === undefined) return null;
    const isKnown = await deps.editor.update(id, { archived, folderId });
    return isKnown ? null : failure('conversation_not_found', `There is no conversation ${id}.`);
  };
  const never = new AbortController().signal;
  for (const id of new Set(ids)) {
    const problem = noFolder ?? (await changeOne(id));
    if (problem) refused.push({ id, failure: problem });
    else changed.push(id);
    // Each waits for the disk: others get their turn between them.
    await deps.system.sleep(0, never);
  }
  return { changed, refused };
}

import type { RunSummary } from '../../../application/ports/pictures.ts';
import { changeConversations } from '../../../application/use-cases/change-conversations.ts';
import { moveToTrash, restoreFromTrash } from '../../../application/use-cases/trash.ts';
import type { GlasshouseClient } from '../../../contract/client.ts';
import { FailureError } from '../../../core/models/failure.ts';
import type { Served } from '../served.ts';
import { valueOf } from '../value-of.ts';

/** Conversations as a list and one by one. */
export function conversationRoutes(served: Served): GlasshouseClient['conversations'] {
  const lineOf = (run: RunSummary) => ({ ...run, isHere: served.supervisor.isActive(run.id) });
  const missing = (id: string) => new FailureError('conversation_not_found', `There is no conversation ${id}.`);
  const changedLine = async (id: string) => {
    served.stream.look();
    const line = await served.pictures.summary(id);
    if (!line) throw missing(id);
    return line;
  };
  return {
    list: async ({ limit = 200, workspace, place }) => ({
      conversations: await served.reader.list({
        limit,
        ...(workspace === undefined ? {} : { workspace }),
        ...(place === undefined ? {} : { place }),
      }),
    }),
    get: async ({ id, last }) => {
      const picture = await served.pictures.picture(id, last);
      if (!picture) throw missing(id);
      return { ...picture, runs: picture.runs.map(lineOf) };
    },
    earlier: async ({ id, through, limit = 2_000 }) => {
      const stretch = await served.pictures.stretch(id, through, limit);
      if (!stretch) throw new FailureError('message_not_found', `There is no message ${through} in the conversation ${id}.`);
      return { ...stretch, runs: stretch.runs.map(lineOf) };
    },
    update: async ({ id, title, pinned, archived, mode, folderId }) => {
      if (folderId) valueOf(await served.app.findFolder(folderId));
      if (!(await served.editor.update(id, { title, pinned, archived, mode, folderId }))) throw missing(id);
      return changedLine(id);
    },
    change: async ({ ids, ...change }) => {
      const deps = { ...served.runDeps, editor: served.editor, folders: served.folderStore };
      const done = await changeConversations(deps, ids, change);
      served.stream.look();
      return done;
    },
    exportMany: async ({ ids, format }) => {
      const file = await served.app.exportMany(ids, format);
      if (!file) throw missing(ids[0] ?? '');
      return { url: `/downloads/${served.tickets.forDownload(file)}` };
    },
    trash: async ({ id }) => {
      valueOf(await moveToTrash({ ...served.runDeps, editor: served.editor }, id));
      return changedLine(id);
    },
    restore: async ({ id }) => {
      valueOf(await restoreFromTrash({ ...served.runDeps, editor: served.editor }, id));
      return changedLine(id);
    },
    delete: async ({ id }) => {
      try {
        return { deleted: await served.app.purge(id) };
      } finally {
        // It can be gone although the last trace of it could not be wiped yet.
        served.stream.look();
      }
    },
    export: async ({ id, format }) => {
      const file = await served.app.export(id, format);
      if (!file) throw missing(id);
      return { url: `/downloads/${served.tickets.forDownload(file)}` };
    },
  };
}

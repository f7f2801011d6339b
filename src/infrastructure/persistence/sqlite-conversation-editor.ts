import type { ConversationEditor } from '../../application/ports/conversation-editor.ts';
import { FailureError } from '../../core/models/failure.ts';
import type { Message } from '../../core/models/message.ts';
import { recordChange } from './change-record.ts';
import type { Database } from './database.ts';
import { WAITING_ORDER } from './sqlite-conversation-reader.ts';
import { isOnPath, newestEndBelow, restorePlan } from './message-path.ts';

export function createSqliteConversationEditor(db: Database, now: () => number): ConversationEditor {
  return {
    async update(conversationId, { title, pinned, archived, mode, folderId }) {
      return db.transaction(() => {
        const changed = db.run(
          `UPDATE conversation SET title = coalesce(?1, title), titled_by = iif(?1 IS NULL, titled_by, 'person'), pinned = coalesce(?, pinned), archived = coalesce(?, archived), mode = coalesce(?, mode), folder_id = iif(?, ?, folder_id) WHERE id = ?`,
          title ?? null,
          pinned === undefined ? null : Number(pinned),
          archived === undefined ? null : Number(archived),
          mode ?? null,
          Number(folderId !== undefined),
          folderId ?? null,
          conversationId,
        );
        if (changed > 0) recordChange(db, { type: 'conversation_changed', conversationId }, now());
        return changed > 0;
      }, true);
    },
    async giveTitle(conversationId, title) {
      return db.transaction(() => {
        const named = db.run(
          `UPDATE conversation SET title = ?, titled_by = 'model' WHERE id = ? AND titled_by = 'words'`,
          title,
          conversationId,
        );
        if (named > 0) recordChange(db, { type: 'conversation_changed', conversationId }, now());
        return named > 0;
      }, true);
    },
    async leadThrough(conversationId, messageId) {
      return db.transaction(() => {
        if (!db.get('SELECT 1 FROM message WHERE id = ? AND conversation_id = ?', messageId, conversationId)) return null;
        if (isOnPath(db, conversationId, messageId)) {
          return {
            headMessageId: String(db.get('SELECT head_message_id FROM conversation WHERE id = ?', conversationId)?.['head_message_id']),
          };
        }
        refuseWhileBusy(db, conversationId);
        const headMessageId = newestEndBelow(db, conversationId, messageId);
        db.run('UPDATE conversation SET head_message_id = ? WHERE id = ?', headMessageId, conversationId);
        restorePlan(db, conversationId);
        recordChange(db, { type: 'conversation_changed', conversationId }, now());
        return { headMessageId };
      }, true);
    },
    async setTrashed(conversationId, at) {
      return db.transaction(() => {
        if (at !== null) refuseWhileBusy(db, conversationId);
        const changed = db.run('UPDATE conversation SET trashed_at = ? WHERE id = ?', at, conversationId);
        if (changed > 0) recordChange(db, { type: 'conversation_changed', conversationId }, now());
        return changed > 0;
      }, true);
    },
    async changeWaiting(inputId, text) {
      return db.transaction(() => {
        const row = db.get(`SELECT conversation_id, message FROM input WHERE id = ? AND state = 'waiting'`, inputId);
        if (!row) return null;
        const conversationId = String(row['conversation_id']);
        if (text === null) db.run(`UPDATE input SET state = 'withdrawn', message = NULL WHERE id = ?`, inputId);
        else db.run('UPDATE input SET message = ? WHERE id = ?', JSON.stringify(withText(String(row['message']), text)), inputId);
        recordChange(db, { type: 'conversation_changed', conversationId }, now());
        return { conversationId };
      }, true);
    },
    async moveWaiting(inputId, before) {
      return db.transaction(() => {
        const row = db.get(`SELECT conversation_id, delivery FROM input WHERE id = ? AND state = 'waiting'`, inputId);
        if (!row) return null;
        const conversationId = String(row['conversation_id']);
        const order = db
          .all(
            `SELECT id FROM input WHERE conversation_id = ? AND state = 'waiting' AND delivery = ? ORDER BY ${WAITING_ORDER}`,
            conversationId,
            String(row['delivery']),
          )
          .map((each) => String(each['id']))
          .filter((id) => id !== inputId);
        const at = before === null ? order.length : order.indexOf(before);
        if (at < 0) return null;
        for (const [place, id] of order.toSpliced(at, 0, inputId).entries()) db.run('UPDATE input SET place = ? WHERE id = ?', place, id);
        recordChange(db, { type: 'conversation_changed', conversationId }, now());
        return { conversationId };
      }, true);
    },
  };
}

/** @throws FailureError `conversation_busy` */
function refuseWhileBusy(db: Database, conversationId: string): void {
  const row = db.get(
    `SELECT c.title FROM run r JOIN conversation c ON c.id = r.conversation_id
     WHERE r.conversation_id = ? AND r.state NOT IN ('completed', 'cancelled', 'failed', 'exhausted', 'suspended') LIMIT 1`,
    conversationId,
  );
  if (row) throw new FailureError('conversation_busy', `A run is at work in “${String(row['title'])}”.`);
}

function withText(stored: string, text: string): Message {
  const message = JSON.parse(stored) as Message;
  return { ...message, parts: message.parts.map((part) => (part.type === 'text' ? { ...part, text } : part)) };
}

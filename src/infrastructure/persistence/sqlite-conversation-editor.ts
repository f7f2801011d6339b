import type { ConversationEditor } from '../../application/ports/conversation-editor.ts';
import type { Message } from '../../core/models/message.ts';
import { recordChange } from './change-record.ts';
import type { Database } from './database.ts';

export function createSqliteConversationEditor(db: Database, now: () => number): ConversationEditor {
  return {
    async update(conversationId, { title, pinned, mode }) {
      return db.transaction(() => {
        const changed = db.run(
          'UPDATE conversation SET title = coalesce(?, title), pinned = coalesce(?, pinned), mode = coalesce(?, mode) WHERE id = ?',
          title ?? null,
          pinned === undefined ? null : Number(pinned),
          mode ?? null,
          conversationId,
        );
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
  };
}

function withText(stored: string, text: string): Message {
  const message = JSON.parse(stored) as Message;
  return { ...message, parts: message.parts.map((part) => (part.type === 'text' ? { ...part, text } : part)) };
}

import type { ChangeLog } from '../../application/ports/conversation-editor.ts';
import type { Change } from '../../application/ports/event-reader.ts';
import type { Database, Row } from './database.ts';

/** Which row of the feed a change belongs to: changes are numbered per conversation, or per kind, as events are per run. */
function subjectOf(change: Change): { readonly conversationId: string; readonly subject: string } {
  switch (change.type) {
    case 'conversation_changed':
    case 'conversation_deleted':
      return { conversationId: change.conversationId, subject: change.conversationId };
    case 'rules_changed':
    case 'settings_changed':
    case 'agents_changed':
    case 'folders_changed':
      return { conversationId: '', subject: change.type };
  }
}

/** Writes a change that belongs to no run into the feed. Must run inside a transaction. @returns its place */
export function recordChange(db: Database, change: Change, at: number): number {
  const { conversationId, subject } = subjectOf(change);
  return db.insert(
    `INSERT INTO event (conversation_id, run_id, version, type, v, actor, body, at)
     VALUES (?, ?, (SELECT coalesce(max(version), 0) + 1 FROM event WHERE run_id = ?), ?, 1, 'person', '{}', ?)`,
    conversationId,
    subject,
    subject,
    change.type,
    at,
  );
}

/** The change that a row of the feed tells of; null: the row is an event of a run. */
export function changeOf(row: Row): Change | null {
  const conversationId = String(row['conversation_id']);
  switch (row['type']) {
    case 'conversation_changed':
      return { type: 'conversation_changed', conversationId };
    case 'conversation_deleted':
      return { type: 'conversation_deleted', conversationId };
    case 'rules_changed':
      return { type: 'rules_changed' };
    case 'settings_changed':
      return { type: 'settings_changed' };
    case 'agents_changed':
      return { type: 'agents_changed' };
    case 'folders_changed':
      return { type: 'folders_changed' };
    default:
      return null;
  }
}

export function createSqliteChangeLog(db: Database, now: () => number): ChangeLog {
  return { record: async (change) => db.transaction(() => recordChange(db, change, now())) };
}

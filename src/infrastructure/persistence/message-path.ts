import type { Database } from './database.ts';

/** The path to the head of the conversation `?`: `path (id, parent_id, n)`, its end first. To stand before a statement. */
const PATH_TO_HEAD = `WITH RECURSIVE path (id, parent_id, n) AS (
  SELECT m.id, m.parent_id, 1 FROM conversation c JOIN message m ON m.id = c.head_message_id WHERE c.id = ?
  UNION ALL SELECT m.id, m.parent_id, n + 1 FROM path JOIN message m ON m.id = path.parent_id)`;

export function isOnPath(db: Database, conversationId: string, messageId: string): boolean {
  return db.get(`${PATH_TO_HEAD} SELECT 1 FROM path WHERE id = ? LIMIT 1`, conversationId, messageId) !== undefined;
}

/**
 * The end of the path that was written last of those that lead through a message: its newest descendant, or itself.
 * A descendant is never older than what it follows.
 */
export function newestEndBelow(db: Database, conversationId: string, messageId: string): string {
  const row = db.get(
    `WITH RECURSIVE below (id) AS (
       SELECT ? UNION ALL SELECT m.id FROM below JOIN message m ON m.conversation_id = ? AND m.parent_id = below.id)
     SELECT m.id FROM below JOIN message m ON m.id = below.id ORDER BY m.created_at DESC, m.rowid DESC LIMIT 1`,
    messageId,
    conversationId,
  );
  return String(row?.['id'] ?? messageId);
}

/** Gives the conversation the plan of the path that it shows: the last one that was made on it. Must run inside a transaction. */
export function restorePlan(db: Database, conversationId: string): void {
  const row = db.get(
    `${PATH_TO_HEAD} SELECT m.plan FROM path JOIN message m ON m.id = path.id WHERE m.plan IS NOT NULL ORDER BY n LIMIT 1`,
    conversationId,
  );
  db.run('UPDATE conversation SET plan = ? WHERE id = ?', row?.['plan'] ?? null, conversationId);
}

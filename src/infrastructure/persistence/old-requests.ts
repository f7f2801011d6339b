import type { Database } from './database.ts';

/**
 * Requests of a conversation (`?1`) from before a time (`?2`) whose words can go: `old (id)`. A request shares the spans that it begins with
 * with the one before it, so what a kept one stands on is kept with it. To stand before a statement.
 */
export const OLD_REQUESTS = `
WITH RECURSIVE kept (id, prefix_id) AS (
  SELECT id, prefix_id FROM request WHERE conversation_id = ?1 AND created_at >= ?2
  UNION
  SELECT r.id, r.prefix_id FROM kept k JOIN request r ON r.id = k.prefix_id
), old (id) AS (
  SELECT id FROM request
  WHERE conversation_id = ?1 AND created_at < ?2 AND removed_after IS NULL AND id NOT IN (SELECT id FROM kept)
)`;

/** Conversations that have requests from before a time. */
export function conversationsWithOldRequests(db: Database, before: number): readonly string[] {
  return db
    .all('SELECT DISTINCT conversation_id AS id FROM request WHERE created_at < ? AND removed_after IS NULL', before)
    .map((row) => String(row['id']));
}

import type { Pruned, Retention } from '../../core/models/storage.ts';
import type { Database } from './database.ts';
import { feedPosition } from './event-reader.ts';
import { conversationsWithOldRequests, OLD_REQUESTS } from './old-requests.ts';

/** What goes in one transaction, so that no other writer waits for long. */
const REQUESTS_AT_ONCE = 20;
const IMAGES_AT_ONCE = 20;
const EVENTS_AT_ONCE = 2_000;
/** Milliseconds between two transactions. */
const PAUSE = 20;
/** Entries of the change feed that stay whatever their age: a window that comes back is told that many one by one. */
export const EVENTS_KEPT = 5_000;
const DAY = 24 * 60 * 60 * 1_000;

/** The moment before which what is kept for so many days goes. */
export function cutOff(days: number, now: number): number {
  return now - days * DAY;
}

/** Takes away what is older than it is kept, a small piece at a time. */
export async function prune(db: Database, retention: Retention, now: number): Promise<readonly Pruned[]> {
  const { requests, before_images: images, events } = retention;
  const gone: Pruned[] = [];
  if (requests !== null) gone.push(await pruneRequests(db, requests, cutOff(requests, now)));
  if (images !== null) gone.push(await pruneImages(db, images, cutOff(images, now)));
  if (events !== null) gone.push(await pruneEvents(db, cutOff(events, now)));
  return gone;
}

/** The words of old requests. That there was a request, when, to whom and what it cost stays. */
async function pruneRequests(db: Database, days: number, before: number): Promise<Pruned> {
  const sum = { kind: 'requests' as const, count: 0, bytes: 0 };
  for (const conversationId of conversationsWithOldRequests(db, before)) {
    for (;;) {
      const piece = db.transaction(() => {
        // The newest first: what comes later may stand on what is earlier, never the other way round.
        const ids = db
          .all(
            `${OLD_REQUESTS} SELECT r.id FROM old JOIN request r ON r.id = old.id ORDER BY r.created_at DESC, r.rowid DESC LIMIT ?3`,
            conversationId,
            before,
            REQUESTS_AT_ONCE,
          )
          .map((row) => String(row['id']));
        const list = JSON.stringify(ids);
        const hashes = db.all('SELECT DISTINCT hash FROM request_span WHERE request_id IN (SELECT value FROM json_each(?))', list);
        db.run('DELETE FROM request_span WHERE request_id IN (SELECT value FROM json_each(?))', list);
        db.run('UPDATE request SET removed_after = ? WHERE id IN (SELECT value FROM json_each(?))', days, list);
        return {
          count: ids.length,
          bytes: deleteUnused(
            db,
            conversationId,
            hashes.map((row) => String(row['hash'])),
          ),
        };
      });
      sum.count += piece.count;
      sum.bytes += piece.bytes;
      if (piece.count < REQUESTS_AT_ONCE) break;
      await pause();
    }
    await pause();
  }
  return sum;
}

/** Files as they were before a tool touched them. That they were touched stays. */
async function pruneImages(db: Database, days: number, before: number): Promise<Pruned> {
  const sum = { kind: 'before_images' as const, count: 0, bytes: 0 };
  for (;;) {
    const count = db.transaction(() => {
      const rows = db.all(
        'SELECT id, conversation_id, before FROM file_change WHERE created_at < ? AND before IS NOT NULL LIMIT ?',
        before,
        IMAGES_AT_ONCE,
      );
      for (const row of rows) {
        db.run('UPDATE file_change SET before = NULL, removed_after = ? WHERE id = ?', days, String(row['id']));
        sum.bytes += deleteUnused(db, String(row['conversation_id']), [String(row['before'])]);
      }
      return rows.length;
    });
    sum.count += count;
    if (count < IMAGES_AT_ONCE) return sum;
    await pause();
  }
}

async function pruneEvents(db: Database, before: number): Promise<Pruned> {
  const sum = { kind: 'events' as const, count: 0, bytes: 0 };
  const through = feedPosition(db) - EVENTS_KEPT;
  for (;;) {
    const piece = db.transaction(() => {
      const rows = db.all(
        'SELECT seq, length(body) AS bytes FROM event WHERE seq <= ? AND at < ? ORDER BY seq LIMIT ?',
        through,
        before,
        EVENTS_AT_ONCE,
      );
      db.run('DELETE FROM event WHERE seq IN (SELECT value FROM json_each(?))', JSON.stringify(rows.map((row) => Number(row['seq']))));
      return { count: rows.length, bytes: rows.reduce((all, row) => all + Number(row['bytes']), 0) };
    });
    sum.count += piece.count;
    sum.bytes += piece.bytes;
    if (piece.count < EVENTS_AT_ONCE) return sum;
    await pause();
  }
}

/** Deletes what no request, no before-image, no output and no picture of the conversation needs any more. @returns the bytes that went */
function deleteUnused(db: Database, conversationId: string, hashes: readonly string[]): number {
  const unused = db.all(
    `SELECT hash, length(data) AS bytes FROM blob WHERE conversation_id = ?1 AND hash IN (SELECT value FROM json_each(?2))
     AND hash NOT IN (SELECT s.hash FROM request r JOIN request_span s ON s.request_id = r.id WHERE r.conversation_id = ?1)
     AND hash NOT IN (SELECT before FROM file_change WHERE conversation_id = ?1 AND before IS NOT NULL)
     AND hash NOT IN (SELECT output_blob FROM tool_call WHERE conversation_id = ?1 AND output_blob IS NOT NULL)
     AND hash NOT IN (SELECT data ->> '$.media.hash' FROM part WHERE conversation_id = ?1 AND type = 'media')
     AND hash NOT IN (SELECT shown.value ->> '$.media.hash' FROM tool_call c, json_each(c.media) shown WHERE c.conversation_id = ?1)
     AND hash NOT IN (
       SELECT part.value ->> '$.media.hash' FROM input i, json_each(i.message, '$.parts') part
       WHERE i.conversation_id = ?1 AND i.state = 'waiting' AND part.value ->> '$.type' = 'media'
     )`,
    conversationId,
    JSON.stringify(hashes),
  );
  const list = JSON.stringify(unused.map((row) => String(row['hash'])));
  db.run('DELETE FROM blob WHERE conversation_id = ? AND hash IN (SELECT value FROM json_each(?))', conversationId, list);
  return unused.reduce((all, row) => all + Number(row['bytes']), 0);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}

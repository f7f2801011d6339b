import type { Pruned, Retention, StoredKind, StoredSize } from '../../core/models/storage.ts';
import type { Database } from './database.ts';
import { feedPosition } from './event-reader.ts';
import { conversationsWithOldRequests, OLD_REQUESTS } from './old-requests.ts';
import { cutOff, EVENTS_KEPT } from './prune.ts';

/** What each table and index belongs to, by how its name begins; the rest is `conversations`. */
const KINDS: readonly (readonly [beginning: string, kind: StoredKind])[] = [
  ['request', 'requests'],
  ['file_change', 'before_images'],
  ['event', 'events'],
  ['sqlite_autoindex_event', 'events'],
  ['search_', 'search'],
  ['setting', 'settings'],
  ['sqlite_s', 'settings'],
];

/** How the database's bytes are shared out. Reads every page of it. */
export function measure(db: Database): readonly StoredSize[] {
  const sizes = new Map<StoredKind, number>();
  const add = (kind: StoredKind, bytes: number) => sizes.set(kind, (sizes.get(kind) ?? 0) + bytes);
  let blobs = 0;
  for (const row of db.all('SELECT name, sum(pgsize) AS bytes FROM dbstat WHERE aggregate = TRUE GROUP BY name')) {
    const name = String(row['name']);
    const bytes = Number(row['bytes']);
    if (name === 'blob') blobs += bytes;
    else add(KINDS.find(([beginning]) => name.startsWith(beginning))?.[1] ?? 'conversations', bytes);
  }
  // The table of words and bytes is shared by three: each gets its part of it.
  const shares = blobShares(db);
  const all = Math.max(
    1,
    [...shares.values()].reduce((sum, each) => sum + each, 0),
  );
  for (const [kind, bytes] of shares) add(kind, Math.round((bytes / all) * blobs));
  add('free', Number(db.get('PRAGMA freelist_count')?.['freelist_count']) * Number(db.get('PRAGMA page_size')?.['page_size']));
  return [...sizes].map(([kind, bytes]) => ({ kind, bytes }));
}

function blobShares(db: Database): ReadonlyMap<StoredKind, number> {
  const sum = (sql: string) => Number(db.get(sql)?.['bytes'] ?? 0);
  const outputs = sum(
    'SELECT sum(length(data)) AS bytes FROM blob WHERE (conversation_id, hash) IN (SELECT conversation_id, output_blob FROM tool_call WHERE output_blob IS NOT NULL)',
  );
  const images = sum(
    'SELECT sum(length(data)) AS bytes FROM blob WHERE (conversation_id, hash) IN (SELECT conversation_id, before FROM file_change WHERE before IS NOT NULL)',
  );
  const requests = Math.max(0, sum('SELECT sum(length(data)) AS bytes FROM blob') - outputs - images);
  return new Map<StoredKind, number>([
    ['outputs', outputs],
    ['before_images', images],
    ['requests', requests],
  ]);
}

/** What would be pruned now; the bytes are those of the words, and counted as if nothing else needed them. */
export function plan(db: Database, retention: Retention, now: number): readonly Pruned[] {
  const { requests, before_images: images, events } = retention;
  const found: Pruned[] = [];
  if (requests !== null) found.push(oldRequests(db, cutOff(requests, now)));
  if (images !== null) {
    const row = db.get(
      `SELECT count(*) AS n, sum(length(b.data)) AS bytes FROM file_change f LEFT JOIN blob b ON b.conversation_id = f.conversation_id AND b.hash = f.before
       WHERE f.created_at < ? AND f.before IS NOT NULL`,
      cutOff(images, now),
    );
    found.push({ kind: 'before_images', count: Number(row?.['n'] ?? 0), bytes: Number(row?.['bytes'] ?? 0) });
  }
  if (events !== null) {
    const row = db.get(
      'SELECT count(*) AS n, sum(length(body)) AS bytes FROM event WHERE seq <= ? AND at < ?',
      feedPosition(db) - EVENTS_KEPT,
      cutOff(events, now),
    );
    found.push({ kind: 'events', count: Number(row?.['n'] ?? 0), bytes: Number(row?.['bytes'] ?? 0) });
  }
  return found;
}

function oldRequests(db: Database, before: number): Pruned {
  let [count, bytes] = [0, 0];
  for (const conversationId of conversationsWithOldRequests(db, before)) {
    count += Number(db.get(`${OLD_REQUESTS} SELECT count(*) AS n FROM old`, conversationId, before)?.['n'] ?? 0);
    const row = db.get(
      `${OLD_REQUESTS} SELECT sum(length(data)) AS bytes FROM blob WHERE conversation_id = ?1
       AND hash IN (SELECT hash FROM request_span WHERE request_id IN (SELECT id FROM old))
       AND hash NOT IN (SELECT s.hash FROM request r JOIN request_span s ON s.request_id = r.id WHERE r.conversation_id = ?1 AND r.id NOT IN (SELECT id FROM old))`,
      conversationId,
      before,
    );
    bytes += Number(row?.['bytes'] ?? 0);
  }
  return { kind: 'requests', count, bytes };
}

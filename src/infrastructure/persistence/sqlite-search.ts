import type { SearchHit, SearchKind } from '../../core/models/records.ts';
import type { Search } from '../../application/ports/search.ts';
import type { Database } from './database.ts';
import { searchWithin } from './search-within.ts';
import { hasPending, indexPending } from './search-indexer.ts';

/**
 * Hits from which on a query is taken to be common. Then the newest come first: to rank them, FTS5 would have to read every hit of the
 * whole history, and how often a common word stands in a message says little about the message.
 */
const COMMON = 1_000;

const COUNT = `SELECT count(*) AS hits FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ${COMMON})`;
const HAS_TRASH = 'SELECT 1 FROM conversation WHERE trashed_at IS NOT NULL LIMIT 1';
/** What is in the trash is not found. Looked up only while something is: it costs a reading of all that is in it. */
const NOT_IN_TRASH = `AND rowid NOT IN (
  SELECT d.id FROM conversation c JOIN search_doc d ON d.conversation_id = c.id WHERE c.trashed_at IS NOT NULL)`;
const BEST = hitsInOrder('rank', 'rank', '');
const NEWEST = hitsInOrder('rowid', 'rowid DESC', '');
const BEST_KEPT = hitsInOrder('rank', 'rank', NOT_IN_TRASH);
const NEWEST_KEPT = hitsInOrder('rowid', 'rowid DESC', NOT_IN_TRASH);

/** Hits in an order that FTS5 has of its own; what is around them is looked up only for those that are shown. */
function hitsInOrder(key: string, order: string, condition: string): string {
  return `SELECT d.conversation_id, d.message_id, d.kind, d.created_at, c.title, h.excerpt FROM (
    SELECT rowid AS id, ${key} AS key, snippet(search_index, 0, char(2), char(3), '…', 24) AS excerpt
    FROM search_index WHERE search_index MATCH ? ${condition} ORDER BY ${order} LIMIT ?
  ) h JOIN search_doc d ON d.id = h.id JOIN conversation c ON c.id = d.conversation_id ORDER BY ${order.replace(key, 'h.key')}`;
}

export function createSqliteSearch(db: Database): Search {
  return {
    async search(query, { limit }) {
      const match = toMatch(query);
      if (match === null) return [];
      if (hasPending(db)) db.transaction(() => indexPending(db));
      const hits = Number(db.get(COUNT, match)?.['hits']);
      if (hits === 0) return [];
      const [best, newest] = db.get(HAS_TRASH) ? [BEST_KEPT, NEWEST_KEPT] : [BEST, NEWEST];
      return db.all(hits < COMMON ? best : newest, match, limit).map((row): SearchHit => ({
        conversationId: String(row['conversation_id']),
        conversationTitle: String(row['title']),
        messageId: String(row['message_id']),
        kind: String(row['kind']) as SearchKind,
        excerpt: String(row['excerpt']),
        createdAt: Number(row['created_at']),
      }));
    },
    async searchWithin(query, limits, { limit }) {
      if (hasPending(db)) db.transaction(() => indexPending(db));
      return searchWithin(db, toMatch(query), limits, limit);
    },
  };
}

/** A person's query as an FTS5 expression: every word must occur; "…" is a phrase; word* a prefix. Null: no word in it. */
export function toMatch(query: string): string | null {
  const terms: string[] = [];
  for (const [, phrase, word, star] of query.matchAll(/"([^"]+)"|([^\s"*]+)(\*)?/g)) {
    const text = (phrase ?? word ?? '').replaceAll('"', ' ').trim();
    // A term without a letter or digit has no token, and FTS5 would find nothing for it.
    if (/[\p{L}\p{N}]/u.test(text)) terms.push(`"${text}"${star ?? ''}`);
  }
  return terms.length === 0 ? null : terms.join(' AND ');
}

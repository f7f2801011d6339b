import type { SearchHit, SearchKind } from '../../core/models/records.ts';
import type { Search } from '../../application/ports/search.ts';
import type { Database } from './database.ts';

/** Newest hits that are ranked; a common word in a large history would cost seconds if every hit were. */
const CANDIDATES = 1_000;

export function createSqliteSearch(db: Database): Search {
  return {
    async search(query, { limit }) {
      const match = toMatch(query);
      if (match === null) return [];
      const oldest = db.get(
        'SELECT min(rowid) AS id FROM (SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?)',
        match,
        CANDIDATES,
      );
      if (oldest?.['id'] === null || oldest?.['id'] === undefined) return [];
      return db
        .all(
          `SELECT d.conversation_id, d.message_id, d.kind, d.created_at, c.title, h.excerpt FROM (
             SELECT rowid AS id, rank, snippet(search_index, 0, char(2), char(3), '…', 24) AS excerpt
             FROM search_index WHERE search_index MATCH ? AND rowid >= ? ORDER BY rank LIMIT ?
           ) h JOIN search_doc d ON d.id = h.id JOIN conversation c ON c.id = d.conversation_id ORDER BY h.rank`,
          match,
          Number(oldest['id']),
          limit,
        )
        .map((row): SearchHit => ({
          conversationId: String(row['conversation_id']),
          conversationTitle: String(row['title']),
          messageId: String(row['message_id']),
          kind: String(row['kind']) as SearchKind,
          excerpt: String(row['excerpt']),
          createdAt: Number(row['created_at']),
        }));
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

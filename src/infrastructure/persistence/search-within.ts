import type { SearchHit, SearchKind } from '../../core/models/records.ts';
import type { SearchLimits } from '../../application/ports/search.ts';
import type { Database, Row } from './database.ts';

/** Hits that are looked at in one go; others get their turn after that. */
const SLICE = 2_000;
/** How long is looked on in all; milliseconds. */
const LONGEST = 1_500;
/** Characters of a text that are shown of it where no word of it was searched. */
const SHOWN = 160;

const HITS = `SELECT rowid AS id FROM search_index WHERE search_index MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ${SLICE}`;
const ALL = `SELECT id FROM search_doc WHERE id < ? ORDER BY id DESC LIMIT ${SLICE}`;
// By a range: with `rowid = ?` beside MATCH, FTS5 gives every hit.
const EXCERPT = `SELECT snippet(search_index, 0, char(2), char(3), '…', 24) AS excerpt FROM search_index WHERE search_index MATCH ?1 AND rowid >= ?2 AND rowid <= ?2`;

/**
 * The newest hits that keep within limits. Looks at one slice of hits after the other, from the newest on, so that nothing else waits for
 * it, until there are enough or the time is over.
 * @param match an FTS5 expression; null: everything is a hit
 */
export async function searchWithin(
  db: Database,
  match: string | null,
  limits: SearchLimits,
  limit: number,
): Promise<{ readonly hits: readonly SearchHit[]; readonly isCut: boolean }> {
  const { condition, values } = conditionOf(limits);
  const filter = `SELECT d.id, d.conversation_id, d.message_id, d.kind, d.created_at, substr(d.text, 1, ${SHOWN}) AS start, c.title
    FROM json_each(?) h JOIN search_doc d ON d.id = h.value JOIN conversation c ON c.id = d.conversation_id
    LEFT JOIN message m ON m.id = d.message_id WHERE c.trashed_at IS NULL ${condition} ORDER BY d.id DESC LIMIT ?`;
  const hits: SearchHit[] = [];
  const until = performance.now() + LONGEST;
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const slice = match === null ? db.all(ALL, before) : db.all(HITS, match, before);
    const ids = slice.map((row) => Number(row['id']));
    const found = db.all(filter, JSON.stringify(ids), ...values, limit - hits.length);
    for (const row of found) hits.push(toHit(row, match === null ? null : excerptOf(db, match, row)));
    const last = ids.at(-1);
    if (hits.length >= limit || last === undefined || ids.length < SLICE) return { hits, isCut: false };
    if (performance.now() > until) return { hits, isCut: true };
    before = last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function conditionOf(limits: SearchLimits): { readonly condition: string; readonly values: readonly (string | number)[] } {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (sql: string, ...given: (string | number)[]) => {
    conditions.push(`AND ${sql}`);
    values.push(...given);
  };
  const { agentIds, folderIds, workspace, role, before, after } = limits;
  if (agentIds) {
    const orNone = agentIds.includes(null) ? 'OR c.agent_id IS NULL' : '';
    add(`(c.agent_id IN (SELECT value FROM json_each(?)) ${orNone})`, JSON.stringify(agentIds.filter((id) => id !== null)));
  }
  if (folderIds) add('c.folder_id IN (SELECT value FROM json_each(?))', JSON.stringify(folderIds));
  if (workspace !== undefined) add('instr(lower(c.workspace), lower(?)) > 0', workspace);
  if (role === 'tool') add(`d.kind <> 'message'`);
  else if (role !== undefined) add(`d.kind = 'message' AND m.role = ?`, role);
  if (before !== undefined) add('d.created_at < ?', before);
  if (after !== undefined) add('d.created_at >= ?', after);
  if (limits.hasTool) add('EXISTS (SELECT 1 FROM tool_call t WHERE t.conversation_id = d.conversation_id)');
  return { condition: conditions.join(' '), values };
}

function excerptOf(db: Database, match: string, row: Row): string {
  return String(db.get(EXCERPT, match, Number(row['id']))?.['excerpt'] ?? row['start']);
}

function toHit(row: Row, excerpt: string | null): SearchHit {
  return {
    conversationId: String(row['conversation_id']),
    conversationTitle: String(row['title']),
    messageId: String(row['message_id']),
    kind: String(row['kind']) as SearchKind,
    excerpt: excerpt ?? String(row['start']),
    createdAt: Number(row['created_at']),
  };
}

import type { ToolCall } from '../../core/models/tool-call.ts';
import type { Database } from './database.ts';
import { wordsOfInput } from './projection.ts';
import { indexPending } from './search-indexer.ts';
import { toCall } from './sqlite-conversation-reader.ts';

export interface Rebuilt {
  /** Texts that can be searched: messages, tool inputs, tool results. */
  readonly texts: number;
}

/** Rows that are held at once. */
const BATCH = 2_000;

/**
 * Makes everything anew that is made from something else: SQLite's own indexes, and the search over messages, tool inputs and results from
 * those themselves. All or nothing.
 */
export function rebuildIndexes(db: Database): Rebuilt {
  return db.transaction(() => {
    db.exec('REINDEX');
    // Through a broken index its own entries could not be taken out one by one.
    db.exec(`
      DROP TABLE search_index;
      UPDATE search_mark SET indexed_through = 0;
      CREATE VIRTUAL TABLE search_index USING fts5 (text, content = 'search_doc', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
      INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);
      DELETE FROM search_doc;
    `);
    let texts = 0;
    // In the order in which they were said: the newest is found first by its number.
    for (const row of inBatches(db)) {
      if (row['call'] === null) texts += addDoc(db, row, 'message', String(row['text']));
      else {
        const call = toCall(db.get('SELECT * FROM tool_call WHERE id = ?', String(row['call'])) ?? {});
        texts += addDoc(db, row, 'tool_input', wordsOfInput(call));
        texts += addDoc(db, row, 'tool_result', outputOf(call));
      }
    }
    indexPending(db);
    return { texts };
  }, true);
}

type Said = ReturnType<Database['all']>[number];

function* inBatches(db: Database): Generator<Said> {
  let after = 0;
  for (;;) {
    const rows = db.all(
      `SELECT p.rowid AS at, p.conversation_id, p.message_id, p.text, m.created_at,
         CASE p.type WHEN 'tool_call' THEN json_extract(p.data, '$.callId') END AS call
       FROM part p JOIN message m ON m.id = p.message_id
       WHERE p.rowid > ? AND p.type IN ('text', 'file', 'tool_call') AND p.state <> 'open' ORDER BY p.rowid LIMIT ?`,
      after,
      BATCH,
    );
    yield* rows;
    if (rows.length < BATCH) return;
    after = Number(rows.at(-1)?.['at']);
  }
}

function outputOf(call: ToolCall): string {
  return call.output ?? '';
}

function addDoc(db: Database, row: Said, kind: string, text: string): number {
  if (text === '') return 0;
  db.run(
    'INSERT INTO search_doc (conversation_id, message_id, kind, text, created_at) VALUES (?, ?, ?, ?, ?)',
    String(row['conversation_id']),
    String(row['message_id']),
    kind,
    text,
    Number(row['created_at']),
  );
  return 1;
}

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStorage } from '../src/infrastructure/persistence/open-storage.ts';
import { quantile, type Figure } from './figure.ts';

const LIMIT = 20;
/** Milliseconds that a search may take: with 100,000 messages, and with more. */
const LONGEST = { usual: 20, huge: 50 };
/** Below this nobody can tell a difference, and ratios say nothing; milliseconds. */
const UNNOTICED = 1;

const QUERIES = {
  'rare word': (turn: number) => `rare${turn}`,
  'common word': () => 'garden',
  phrase: (turn: number) => `"the garden of number ${turn}"`,
} as const;

/** Searching a long history: the product's search beside the full-text query alone. */
export async function benchSearch(folder: string, messages: number, isQuick: boolean): Promise<Figure[]> {
  const home = join(folder, `history-${messages}`);
  fill(home, messages);
  const storage = openStorage(home, { instanceId: 'bench', now: () => Date.now() });
  const db = new DatabaseSync(join(home, 'glasshouse.db'), { readOnly: true });
  const raw = db.prepare(
    `SELECT rowid, snippet(search_index, 0, '', '', '…', 24) FROM search_index WHERE search_index MATCH ? ORDER BY rank LIMIT ${LIMIT}`,
  );
  const figures: Figure[] = [];
  try {
    for (const [name, query] of Object.entries(QUERIES)) {
      const ours: number[] = [];
      const floor: number[] = [];
      const search = async (words: string) => {
        const startedAt = performance.now();
        const hits = await storage.search.search(words, { limit: LIMIT });
        ours.push(performance.now() - startedAt);
        if (hits.length === 0) throw new Error(`nothing was found for ${words}`);
      };
      const searchRaw = (words: string) => {
        const startedAt = performance.now();
        raw.all(words);
        floor.push(performance.now() - startedAt);
      };
      for (let turn = 0; turn < (isQuick ? 50 : 200); turn += 1) {
        const words = query(turn);
        // Whoever comes second finds the pages in memory.
        if (turn % 2 === 0) searchRaw(words);
        await search(words);
        if (turn % 2 === 1) searchRaw(words);
      }
      // The first of each prepares its statements.
      ours.shift();
      floor.shift();
      for (const [share, label] of [
        [0.5, 'p50'],
        [0.99, 'p99'],
      ] as const) {
        const beside = quantile(floor, share);
        const longest = messages > 100_000 ? LONGEST.huge : LONGEST.usual;
        const goal = {
          words: `≤ 1.5 × raw or ${UNNOTICED} ms, < ${longest} ms`,
          limit: Math.min(longest, Math.max(UNNOTICED, 1.5 * beside)),
        };
        figures.push({
          name: `search in ${messages.toLocaleString('en-US')}, ${name}, ${label}`,
          unit: 'ms',
          ours: quantile(ours, share),
          floor: beside,
          goal,
        });
      }
    }
  } finally {
    db.close();
    storage.close();
  }
  return figures;
}

const WORDS =
  'the morning train carries letters over an old bridge while somebody counts windows and the river keeps its own slow book of names'.split(
    ' ',
  );

/** Fills the tables of the product's own storage, in one transaction. */
function fill(home: string, messages: number): void {
  openStorage(home, { instanceId: 'bench', now: () => Date.now() }).close();
  const db = new DatabaseSync(join(home, 'glasshouse.db'));
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  const conversation = db.prepare(
    `INSERT INTO conversation (id, kind, workspace, title, mode, created_at, updated_at) VALUES (?, 'chat', '/w', ?, 'ask', ?, ?)`,
  );
  const message = db.prepare('INSERT INTO message (id, conversation_id, role, created_at) VALUES (?, ?, ?, ?)');
  const doc = db.prepare(`INSERT INTO search_doc (conversation_id, message_id, kind, text, created_at) VALUES (?, ?, 'message', ?, ?)`);
  for (let at = 0; at < messages; at += 1) {
    const conversationId = `c${Math.floor(at / 50)}`;
    if (at % 50 === 0) conversation.run(conversationId, `Conversation ${at / 50}`, at, at);
    message.run(`m${at}`, conversationId, at % 2 === 0 ? 'person' : 'agent', at);
    doc.run(conversationId, `m${at}`, historyText(at, messages), at);
  }
  db.exec(`COMMIT; INSERT INTO search_index (search_index) VALUES ('optimize'); PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
}

/** The words of one message of a long history: about sixty. Every third message has the common word, some a rare one, spread over the whole history. */
export function historyText(at: number, messages: number): string {
  let text = '';
  for (let word = 0; word < 58; word += 1) text += `${WORDS[(at * 7 + word * 13 + ((at * word) % 11)) % WORDS.length]} `;
  if (at % 3 === 0) text += `the garden of number ${at % 1_000} `;
  const every = Math.max(1, Math.floor(messages / 400));
  return at % every === 0 ? `${text}rare${(at / every) % 200}` : text;
}

import { request } from 'node:http';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStorage } from '../src/infrastructure/persistence/open-storage.ts';
import type { BenchSite } from './bench-site.ts';
import { median, quantile, type Figure } from './figure.ts';
import { fillLongConversation, LONG_CONVERSATION } from './long-conversation.ts';
import { historyText } from './search.ts';
import { end, start, type RunningServer } from './server.ts';

/** Messages beside which a long history is measured. */
const SHORT = 20_000;
const PER_CONVERSATION = 100;
/** What nobody notices; milliseconds. */
const UNNOTICED = 2;

/** How much a long history slows down what a window does: beside the same server with a short one. Each has a conversation of 10,000 messages. */
export async function benchHistory(site: BenchSite, messages: number, isQuick: boolean): Promise<Figure[]> {
  const homes = { ours: join(site.folder, `long-${messages}`), floor: join(site.folder, 'short') };
  fill(homes.ours, site.folder, messages);
  fill(homes.floor, site.folder, SHORT);
  const turns = isQuick ? 5 : 25;
  const seen = { ours: await look(site, homes.ours, messages, turns), floor: await look(site, homes.floor, SHORT, turns) };
  const name = `${messages.toLocaleString('en-US')} messages`;
  const beside = (what: keyof Seen, longest: number): Figure => {
    const [ours, floor] = [seen.ours[what], seen.floor[what]];
    const goal = {
      words: `≤ 1.5 × or ${UNNOTICED} ms more, < ${longest} ms`,
      limit: Math.min(longest, Math.max(1.5 * floor, floor + UNNOTICED)),
    };
    return { name: `${name}: ${what}`, unit: 'ms', ours, floor, goal };
  };
  const below = (what: keyof Seen, longest: number): Figure => ({
    name: `${name}: ${what}`,
    unit: 'ms',
    ours: seen.ours[what],
    floor: seen.floor[what],
    goal: { words: `< ${longest} ms`, limit: longest },
  });
  return [
    beside('start of the server', 276),
    beside('the list', 50),
    beside('a long conversation', 50),
    below('search, rare word, p99', 50),
    below('search, common word, p99', 50),
    below('search, phrase, p99', 50),
    { name: `${name}: size on disk`, unit: 'MB', ours: megabytes(homes.ours), floor: megabytes(homes.floor), goal: null },
  ];
}

interface Seen {
  readonly 'start of the server': number;
  readonly 'the list': number;
  readonly 'a long conversation': number;
  readonly 'search, rare word, p99': number;
  readonly 'search, common word, p99': number;
  readonly 'search, phrase, p99': number;
}

async function look(site: BenchSite, home: string, messages: number, turns: number): Promise<Seen> {
  const starts: number[] = [];
  for (let turn = 0; turn < Math.min(turns, 9); turn += 1) {
    const server = await start(site, 'ours', home);
    starts.push(server.readyMs);
    await end(server);
  }
  const server = await start(site, 'ours', home);
  const timed = async (count: number, call: (turn: number) => Promise<void>): Promise<number[]> => {
    const times: number[] = [];
    for (let turn = 0; turn < count + 2; turn += 1) {
      const startedAt = performance.now();
      await call(turn);
      if (turn >= 2) times.push(performance.now() - startedAt);
    }
    return times;
  };
  const search = async (query: (turn: number) => string) =>
    quantile(await timed(turns * 4, (turn) => rpc(server, 'search', { query: query(turn), limit: 20 })), 0.99);
  try {
    return {
      'start of the server': median(starts),
      'the list': median(await timed(turns, () => rpc(server, 'conversations/list', { limit: 200 }))),
      'a long conversation': median(await timed(turns, () => rpc(server, 'conversations/get', { id: LONG_CONVERSATION.id, last: 60 }))),
      'search, rare word, p99': await search((turn) => `rare${turn % 200}`),
      'search, common word, p99': await search(() => 'garden'),
      'search, phrase, p99': await search((turn) => `"the garden of number ${(turn * 3) % Math.min(1_000, messages)}"`),
    };
  } finally {
    await end(server);
  }
}

function rpc(server: RunningServer, path: string, input: unknown): Promise<void> {
  const text = JSON.stringify({ json: input });
  return new Promise((resolve, reject) => {
    const sent = request(`${server.origin}/rpc/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      if ((response.statusCode ?? 500) >= 300) reject(new Error(`${path} was answered with ${response.statusCode}`));
      response.on('end', resolve);
    });
    sent.end(text);
  });
}

/** Messages with their words, in conversations of a hundred, as the product's own storage keeps them. */
function fill(home: string, workspace: string, messages: number): void {
  mkdirSync(home);
  openStorage(home, { instanceId: 'bench', now: () => Date.now() }).close();
  const db = new DatabaseSync(join(home, 'glasshouse.db'));
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  const conversation = db.prepare(
    `INSERT INTO conversation (id, kind, workspace, title, head_message_id, mode, created_at, updated_at) VALUES (?, 'chat', ?, ?, ?, 'ask', ?, ?)`,
  );
  const run = db.prepare(
    `INSERT INTO run (id, conversation_id, input_id, root_run_id, kind, state, version, owner, model, budget, created_at, ended_at)
     VALUES (?, ?, ?, ?, 'root', 'completed', 1, 'bench', 'openai-compatible/bench', '{"maxSteps":60}', ?, ?)`,
  );
  const message = db.prepare('INSERT INTO message (id, conversation_id, parent_id, run_id, role, created_at) VALUES (?, ?, ?, ?, ?, ?)');
  const part = db.prepare(
    `INSERT INTO part (id, message_id, conversation_id, ord, type, text, trust, state) VALUES (?, ?, ?, 0, 'text', ?, 'trusted', 'complete')`,
  );
  const doc = db.prepare(`INSERT INTO search_doc (conversation_id, message_id, kind, text, created_at) VALUES (?, ?, 'message', ?, ?)`);
  for (let at = 0; at < messages; at += 1) {
    const place = at % PER_CONVERSATION;
    const id = `c${Math.floor(at / PER_CONVERSATION)}`;
    const runId = `r${at - (at % 2)}`;
    if (place === 0) conversation.run(id, workspace, `Conversation ${at / PER_CONVERSATION}`, `m${at + PER_CONVERSATION - 1}`, at, at);
    if (at % 2 === 0) run.run(runId, id, `i${at}`, runId, at, at + 1);
    message.run(`m${at}`, id, place === 0 ? null : `m${at - 1}`, runId, at % 2 === 0 ? 'person' : 'agent', at);
    const text = historyText(at, messages);
    part.run(`p${at}`, `m${at}`, id, text);
    doc.run(id, `m${at}`, text, at);
  }
  db.exec(`COMMIT; BEGIN;
    INSERT INTO search_index (rowid, text) SELECT id, text FROM search_doc;
    UPDATE search_mark SET indexed_through = (SELECT max(id) FROM search_doc);
    COMMIT; INSERT INTO search_index (search_index) VALUES ('optimize'); PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
  fillLongConversation(home, workspace);
}

function megabytes(home: string): number {
  return statSync(join(home, 'glasshouse.db')).size / 1_000_000;
}

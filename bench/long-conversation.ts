import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStorage } from '../src/infrastructure/persistence/open-storage.ts';

const MESSAGES = 10_000;

export const LONG_CONVERSATION = {
  id: '01900000-0000-7000-8000-000000000001',
  title: 'Ten thousand messages',
  firstWords: 'message number 0,',
  lastWords: `message number ${MESSAGES - 1},`,
} as const;

const ANSWER = `Here is what **stands there**, as of message number NUMBER, with the figures:

| part | before | after |
|---|---:|---:|
| pile NUMBER | 284.0 | 196.0 |

- one thing that holds
- another thing that does not
`;

/** Adds a conversation of 10,000 messages to a data folder, as runs would have left it, in one transaction. */
export function fillLongConversation(home: string, workspace: string): void {
  openStorage(home, { instanceId: 'bench', now: () => Date.now() }).close();
  const db = new DatabaseSync(join(home, 'glasshouse.db'));
  const { id, title } = LONG_CONVERSATION;
  const now = Date.now();
  const idOf = (kind: string, at: number) => `${kind}-${String(at).padStart(6, '0')}`;
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  db.prepare(
    `INSERT INTO conversation (id, kind, workspace, title, head_message_id, mode, created_at, updated_at) VALUES (?, 'chat', ?, ?, ?, 'ask', ?, ?)`,
  ).run(id, workspace, title, idOf('m', MESSAGES - 1), now - MESSAGES, now);
  const message = db.prepare('INSERT INTO message (id, conversation_id, parent_id, run_id, role, created_at) VALUES (?, ?, ?, ?, ?, ?)');
  const part = db.prepare(
    `INSERT INTO part (id, message_id, conversation_id, ord, type, text, trust, state) VALUES (?, ?, ?, 0, 'text', ?, 'trusted', 'complete')`,
  );
  const run = db.prepare(
    `INSERT INTO run (id, conversation_id, input_id, root_run_id, kind, state, version, owner, model, budget, created_at, ended_at)
     VALUES (?, ?, ?, ?, 'root', 'completed', 1, 'bench', 'openai-compatible/bench', '{"maxSteps":60}', ?, ?)`,
  );
  for (let at = 0; at < MESSAGES; at += 1) {
    const isPerson = at % 2 === 0;
    const runId = idOf('r', at - (at % 2));
    const time = now - MESSAGES + at;
    if (isPerson) run.run(runId, id, idOf('i', at), runId, time, time + 1);
    message.run(idOf('m', at), id, at === 0 ? null : idOf('m', at - 1), runId, isPerson ? 'person' : 'agent', time);
    const words = isPerson ? `This is message number ${at}, and it asks for what stands there.` : ANSWER.replaceAll('NUMBER', String(at));
    part.run(idOf('p', at), idOf('m', at), id, words);
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

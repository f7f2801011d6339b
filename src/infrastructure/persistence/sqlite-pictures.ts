import type { ConversationPicture, Pictures, RunSummary, Tallies } from '../../application/ports/pictures.ts';
import { isEnded } from '../../core/agent/agent-state.ts';
import type { Failure } from '../../core/models/failure.ts';
import { attachmentsOf, textOf, type Message } from '../../core/models/message.ts';
import type { ConversationSummary } from '../../core/models/records.ts';
import type { ToolCall } from '../../core/models/tool-call.ts';
import { addUsage, NO_USAGE, type Usage } from '../../core/models/usage.ts';
import type { Database, Row } from './database.ts';
import { feedPosition } from './event-reader.ts';
import { draftOf, readSnapshot, toConversation, toInput, toRunState, toSummary, SUMMARY_COLUMNS } from './sqlite-conversation-reader.ts';

/** Characters of a call's output that come with the conversation; the rest is read when it is opened. */
const OUTPUT_SHOWN = 4_000;

export function createSqlitePictures(db: Database): Pictures {
  return {
    picture: async (id) => db.read(() => readPicture(db, id)),
    async summary(id): Promise<ConversationSummary | null> {
      const row = db.get(`SELECT ${SUMMARY_COLUMNS} FROM conversation c WHERE id = ?`, id);
      return row ? toSummary(row) : null;
    },
    async interaction(id) {
      const row = db.get('SELECT conversation_id, run_id, state FROM interaction WHERE id = ?', id);
      if (!row) return null;
      const state = row['state'] === 'open' ? 'open' : row['state'] === 'answered' ? 'answered' : 'expired';
      return { state, runId: String(row['run_id']), conversationId: String(row['conversation_id']) };
    },
  };
}

function readPicture(db: Database, id: string): ConversationPicture | null {
  const row = db.get('SELECT * FROM conversation WHERE id = ?', id);
  if (!row) return null;
  const snapshot = readSnapshot(db, toConversation(row), row['plan']);
  const calls = [...snapshot.calls.values()];
  return {
    seq: feedPosition(db),
    conversation: { ...toConversation(row), pinned: row['pinned'] === 1 },
    messages: snapshot.messages,
    calls: calls.map(cut),
    cutCalls: calls.filter(isCut).map((call) => call.id),
    running: Object.fromEntries(calls.filter((call) => call.state === 'started').map((call) => [call.id, draftOf(db, call.id)])),
    interactions: [...snapshot.interactions.values()],
    plan: snapshot.plan,
    trim: snapshot.trim,
    runs: readRuns(db, id),
    waiting: db.all(`SELECT * FROM input WHERE conversation_id = ? AND state = 'waiting' ORDER BY created_at, rowid`, id).map((row) => {
      const message = JSON.parse(String(row['message'])) as Message;
      return { input: toInput(row), messageId: message.id, text: textOf(message), attachments: attachmentsOf(message) };
    }),
  };
}

function isCut(call: ToolCall): boolean {
  return call.outputBlob !== undefined || (call.output?.length ?? 0) > OUTPUT_SHOWN;
}

function cut(call: ToolCall): ToolCall {
  return call.output !== undefined && call.output.length > OUTPUT_SHOWN ? { ...call, output: call.output.slice(0, OUTPUT_SHOWN) } : call;
}

function readRuns(db: Database, conversationId: string): readonly RunSummary[] {
  const sums = new Map<string, { usage: Usage; cost: number | null; steps: number }>();
  for (const step of db.all('SELECT run_id, ord, usage, cost FROM step WHERE conversation_id = ?', conversationId)) {
    const runId = String(step['run_id']);
    const sum = sums.get(runId) ?? { usage: NO_USAGE, cost: 0, steps: 0 };
    const usage = step['usage'] === null ? null : (JSON.parse(String(step['usage'])) as Usage);
    sums.set(runId, {
      usage: usage ? addUsage(sum.usage, usage) : sum.usage,
      cost: !usage ? sum.cost : sum.cost === null || step['cost'] === null ? null : sum.cost + Number(step['cost']),
      steps: Math.max(sum.steps, Number(step['ord'])),
    });
  }
  return db.all('SELECT * FROM run WHERE conversation_id = ? ORDER BY created_at, rowid', conversationId).map((row) => {
    const sum = sums.get(String(row['id']));
    return toRunSummary(row, sum ?? { usage: NO_USAGE, cost: 0, steps: 0 });
  });
}

function toRunSummary(row: Row, sum: { usage: Usage; cost: number | null; steps: number }): RunSummary {
  const state = toRunState(row);
  return {
    id: String(row['id']),
    state,
    model: String(row['model']),
    createdAt: Number(row['created_at']),
    endedAt: row['ended_at'] === null ? null : Number(row['ended_at']),
    ...sum,
    ...(row['failure'] !== null && isEnded(state) ? { failure: JSON.parse(String(row['failure'])) as Failure } : {}),
  };
}

export function createSqliteTallies(db: Database): Tallies {
  const counts = (rows: readonly Row[]) => new Map(rows.map((row) => [String(row['key']), Number(row['n'])]));
  return {
    ruleUses: async () =>
      counts(
        db.all(
          `SELECT json_extract(authorisation, '$.ruleId') AS key, count(*) AS n FROM tool_call
           WHERE authorisation IS NOT NULL AND json_extract(authorisation, '$.ruleId') IS NOT NULL GROUP BY key`,
        ),
      ),
    toolCalls: async () => counts(db.all('SELECT tool AS key, count(*) AS n FROM tool_call GROUP BY tool')),
    workspaces: async () =>
      db
        .all(
          `SELECT workspace AS path, count(*) AS n, max(updated_at) AS last FROM conversation WHERE kind = 'chat' GROUP BY workspace ORDER BY last DESC`,
        )
        .map((row) => ({ path: String(row['path']), conversations: Number(row['n']) })),
    async totals() {
      const row = db.get(
        `SELECT (SELECT count(*) FROM conversation WHERE kind = 'chat') AS conversations, (SELECT count(*) FROM message) AS messages`,
      );
      return { conversations: Number(row?.['conversations']), messages: Number(row?.['messages']) };
    },
  };
}

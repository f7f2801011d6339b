import type {
  FailureTally,
  BranchPoint,
  ConversationPicture,
  Pictures,
  RunSummary,
  Stretch,
  Tallies,
} from '../../application/ports/pictures.ts';
import { isEnded } from '../../core/agent/agent-state.ts';
import type { Failure } from '../../core/models/failure.ts';
import { attachmentsOf, textOf, type Message } from '../../core/models/message.ts';
import type { ConversationSummary } from '../../core/models/records.ts';
import type { Plan } from '../../core/models/plan.ts';
import type { ToolCall } from '../../core/models/tool-call.ts';
import { addUsage, NO_USAGE, type Usage } from '../../core/models/usage.ts';
import type { Database, Row } from './database.ts';
import { feedPosition } from './event-reader.ts';
import {
  draftOf,
  partsByMessage,
  placeOf,
  readTrim,
  runAtHead,
  toCall,
  toConversation,
  toInput,
  toInteraction,
  toMessage,
  toRunState,
  toSummary,
  SUMMARY_COLUMNS,
  WAITING_ORDER,
} from './sqlite-conversation-reader.ts';

/** Characters of a call's output that come with the conversation; the rest is read when it is opened. */
const OUTPUT_SHOWN = 4_000;
/** More messages than a conversation has. */
const ALL = 2 ** 40;

export function createSqlitePictures(db: Database): Pictures {
  return {
    picture: async (id, last = ALL) => db.read(() => readPicture(db, id, last)),
    stretch: async (id, through, limit) =>
      db.read(() => {
        const stretch = readStretch(db, id, through, limit);
        return stretch.messages.length === 0 ? null : stretch;
      }),
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

function readPicture(db: Database, id: string, last: number): ConversationPicture | null {
  const row = db.get('SELECT * FROM conversation WHERE id = ?', id);
  if (!row) return null;
  const conversation = toConversation(row);
  const end = readStretch(db, id, conversation.headMessageId, last);
  return {
    ...end,
    seq: feedPosition(db),
    conversation: { ...conversation, ...placeOf(row) },
    running: Object.fromEntries(end.calls.filter((call) => call.state === 'started').map((call) => [call.id, draftOf(db, call.id)])),
    plan: row['plan'] === null ? null : (JSON.parse(String(row['plan'])) as Plan),
    trim: readTrim(db, id),
    waiting: db.all(`SELECT * FROM input WHERE conversation_id = ? AND state = 'waiting' ORDER BY ${WAITING_ORDER}`, id).map((row) => {
      const message = JSON.parse(String(row['message'])) as Message;
      return { input: toInput(row), messageId: message.id, text: textOf(message), attachments: attachmentsOf(message) };
    }),
  };
}

/** From a message (null: there is none yet) back towards the first, at most so many. */
function readStretch(db: Database, conversationId: string, through: string | null, limit: number): Stretch {
  const path = db.all(
    `WITH RECURSIVE path AS (
       SELECT *, 1 AS n FROM message WHERE id = ? AND conversation_id = ?
       UNION ALL SELECT m.*, n + 1 FROM path JOIN message m ON m.id = path.parent_id WHERE n < ?)
     SELECT * FROM path ORDER BY n DESC`,
    through,
    conversationId,
    limit,
  );
  const messageIds = JSON.stringify(path.map((row) => row['id']));
  const runs = new Set(path.map((row) => row['run_id']));
  const head = headAmong(db, conversationId, path);
  // A message that is being answered anew is the end of the path, and belongs to the run that it once began.
  if (head !== null) runs.add(runAtHead(db, conversationId)?.['id'] ?? null);
  const runIds = JSON.stringify([...runs].filter((id) => id !== null));
  const calls = db
    .all(
      'SELECT * FROM tool_call WHERE conversation_id = ? AND message_id IN (SELECT value FROM json_each(?)) ORDER BY rowid',
      conversationId,
      messageIds,
    )
    .map(toCall);
  const parts = partsByMessage(
    db,
    db.all(
      'SELECT * FROM part WHERE conversation_id = ? AND message_id IN (SELECT value FROM json_each(?)) ORDER BY ord, rowid',
      conversationId,
      messageIds,
    ),
  );
  const before = path[0]?.['parent_id'] ?? null;
  return {
    before: before === null ? null : String(before),
    messages: path.map((row) => toMessage(row, parts.get(String(row['id'])) ?? [])),
    calls: calls.map(cut),
    cutCalls: calls.filter(isCut).map((call) => call.id),
    interactions: db
      .all(
        'SELECT * FROM interaction WHERE conversation_id = ? AND run_id IN (SELECT value FROM json_each(?)) ORDER BY created_at',
        conversationId,
        runIds,
      )
      .map(toInteraction),
    runs: readRuns(db, conversationId, runIds),
    branches: readBranches(db, conversationId, path, head),
  };
}

/** The head, when the messages end with it. */
function headAmong(db: Database, conversationId: string, path: readonly Row[]): string | null {
  const head = db.get('SELECT head_message_id FROM conversation WHERE id = ?', conversationId)?.['head_message_id'] ?? null;
  return head !== null && path.at(-1)?.['id'] === head ? String(head) : null;
}

/** @param path rows of messages, oldest first */
function readBranches(db: Database, conversationId: string, path: readonly Row[], head: string | null): readonly BranchPoint[] {
  const toPoint = (row: Row): BranchPoint => ({
    parentId: row['parent_id'] === null ? null : String(row['parent_id']),
    messageIds: JSON.parse(String(row['ids'])) as string[],
  });
  const rows = db.all(
    `SELECT parent_id, json_group_array(id ORDER BY created_at, rowid) AS ids FROM message
     WHERE conversation_id = ? AND parent_id IN (SELECT value FROM json_each(?)) GROUP BY parent_id HAVING count(*) > 1 OR parent_id = ?`,
    conversationId,
    JSON.stringify([...path.map((row) => row['parent_id']), head].filter((id) => id !== null)),
    head,
  );
  if (path[0]?.['parent_id'] !== null) return rows.map(toPoint);
  const first = db.all(
    `SELECT NULL AS parent_id, json_group_array(id ORDER BY created_at, rowid) AS ids FROM message
     WHERE conversation_id = ? AND parent_id IS NULL HAVING count(*) > 1`,
    conversationId,
  );
  return [...first, ...rows].map(toPoint);
}

function isCut(call: ToolCall): boolean {
  return call.outputBlob !== undefined || (call.output?.length ?? 0) > OUTPUT_SHOWN;
}

function cut(call: ToolCall): ToolCall {
  return call.output !== undefined && call.output.length > OUTPUT_SHOWN ? { ...call, output: call.output.slice(0, OUTPUT_SHOWN) } : call;
}

/** @param runIds a JSON array */
function readRuns(db: Database, conversationId: string, runIds: string): readonly RunSummary[] {
  const rows = db.all(
    'SELECT * FROM run WHERE conversation_id = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY created_at, rowid',
    conversationId,
    runIds,
  );
  const sums = new Map<string, { usage: Usage; cost: number | null; steps: number }>();
  // A step is never older than its run.
  const steps = db.all(
    'SELECT run_id, ord, purpose, usage, cost FROM step WHERE conversation_id = ? AND started_at >= ? AND run_id IN (SELECT value FROM json_each(?))',
    conversationId,
    rows[0]?.['created_at'] ?? 0,
    runIds,
  );
  for (const step of steps) {
    const runId = String(step['run_id']);
    const sum = sums.get(runId) ?? { usage: NO_USAGE, cost: 0, steps: 0 };
    const usage = step['usage'] === null ? null : (JSON.parse(String(step['usage'])) as Usage);
    sums.set(runId, {
      usage: usage ? addUsage(sum.usage, usage) : sum.usage,
      cost: !usage ? sum.cost : sum.cost === null || step['cost'] === null ? null : sum.cost + Number(step['cost']),
      // The one that named the conversation was none of the work, but it was paid for.
      steps: step['purpose'] === 'title' ? sum.steps : Math.max(sum.steps, Number(step['ord'])),
    });
  }
  return rows.map((row) => toRunSummary(row, sums.get(String(row['id'])) ?? { usage: NO_USAGE, cost: 0, steps: 0 }));
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
    failures: async () =>
      db
        .all(
          `SELECT place, code, count(*) AS n, max(at) AS last FROM (
             SELECT 'run' AS place, json_extract(failure, '$.code') AS code, ended_at AS at FROM run WHERE failure IS NOT NULL
             UNION ALL SELECT 'step', json_extract(failure, '$.code'), ended_at FROM step WHERE failure IS NOT NULL
             UNION ALL SELECT 'tool', json_extract(failure, '$.code'), ended_at FROM tool_call WHERE failure IS NOT NULL
           ) GROUP BY place, code ORDER BY last DESC LIMIT 100`,
        )
        .map((row) => ({
          where: String(row['place']) as FailureTally['where'],
          code: String(row['code']),
          count: Number(row['n']),
          last: Number(row['last']),
        })),
    async totals() {
      const row = db.get(
        `SELECT (SELECT count(*) FROM conversation WHERE kind = 'chat') AS conversations, (SELECT count(*) FROM message) AS messages`,
      );
      return { conversations: Number(row?.['conversations']), messages: Number(row?.['messages']) };
    },
  };
}

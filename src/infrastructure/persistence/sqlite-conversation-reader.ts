import type { Delivery, Input, Trim } from '../../core/agent/agent-event.ts';
import { isEnded, type RunState, type RunStateName } from '../../core/agent/agent-state.ts';
import type { ConversationSnapshot } from '../../core/agent/conversation-fold.ts';
import type { Conversation, ConversationMode } from '../../core/models/conversation.ts';
import type { Interaction } from '../../core/models/interaction.ts';
import type { Media, NamedMedia } from '../../core/models/media.ts';
import type { Message, Part, PartState } from '../../core/models/message.ts';
import type { Plan } from '../../core/models/plan.ts';
import type { ToolCall } from '../../core/models/tool-call.ts';
import type { Trust } from '../../core/models/trust.ts';
import type { ConversationSummary, RecordedRun, RecordedStep } from '../../core/models/records.ts';
import type { ConversationReader } from '../../application/ports/conversation-reader.ts';
import type { Database, Row } from './database.ts';
import { readRequests } from './ledger-reader.ts';
import { isOnPath } from './message-path.ts';

export function createSqliteConversationReader(db: Database): ConversationReader {
  return {
    async list({ limit, workspace, folderId, place }) {
      const wanted = Object.entries({ workspace, folder_id: folderId }).filter((each): each is [string, string] => each[1] !== undefined);
      const where = wanted.map(([column]) => `AND ${column} = ?`).join(' ');
      const values = [...wanted.map(([, value]) => value), limit];
      return db
        .all(
          `SELECT ${SUMMARY_COLUMNS} FROM conversation c WHERE kind = 'chat' AND ${place ? IN_PLACE[place] : 'TRUE'} ${where} ORDER BY ${place === 'trash' ? 'trashed_at' : 'updated_at'} DESC LIMIT ?`,
          ...values,
        )
        .map(toSummary);
    },
    async matching(prefix) {
      // Ids are hex and dashes: nothing of LIKE's own signs can be in a real one.
      if (!/^[0-9a-z-]+$/i.test(prefix)) return [];
      return db.all(`SELECT id FROM conversation WHERE id LIKE ? || '%' LIMIT 2`, prefix).map((row) => String(row['id']));
    },
    async conversation(id) {
      const row = db.get('SELECT * FROM conversation WHERE id = ?', id);
      return row ? toConversation(row) : null;
    },
    async latestIn(workspace) {
      const row = db.get(
        `SELECT * FROM conversation WHERE workspace = ? AND kind = 'chat' AND ${IN_PLACE.list} ORDER BY updated_at DESC LIMIT 1`,
        workspace,
      );
      return row ? toConversation(row) : null;
    },
    async snapshot(id) {
      const row = db.get('SELECT * FROM conversation WHERE id = ?', id);
      return row ? readSnapshot(db, toConversation(row), row['plan']) : null;
    },
    async tree(conversationId) {
      const parts = partsByMessage(db, db.all('SELECT * FROM part WHERE conversation_id = ? ORDER BY ord, rowid', conversationId));
      return {
        messages: db
          .all('SELECT * FROM message WHERE conversation_id = ? ORDER BY created_at, rowid', conversationId)
          .map((row) => toMessage(row, parts.get(String(row['id'])) ?? [])),
        calls: db
          .all(
            `SELECT t.*, b.data AS whole FROM tool_call t LEFT JOIN blob b ON b.conversation_id = t.conversation_id AND b.hash = t.output_blob
             WHERE t.conversation_id = ? ORDER BY t.rowid`,
            conversationId,
          )
          .map((row) =>
            row['whole'] === null ? toCall(row) : { ...toCall(row), output: Buffer.from(row['whole'] as Uint8Array).toString('utf8') },
          ),
        interactions: db.all('SELECT * FROM interaction WHERE conversation_id = ? ORDER BY created_at', conversationId).map(toInteraction),
      };
    },
    async runs(conversationId) {
      const steps = new Map<string, RecordedStep[]>();
      for (const row of db.all('SELECT * FROM step WHERE conversation_id = ? ORDER BY started_at, rowid', conversationId)) {
        const step = toStep(row);
        steps.set(step.runId, [...(steps.get(step.runId) ?? []), step]);
      }
      return db
        .all('SELECT * FROM run WHERE conversation_id = ? ORDER BY created_at, rowid', conversationId)
        .map((row) => toRun(row, steps.get(String(row['id'])) ?? []));
    },
    requests: async (conversationId) => readRequests(db, conversationId),
    async output(conversationId, callId) {
      const row = db.get('SELECT output, output_blob, trust FROM tool_call WHERE id = ? AND conversation_id = ?', callId, conversationId);
      if (!row || row['output'] === null) return null;
      const trust = String(row['trust']) as Trust;
      if (row['output_blob'] === null) return { text: String(row['output']), trust };
      const blob = db.get('SELECT data FROM blob WHERE conversation_id = ? AND hash = ?', conversationId, String(row['output_blob']));
      return blob ? { text: Buffer.from(blob['data'] as Uint8Array).toString('utf8'), trust } : null;
    },
    async media(conversationId, hash) {
      const row = db.get('SELECT data FROM blob WHERE conversation_id = ? AND hash = ?', conversationId, hash);
      return row ? (row['data'] as Uint8Array) : null;
    },
    async attached(conversationId, name) {
      const row = db.get(
        `SELECT b.data FROM part p JOIN blob b ON b.conversation_id = p.conversation_id AND b.hash = json_extract(p.data, '$.media.hash')
         WHERE p.conversation_id = ? AND p.type = 'media' AND json_extract(p.data, '$.name') = ? ORDER BY p.rowid DESC LIMIT 1`,
        conversationId,
        name,
      );
      return row ? (row['data'] as Uint8Array) : null;
    },
    async waitingInputs(conversationId, delivery) {
      const rows = db.all(
        `SELECT * FROM input WHERE conversation_id = ? AND state = 'waiting' AND delivery = ? ORDER BY ${WAITING_ORDER}`,
        conversationId,
        delivery,
      );
      return rows.map((row) => ({ input: toInput(row), message: JSON.parse(String(row['message'])) as Message }));
    },
    async unfinishedRun(conversationId) {
      const rows = db.all(
        `SELECT * FROM run WHERE conversation_id = ? AND state NOT IN ('completed', 'cancelled', 'failed', 'exhausted') ORDER BY created_at DESC, rowid DESC`,
        conversationId,
      );
      if (rows.length === 0) return null;
      const last = String(runAtHead(db, conversationId)?.['id']);
      const row = rows.find((each) => each['state'] !== 'suspended' || each['id'] === last);
      return row ? toRun(row, []) : null;
    },
    async wantsTitle(conversationId) {
      const row = db.get(
        `SELECT 1 FROM conversation c WHERE id = ? AND kind = 'chat' AND titled_by = 'words' AND trashed_at IS NULL
         AND (SELECT count(*) FROM run WHERE conversation_id = c.id) = 1`,
        conversationId,
      );
      return row !== undefined;
    },
    async message(conversationId, messageId) {
      const row = db.get('SELECT * FROM message WHERE id = ? AND conversation_id = ?', messageId, conversationId);
      return row ? readMessage(db, row) : null;
    },
    async inputRun(inputId) {
      const row = db.get('SELECT run_id, conversation_id FROM input WHERE id = ?', inputId);
      return row ? { runId: String(row['run_id']), conversationId: String(row['conversation_id']) } : null;
    },
  };
}

/** What waits, as it will be said: in the order in which it was put, else in which it came; what came after that stands behind. */
export const WAITING_ORDER = 'place IS NULL, place, created_at, rowid';

/** What a list tells of a conversation `c`. */
export const SUMMARY_COLUMNS = `c.*, (SELECT count(*) FROM message m WHERE m.conversation_id = c.id) AS messages,
  (SELECT state FROM run r WHERE r.conversation_id = c.id ORDER BY created_at DESC, rowid DESC LIMIT 1) AS run_state,
  (SELECT count(*) FROM interaction i WHERE i.conversation_id = c.id AND i.state = 'open') AS open_interactions`;

/** What is where; in the trash is also what was put away before. */
const IN_PLACE = {
  list: 'trashed_at IS NULL AND archived = 0',
  archive: 'trashed_at IS NULL AND archived = 1',
  trash: 'trashed_at IS NOT NULL',
} as const;

export function toSummary(row: Row): ConversationSummary {
  return {
    ...toConversation(row),
    ...placeOf(row),
    openInteractions: Number(row['open_interactions']),
    messages: Number(row['messages']),
    lastRunState: row['run_state'] === null ? null : (String(row['run_state']) as RunStateName),
  };
}

/** Where a conversation stands. */
export function placeOf(row: Row): Pick<ConversationSummary, 'pinned' | 'archived'> {
  return { pinned: row['pinned'] === 1, archived: row['archived'] === 1 };
}

/** The run at the end of the path: that of the last message, or the one that has begun to answer it anew. */
export function runAtHead(db: Database, conversationId: string): Row | undefined {
  return db.get(
    `SELECT r.* FROM conversation c JOIN message m ON m.id = c.head_message_id JOIN run r ON r.conversation_id = c.id
     WHERE c.id = ? AND (r.id = m.run_id OR r.input_id IN (SELECT id FROM input i WHERE i.conversation_id = c.id AND i.message_id = m.id AND i.state = 'delivered'))
     ORDER BY r.created_at DESC, r.rowid DESC LIMIT 1`,
    conversationId,
  );
}

function readSnapshot(db: Database, conversation: Conversation, plan: Row[string] | undefined): ConversationSnapshot {
  const { id } = conversation;
  const run = runAtHead(db, id);
  const messages = readPath(db, conversation);
  // What stands on other branches is none of this path's.
  const messageIds = new Set(messages.map((message) => message.id));
  const runIds = new Set(messages.map((message) => message.runId));
  if (run) runIds.add(String(run['id']));
  return {
    conversationId: id,
    mode: conversation.mode,
    messages,
    calls: new Map(
      db
        .all('SELECT * FROM tool_call WHERE conversation_id = ?', id)
        .filter((row) => messageIds.has(String(row['message_id'])))
        .map((row) => [String(row['id']), toCall(row)]),
    ),
    interactions: new Map(
      db
        .all('SELECT * FROM interaction WHERE conversation_id = ? ORDER BY created_at', id)
        .filter((row) => runIds.has(String(row['run_id'])))
        .map((row) => [String(row['id']), toInteraction(row)]),
    ),
    plan: parsed<Plan>(plan) ?? null,
    trim: readTrim(db, id),
    runState: run ? toRunState(run) : null,
  };
}

/** The messages from the head back to the first, turned round. */
function readPath(db: Database, conversation: Conversation): readonly Message[] {
  const rows = new Map(db.all('SELECT * FROM message WHERE conversation_id = ?', conversation.id).map((row) => [String(row['id']), row]));
  const parts = partsByMessage(db, db.all('SELECT * FROM part WHERE conversation_id = ? ORDER BY ord, rowid', conversation.id));
  const path: Message[] = [];
  let at = conversation.headMessageId;
  while (at !== null) {
    const row = rows.get(at);
    if (!row) break;
    rows.delete(at);
    path.push(toMessage(row, parts.get(at) ?? []));
    at = row['parent_id'] === null ? null : String(row['parent_id']);
  }
  return path.toReversed();
}

export function partsByMessage(db: Database, rows: readonly Row[]): ReadonlyMap<string, readonly Part[]> {
  const parts = new Map<string, Part[]>();
  for (const row of rows) {
    const messageId = String(row['message_id']);
    const known = parts.get(messageId);
    const part = toPart(db, row);
    if (known) known.push(part);
    else parts.set(messageId, [part]);
  }
  return parts;
}

/** One message with its parts. */
export function readMessage(db: Database, row: Row): Message {
  const parts = db.all(
    'SELECT * FROM part WHERE conversation_id = ? AND message_id = ? ORDER BY ord, rowid',
    String(row['conversation_id']),
    String(row['id']),
  );
  return toMessage(
    row,
    parts.map((part) => toPart(db, part)),
  );
}

export function toMessage(row: Row, parts: readonly Part[]): Message {
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    parentId: row['parent_id'] === null ? null : String(row['parent_id']),
    runId: row['run_id'] === null ? null : String(row['run_id']),
    role: row['role'] === 'person' ? 'person' : 'agent',
    createdAt: Number(row['created_at']),
    parts,
  };
}

/** The last that left out something of the path that is shown; what was left out on another branch is none of it. */
export function readTrim(db: Database, conversationId: string): Trim | null {
  const rows = db.all('SELECT * FROM trim WHERE conversation_id = ? ORDER BY created_at DESC, rowid DESC', conversationId);
  for (const row of rows) {
    const trim = toTrim(row);
    if (isOnPath(db, conversationId, trim.through.messageId)) return trim;
  }
  return null;
}

export function toTrim(row: Row): Trim {
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    through: JSON.parse(String(row['through'])) as Trim['through'],
    unitsDropped: Number(row['units_dropped']),
    tokensBefore: Number(row['tokens_before']),
    tokensAfter: Number(row['tokens_after']),
  };
}

export function toConversation(row: Row): Conversation {
  return {
    id: String(row['id']),
    kind: row['kind'] === 'sub' ? 'sub' : 'chat',
    workspace: String(row['workspace']),
    title: String(row['title']),
    headMessageId: row['head_message_id'] === null ? null : String(row['head_message_id']),
    mode: String(row['mode']) as ConversationMode,
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    ...(row['trashed_at'] === null ? {} : { trashedAt: Number(row['trashed_at']) }),
    ...(row['agent_id'] === null ? {} : { agentId: String(row['agent_id']) }),
    ...(row['folder_id'] === null ? {} : { folderId: String(row['folder_id']) }),
  };
}

export function toPart(db: Database, row: Row): Part {
  const data = parsed<Record<string, string> & { media?: Media }>(row['data']);
  const state = String(row['state']) as PartState;
  const base = {
    id: String(row['id']),
    ord: Number(row['ord']),
    trust: String(row['trust']) as Trust,
    state,
    ...(row['step_id'] === null ? {} : { stepId: String(row['step_id']) }),
  };
  // What is still growing (in another process) is read as far as it has come.
  const text = state === 'open' ? draftOf(db, base.id) : String(row['text']);
  switch (row['type']) {
    case 'reasoning':
      return { ...base, type: 'reasoning', text, ...(data === undefined ? {} : { providerData: data }) };
    case 'file':
      return { ...base, type: 'file', text, name: data?.['name'] ?? '' };
    case 'media':
      return { ...base, type: 'media', name: data?.name ?? '', media: data?.media as Media };
    case 'tool_call':
      return { ...base, type: 'tool_call', callId: data?.['callId'] ?? '' };
    case 'notice':
      return { ...base, type: 'notice', text, code: data?.['code'] ?? '' };
    default:
      return { ...base, type: 'text', text };
  }
}

/** The words of an unfinished part or call, joined from its chunks. */
export function draftOf(db: Database, ownerId: string): string {
  return db
    .all('SELECT text FROM draft_chunk WHERE owner_id = ? ORDER BY offset', ownerId)
    .map((row) => String(row['text']))
    .join('');
}

export function toCall(row: Row): ToolCall {
  const optional = <K extends string, V>(key: K, value: V | undefined | null) =>
    (value === undefined || value === null ? {} : { [key]: value }) as Partial<Record<K, V>>;
  return {
    id: String(row['id']),
    providerCallId: String(row['provider_call_id']),
    conversationId: String(row['conversation_id']),
    runId: String(row['run_id']),
    stepId: String(row['step_id']),
    messageId: String(row['message_id']),
    ord: Number(row['ord']),
    tool: String(row['tool']),
    input: JSON.parse(String(row['input'])) as unknown,
    effect: String(row['effect']) as ToolCall['effect'],
    touches: JSON.parse(String(row['touches'])) as ToolCall['touches'],
    state: String(row['state']) as ToolCall['state'],
    trust: String(row['trust']) as Trust,
    ...optional('words', parsed<NonNullable<ToolCall['words']>>(row['words'])),
    ...optional('authorisation', parsed<NonNullable<ToolCall['authorisation']>>(row['authorisation'])),
    ...optional('output', row['output'] as string | null),
    ...optional('outputBlob', row['output_blob'] as string | null),
    ...optional('media', parsed<readonly NamedMedia[]>(row['media'])),
    ...optional('failure', parsed<NonNullable<ToolCall['failure']>>(row['failure'])),
    ...optional('startedAt', row['started_at'] as number | null),
    ...optional('endedAt', row['ended_at'] as number | null),
  };
}

export function toInteraction(row: Row): Interaction {
  const answer = parsed<NonNullable<Interaction['answer']>>(row['answer']);
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    runId: String(row['run_id']),
    rootRunId: String(row['root_run_id']),
    prompt: JSON.parse(String(row['prompt'])) as Interaction['prompt'],
    digest: String(row['digest']),
    state: String(row['state']) as Interaction['state'],
    createdAt: Number(row['created_at']),
    ...(answer ? { answer } : {}),
    // Rows of earlier versions name nobody where the process had ended.
    ...(row['answered_by'] === null
      ? row['state'] === 'expired'
        ? { answeredBy: 'process_end' }
        : {}
      : { answeredBy: String(row['answered_by']) }),
  };
}

export function toInput(row: Row): Input {
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    runId: String(row['run_id']),
    delivery: String(row['delivery']) as Delivery,
    actor: String(row['actor']) as Input['actor'],
    createdAt: Number(row['created_at']),
  };
}

export function toRunState(row: Row): RunState {
  const name = String(row['state']) as RunStateName;
  return row['return_to'] === null ? ({ name } as RunState) : ({ name, returnTo: String(row['return_to']) } as RunState);
}

export function toRun(row: Row, steps: readonly RecordedStep[]): RecordedRun {
  const state = toRunState(row);
  const failure = parsed<NonNullable<RecordedRun['failure']>>(row['failure']);
  const answerSchema = parsed<NonNullable<RecordedRun['answerSchema']>>(row['answer_schema']);
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    inputId: String(row['input_id']),
    parentRunId: row['parent_run_id'] === null ? null : String(row['parent_run_id']),
    rootRunId: String(row['root_run_id']),
    kind: row['kind'] === 'sub' ? 'sub' : 'root',
    state,
    model: String(row['model']),
    budget: JSON.parse(String(row['budget'])) as RecordedRun['budget'],
    owner: String(row['owner']),
    createdAt: Number(row['created_at']),
    version: Number(row['version']),
    steps,
    ...(answerSchema ? { answerSchema } : {}),
    ...(failure && isEnded(state) ? { failure } : {}),
  };
}

function toStep(row: Row): RecordedStep {
  const usage = parsed<NonNullable<RecordedStep['usage']>>(row['usage']);
  const failure = parsed<NonNullable<RecordedStep['failure']>>(row['failure']);
  const price = parsed<NonNullable<RecordedStep['price']>>(row['price']);
  return {
    id: String(row['id']),
    runId: String(row['run_id']),
    ord: Number(row['ord']),
    attempt: Number(row['attempt']),
    purpose: String(row['purpose']) as RecordedStep['purpose'],
    messageId: String(row['message_id']),
    requestId: String(row['request_id']),
    model: String(row['model']),
    startedAt: Number(row['started_at']),
    ...(usage ? { usage } : {}),
    ...(row['finish'] === null ? {} : { finish: String(row['finish']) as NonNullable<RecordedStep['finish']> }),
    ...(row['ended_at'] === null ? {} : { endedAt: Number(row['ended_at']), cost: row['cost'] === null ? null : Number(row['cost']) }),
    ...(price ? { price } : {}),
    ...(failure ? { failure } : {}),
  };
}

export function parsed<T>(value: Row[string] | undefined): T | undefined {
  return value === null || value === undefined ? undefined : (JSON.parse(String(value)) as T);
}

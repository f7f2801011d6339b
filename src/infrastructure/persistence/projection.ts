import type { AgentEvent } from '../../core/agent/agent-event.ts';
import { isEnded, type RunState } from '../../core/agent/agent-state.ts';
import { titleFrom } from '../../core/models/conversation.ts';
import { textOf, type Message, type Part } from '../../core/models/message.ts';
import { isSettled, type ToolCall } from '../../core/models/tool-call.ts';
import type { SearchKind } from '../../core/models/records.ts';
import type { Database } from './database.ts';
import { writeBlob, type LedgerWriter } from './ledger-writer.ts';
import { restorePlan } from './message-path.ts';
import { indexPending } from './search-indexer.ts';

export interface Projected {
  readonly conversationId: string;
  readonly runId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Brings the tables up to date with one event, inside the transaction that appends it. */
export function project(db: Database, ledger: LedgerWriter, event: AgentEvent, { conversationId, runId, at }: Projected): void {
  switch (event.type) {
    case 'conversation_created': {
      const { conversation: c } = event;
      db.run('INSERT OR IGNORE INTO workspace (id, path, created_at) VALUES (?, ?, ?)', c.workspace, c.workspace, at);
      db.run(
        'INSERT INTO conversation (id, kind, workspace, title, head_message_id, mode, created_at, updated_at, agent_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        c.id,
        c.kind,
        c.workspace,
        c.title,
        c.headMessageId,
        c.mode,
        c.createdAt,
        c.updatedAt,
        c.agentId ?? null,
      );
      return;
    }
    case 'input_accepted':
      return acceptInput(db, event, at);
    case 'state_changed':
      return setRunState(db, runId, event.state, at);
    case 'message_started':
      insertMessage(db, event.message, at);
      db.run(
        `UPDATE input SET state = 'delivered', message = NULL WHERE conversation_id = ? AND state = 'waiting' AND message_id = ?`,
        conversationId,
        event.message.id,
      );
      return;
    case 'step_started': {
      const { step: s } = event;
      db.run(
        'INSERT INTO step (id, run_id, conversation_id, message_id, ord, attempt, purpose, model, request_id, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        s.id,
        runId,
        conversationId,
        s.messageId,
        s.ord,
        s.attempt,
        s.purpose,
        s.model,
        s.requestId,
        s.startedAt,
      );
      ledger.write(conversationId, s.id, s.requestId, event.request, at);
      return;
    }
    case 'step_completed':
      db.run(
        'UPDATE step SET usage = ?, cost = ?, price = ?, finish = ?, failure = ?, ended_at = ? WHERE id = ?',
        JSON.stringify(event.usage),
        event.cost,
        json(event.price),
        event.finish,
        json(event.failure),
        event.endedAt,
        event.stepId,
      );
      return;
    case 'part_started':
      insertPart(db, event.messageId, conversationId, event.part);
      return;
    case 'part_completed':
      db.run(
        'UPDATE part SET text = ?, state = ?, data = coalesce(?, data) WHERE id = ?',
        event.text,
        event.state,
        json(event.providerData),
        event.partId,
      );
      db.run('DELETE FROM draft_chunk WHERE owner_id = ?', event.partId);
      return indexPart(db, event.partId, at);
    case 'tool_call_proposed':
      insertCall(db, event.call);
      insertPart(db, event.call.messageId, conversationId, {
        type: 'tool_call',
        id: event.partId,
        ord: event.call.ord,
        stepId: event.call.stepId,
        trust: 'trusted',
        state: 'complete',
        callId: event.call.id,
      });
      return index(db, conversationId, event.call.messageId, 'tool_input', wordsOfInput(event.call), at);
    case 'tool_call_changed':
    case 'tool_call_started':
      return updateCall(db, event.call);
    case 'tool_call_ended':
      for (const { data } of event.media ?? []) writeBlob(db, conversationId, data);
      return endCall(db, event.call, event.wholeOutput, at);
    case 'file_recorded': {
      const { change } = event;
      const before = change.before === null ? null : writeBlob(db, conversationId, change.before);
      db.run(
        'INSERT INTO file_change (id, call_id, conversation_id, path, before, mode_before, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        change.id,
        change.callId,
        conversationId,
        change.path,
        before,
        change.modeBefore,
        at,
      );
      return;
    }
    case 'interaction_requested': {
      const { interaction: i } = event;
      db.run(
        'INSERT INTO interaction (id, conversation_id, run_id, root_run_id, prompt, digest, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        i.id,
        conversationId,
        i.runId,
        i.rootRunId,
        JSON.stringify(i.prompt),
        i.digest,
        i.state,
        i.createdAt,
      );
      return;
    }
    case 'interaction_closed':
      db.run(
        `UPDATE interaction SET state = ?, answer = coalesce(answer, ?), answered_by = coalesce(answered_by, ?), closed_at = ? WHERE id = ?`,
        event.answer ? 'answered' : 'expired',
        json(event.answer ?? undefined),
        event.by,
        at,
        event.interactionId,
      );
      return;
    case 'rule_saved': {
      const { rule: r } = event;
      db.run(
        'INSERT INTO rule (id, scope, scope_id, tool, pattern, decision, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        r.id,
        r.scope,
        r.scopeId,
        r.tool,
        r.pattern,
        r.decision,
        r.createdAt,
      );
      return;
    }
    case 'plan_updated':
      db.run('UPDATE conversation SET plan = ?, updated_at = ? WHERE id = ?', JSON.stringify(event.plan), at, conversationId);
      db.run(
        'UPDATE message SET plan = ? WHERE id = (SELECT head_message_id FROM conversation WHERE id = ?)',
        JSON.stringify(event.plan),
        conversationId,
      );
      return;
    case 'mode_changed':
      db.run('UPDATE conversation SET mode = ?, updated_at = ? WHERE id = ?', event.mode, at, conversationId);
      return;
    case 'context_trimmed': {
      const { trim: t } = event;
      db.run(
        'INSERT INTO trim (id, conversation_id, through, units_dropped, tokens_before, tokens_after, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        t.id,
        conversationId,
        JSON.stringify(t.through),
        t.unitsDropped,
        t.tokensBefore,
        t.tokensAfter,
        at,
      );
      return;
    }
    case 'notice_raised':
      return insertNotice(db, conversationId, runId, event.code, event.text);
    case 'run_completed':
      setRunState(db, runId, event.state, at);
      db.run(
        'UPDATE run SET usage = ?, cost = ?, failure = ? WHERE id = ?',
        JSON.stringify(event.usage),
        event.cost,
        json(event.failure),
        runId,
      );
      db.run('UPDATE conversation SET updated_at = ? WHERE id = ?', at, conversationId);
      return indexPending(db);
    case 'part_delta':
    case 'tool_output':
    case 'model_opened':
    case 'model_progressed':
  }
}

function acceptInput(db: Database, event: Extract<AgentEvent, { type: 'input_accepted' }>, at: number): void {
  const { input, message, run, branch } = event;
  // A follow-up is accepted twice: first it waits, then it starts a run of its own.
  const isStart = run !== null;
  db.run(
    'INSERT INTO input (id, conversation_id, run_id, message_id, delivery, state, actor, message, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, run_id = excluded.run_id, message = excluded.message',
    input.id,
    input.conversationId,
    input.runId,
    message.id,
    input.delivery,
    isStart ? 'delivered' : 'waiting',
    input.actor,
    isStart ? null : JSON.stringify(message),
    input.createdAt,
  );
  if (run) {
    db.run(
      'INSERT INTO run (id, conversation_id, input_id, parent_run_id, root_run_id, kind, state, return_to, version, owner, model, budget, answer_schema, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, 0, ?, ?, ?, ?, ?)',
      run.id,
      run.conversationId,
      run.inputId,
      run.parentRunId,
      run.rootRunId,
      run.kind,
      run.state.name,
      run.owner,
      run.model,
      JSON.stringify(run.budget),
      json(run.answerSchema),
      run.createdAt,
    );
  }
  // Kept in the same moment as the message that they belong to.
  for (const { data } of event.media ?? []) writeBlob(db, input.conversationId, data);
  if (!isStart) return;
  if (branch === 'again') setHead(db, input.conversationId, message.id, at);
  else insertMessage(db, message, at);
  if (branch !== undefined) restorePlan(db, input.conversationId);
  // Who speaks in a conversation that was put away takes it out again.
  db.run(`UPDATE conversation SET archived = 0 WHERE id = ? AND archived = 1`, input.conversationId);
  db.run(`UPDATE conversation SET title = ? WHERE id = ? AND title = ''`, titleFrom(textOf(message)), input.conversationId);
}

function insertMessage(db: Database, message: Message, at: number): void {
  db.run(
    'INSERT INTO message (id, conversation_id, parent_id, run_id, role, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    message.id,
    message.conversationId,
    message.parentId,
    message.runId,
    message.role,
    message.createdAt,
  );
  for (const part of message.parts) {
    insertPart(db, message.id, message.conversationId, part);
    indexPart(db, part.id, at);
  }
  setHead(db, message.conversationId, message.id, at);
}

function setHead(db: Database, conversationId: string, messageId: string, at: number): void {
  db.run('UPDATE conversation SET head_message_id = ?, updated_at = ? WHERE id = ?', messageId, at, conversationId);
}

function insertPart(db: Database, messageId: string, conversationId: string, part: Part): void {
  db.run(
    'INSERT INTO part (id, message_id, conversation_id, step_id, ord, type, text, data, trust, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    part.id,
    messageId,
    conversationId,
    part.stepId ?? null,
    part.ord,
    part.type,
    'text' in part ? part.text : '',
    json(partData(part)),
    part.trust,
    part.state,
  );
}

function partData(part: Part): unknown {
  switch (part.type) {
    case 'reasoning':
      return part.providerData;
    case 'file':
      return { name: part.name };
    case 'media':
      return { name: part.name, media: part.media };
    case 'tool_call':
      return { callId: part.callId };
    case 'notice':
      return { code: part.code };
    case 'text':
      return undefined;
  }
}

/** A notice stands at the end of the message that the run writes at that moment; before its first message it is kept with the person's. */
function insertNotice(db: Database, conversationId: string, runId: string, code: string, text: string): void {
  const message =
    db.get('SELECT id FROM message WHERE run_id = ? ORDER BY created_at DESC, rowid DESC LIMIT 1', runId) ??
    db.get('SELECT head_message_id AS id FROM conversation WHERE id = ? AND head_message_id IS NOT NULL', conversationId);
  if (!message) return;
  const messageId = String(message['id']);
  // The agent does not count notices: a notice shares the position of the part that it follows.
  const ord = Number(
    db.get('SELECT coalesce(max(ord), -1) AS ord FROM part WHERE conversation_id = ? AND message_id = ?', conversationId, messageId)?.[
      'ord'
    ],
  );
  db.run(
    `INSERT INTO part (id, message_id, conversation_id, step_id, ord, type, text, data, trust, state) VALUES (lower(hex(randomblob(16))), ?, ?, NULL, ?, 'notice', ?, ?, 'trusted', 'complete')`,
    messageId,
    conversationId,
    Math.max(0, ord),
    text,
    JSON.stringify({ code }),
  );
}

function insertCall(db: Database, call: ToolCall): void {
  db.run(
    `INSERT INTO tool_call (id, provider_call_id, conversation_id, run_id, step_id, message_id, ord, tool, input, effect, touches, state, trust)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    call.id,
    call.providerCallId,
    call.conversationId,
    call.runId,
    call.stepId,
    call.messageId,
    call.ord,
    call.tool,
    JSON.stringify(call.input),
    call.effect,
    JSON.stringify(call.touches),
    call.state,
    call.trust,
  );
}

function updateCall(db: Database, call: ToolCall): void {
  db.run(
    `UPDATE tool_call SET input = ?, effect = ?, touches = ?, words = ?, state = ?, authorisation = ?, output = ?, output_blob = ?, media = ?, trust = ?, failure = ?, started_at = ?, ended_at = ? WHERE id = ?`,
    JSON.stringify(call.input),
    call.effect,
    JSON.stringify(call.touches),
    json(call.words),
    call.state,
    json(call.authorisation),
    call.output ?? null,
    call.outputBlob ?? null,
    json(call.media),
    call.trust,
    json(call.failure),
    call.startedAt ?? null,
    call.endedAt ?? null,
    call.id,
  );
}

function endCall(db: Database, call: ToolCall, wholeOutput: string | undefined, at: number): void {
  if (!isSettled(call.state)) throw new Error(`tool_call_ended with state ${call.state}`);
  updateCall(db, call);
  if (wholeOutput !== undefined) writeBlob(db, call.conversationId, wholeOutput);
  db.run('DELETE FROM draft_chunk WHERE owner_id = ?', call.id);
  if (call.output) index(db, call.conversationId, call.messageId, 'tool_result', call.output, at);
}

function setRunState(db: Database, runId: string, state: RunState, at: number): void {
  db.run(
    'UPDATE run SET state = ?, return_to = ?, ended_at = ? WHERE id = ?',
    state.name,
    'returnTo' in state ? state.returnTo : null,
    isEnded(state) ? at : null,
    runId,
  );
}

/** Text and handed-over files can be found again; reasoning cannot. */
export function indexPart(db: Database, partId: string, at: number): void {
  const part = db.get('SELECT conversation_id, message_id, type, text FROM part WHERE id = ?', partId);
  if (part && (part['type'] === 'text' || part['type'] === 'file') && part['text']) {
    index(db, String(part['conversation_id']), String(part['message_id']), 'message', String(part['text']), at);
  }
}

function index(db: Database, conversationId: string, messageId: string, kind: SearchKind, text: string, at: number): void {
  db.run(
    'INSERT INTO search_doc (conversation_id, message_id, kind, text, created_at) VALUES (?, ?, ?, ?, ?)',
    conversationId,
    messageId,
    kind,
    text,
    at,
  );
}

export function wordsOfInput(call: ToolCall): string {
  const words: string[] = [call.tool];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') words.push(value);
    else if (Array.isArray(value)) value.forEach(collect);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(collect);
  };
  collect(call.input);
  return words.join('\n');
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

import type { AgentEventType, AnnouncedEvent, Branch, Delivery, StepStart } from '../../core/agent/agent-event.ts';
import type { RunState } from '../../core/agent/agent-state.ts';
import type { ConversationMode } from '../../core/models/conversation.ts';
import type { Failure } from '../../core/models/failure.ts';
import type { InteractionAnswer } from '../../core/models/interaction.ts';
import type { Message } from '../../core/models/message.ts';
import type { Plan } from '../../core/models/plan.ts';
import type { Price, Usage } from '../../core/models/usage.ts';
import type { Database, Row } from './database.ts';
import {
  parsed,
  readMessage,
  toCall,
  toConversation,
  toInput,
  toInteraction,
  toPart,
  toRun,
  toTrim,
} from './sqlite-conversation-reader.ts';
import { toRule } from './sqlite-stores.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * The event that a row of the feed tells of, with its words as the tables have them now: the row itself holds ids. What it shows can be
 * later than the event (a call that has ended since), never earlier. Null: what it told of is deleted.
 */
export function hydrate(db: Database, row: Row): AnnouncedEvent | null {
  const body = JSON.parse(String(row['body'])) as Body;
  const text = (key: string) => String(body[key]);
  const find = <T>(sql: string, key: string, make: (found: Row) => T | null): T | null => {
    const found = db.get(sql, text(key));
    return found ? make(found) : null;
  };
  const type = String(row['type']) as AgentEventType;
  switch (type) {
    case 'conversation_created':
      return find('SELECT * FROM conversation WHERE id = ?', 'conversationId', (found) => ({ type, conversation: toConversation(found) }));
    case 'input_accepted':
      return hydrateInput(db, row, text('inputId'), body);
    case 'state_changed':
      return { type, state: body['state'] as RunState };
    case 'message_started':
      return find('SELECT * FROM message WHERE id = ?', 'messageId', (found) => ({ type, message: startedMessage(db, found) }));
    case 'step_started':
      return { type, step: body['step'] as StepStart };
    case 'step_completed':
      return find('SELECT * FROM step WHERE id = ?', 'stepId', (found) => completedStep(found, body));
    case 'part_started':
      return find('SELECT * FROM part WHERE id = ?', 'partId', (found) => ({
        type,
        messageId: text('messageId'),
        part: toPart(db, found),
      }));
    case 'part_completed':
      return find('SELECT * FROM part WHERE id = ?', 'partId', (found) => completedPart(db, found));
    case 'tool_call_proposed':
      return find('SELECT * FROM tool_call WHERE id = ?', 'callId', (found) => {
        const call = toCall(found);
        const part = db.get(`SELECT id FROM part WHERE message_id = ? AND type = 'tool_call' AND ord = ?`, call.messageId, call.ord);
        return part ? { type, call, partId: String(part['id']) } : null;
      });
    case 'tool_call_changed':
    case 'tool_call_started':
    case 'tool_call_ended':
      return find('SELECT * FROM tool_call WHERE id = ?', 'callId', (found) => ({ type, call: toCall(found) }));
    case 'file_recorded':
      return find('SELECT * FROM file_change WHERE id = ?', 'changeId', (found) => ({
        type,
        change: {
          id: String(found['id']),
          callId: String(found['call_id']),
          conversationId: String(found['conversation_id']),
          path: String(found['path']),
          modeBefore: found['mode_before'] === null ? null : Number(found['mode_before']),
        },
      }));
    case 'interaction_requested':
      return find('SELECT * FROM interaction WHERE id = ?', 'interactionId', (found) => ({ type, interaction: toInteraction(found) }));
    case 'interaction_closed':
      return find('SELECT * FROM interaction WHERE id = ?', 'interactionId', (found) => ({
        type,
        interactionId: text('interactionId'),
        answer: parsed<InteractionAnswer>(found['answer']) ?? null,
        by: found['answered_by'] === null ? 'process_end' : String(found['answered_by']),
      }));
    case 'rule_saved':
      return find('SELECT * FROM rule WHERE id = ?', 'ruleId', (found) => ({ type, rule: toRule(found) }));
    case 'plan_updated': {
      const plan = parsed<Plan>(db.get('SELECT plan FROM conversation WHERE id = ?', String(row['conversation_id']))?.['plan']);
      return plan ? { type, plan } : null;
    }
    case 'mode_changed':
      return { type, mode: text('mode') as ConversationMode };
    case 'context_trimmed':
      return find('SELECT * FROM trim WHERE id = ?', 'trimId', (found) => ({ type, trim: toTrim(found) }));
    case 'notice_raised':
      return hydrateNotice(db, row, text('code'));
    case 'run_completed':
      return completedRun(db, row, body);
    // Passing: never in the feed.
    case 'part_delta':
    case 'tool_output':
    case 'model_opened':
    case 'model_progressed':
      return null;
  }
}

/** An input that waited is accepted twice: the first time it starts no run. */
function hydrateInput(db: Database, row: Row, inputId: string, body: Body): AnnouncedEvent | null {
  const found = db.get('SELECT * FROM input WHERE id = ?', inputId);
  if (!found) return null;
  const input = { ...toInput(found), delivery: String(body['delivery']) as Delivery };
  const branch = body['branch'] === undefined ? {} : { branch: body['branch'] as Branch };
  const runRow = db.get('SELECT * FROM run WHERE id = ? AND input_id = ?', String(row['run_id']), inputId);
  const stored = db.get('SELECT * FROM message WHERE id = ?', String(found['message_id']));
  const message = stored ? readMessage(db, stored) : parsed<Message>(found['message']);
  if (!message) return null;
  if (!runRow) return stored ? null : { type: 'input_accepted', input, message, run: null };
  const { version: _, steps: __, failure: ___, ...run } = toRun(runRow, []);
  return { type: 'input_accepted', input, message, run: { ...run, state: { name: 'queued' } }, ...branch };
}

/** What a person said comes whole; an agent's message begins empty and grows by the events that follow. */
function startedMessage(db: Database, row: Row): Message {
  const message = readMessage(db, row);
  return message.role === 'person' ? message : { ...message, parts: [] };
}

function completedStep(row: Row, body: Body): AnnouncedEvent | null {
  const usage = parsed<Usage>(row['usage']);
  const price = parsed<Price>(row['price']);
  const failure = parsed<Failure>(row['failure']);
  if (!usage) return null;
  return {
    type: 'step_completed',
    stepId: String(row['id']),
    usage,
    cost: row['cost'] === null ? null : Number(row['cost']),
    ...(price ? { price } : {}),
    finish: String(body['finish']) as Extract<AnnouncedEvent, { type: 'step_completed' }>['finish'],
    ...(failure ? { failure } : {}),
    endedAt: Number(row['ended_at']),
  };
}

function completedPart(db: Database, row: Row): AnnouncedEvent | null {
  const part = toPart(db, row);
  if (!('text' in part)) return null;
  const providerData = part.type === 'reasoning' ? part.providerData : undefined;
  return {
    type: 'part_completed',
    partId: part.id,
    text: part.text,
    state: part.state,
    ...(providerData === undefined ? {} : { providerData }),
  };
}

/** Notices of one code in one run are told apart by their order. */
function hydrateNotice(db: Database, row: Row, code: string): AnnouncedEvent | null {
  const runId = String(row['run_id']);
  const before = db.get(
    `SELECT count(*) AS n FROM event WHERE run_id = ? AND version < ? AND type = 'notice_raised' AND json_extract(body, '$.code') = ?`,
    runId,
    Number(row['version']),
    code,
  );
  const found = db.get(
    `SELECT p.text FROM part p JOIN message m ON m.id = p.message_id
     WHERE p.conversation_id = ? AND m.run_id = ? AND p.type = 'notice' AND json_extract(p.data, '$.code') = ? ORDER BY p.rowid LIMIT 1 OFFSET ?`,
    String(row['conversation_id']),
    runId,
    code,
    Number(before?.['n'] ?? 0),
  );
  return found ? { type: 'notice_raised', code, text: String(found['text']) } : null;
}

function completedRun(db: Database, row: Row, body: Body): AnnouncedEvent | null {
  const run = db.get('SELECT failure FROM run WHERE id = ?', String(row['run_id']));
  if (!run) return null;
  const failure = parsed<Failure>(run['failure']);
  return {
    type: 'run_completed',
    state: body['state'] as RunState,
    usage: body['usage'] as Usage,
    cost: body['cost'] === null ? null : Number(body['cost']),
    steps: Number(body['steps']),
    ...(failure ? { failure } : {}),
  };
}

import type { Actor, AgentEvent } from '../../core/agent/agent-event.ts';
import { FailureError } from '../../core/models/failure.ts';
import type { Committed, Journal } from '../../application/ports/journal.ts';
import type { Database } from './database.ts';
import { eventBody } from './event-body.ts';
import { LedgerWriter } from './ledger-writer.ts';
import { project } from './projection.ts';

/** The shape of event bodies; raised when they change. */
const EVENT_VERSION = 1;

/** Events after which a power cut must not undo them: what a person said, what starts an effect or permits it, and an answer that stands. */
const DURABLE: ReadonlySet<AgentEvent['type']> = new Set([
  'input_accepted',
  'tool_call_started',
  'interaction_closed',
  'file_recorded',
  'rule_saved',
  'run_completed',
]);

/** Work may go on while a power cut can still undo these: nothing is done to the machine because of them alone. */
function maySettle(events: readonly AgentEvent[]): boolean {
  return events.every((event) => !mustSurvivePowerCut(event) || event.type === 'input_accepted');
}

/** A call without an effect has nothing that could be forgotten. */
function mustSurvivePowerCut(event: AgentEvent): boolean {
  return DURABLE.has(event.type) && !(event.type === 'tool_call_started' && event.call.effect === 'none');
}

export function createSqliteJournal(db: Database, now: () => number): Journal & { forget(conversationId: string): void } {
  const ledger = new LedgerWriter(db);
  const conversations = new Map<string, string>();

  const conversationOf = (runId: string, events: readonly AgentEvent[]): string => {
    const known = conversations.get(runId);
    if (known) return known;
    const accepted = events.find((event) => event.type === 'input_accepted');
    const row = accepted ? null : db.get('SELECT conversation_id FROM run WHERE id = ?', runId);
    const id = accepted ? accepted.input.conversationId : row ? String(row['conversation_id']) : null;
    if (id === null) throw new FailureError('run_not_found', `There is no run ${runId}.`);
    conversations.set(runId, id);
    return id;
  };

  return {
    async commit(runId, expectedVersion, events, actor) {
      const conversationId = conversationOf(runId, events);
      const isDurable = events.some(mustSurvivePowerCut);
      const isLater = isDurable && maySettle(events);
      const work = events.every((event) => draftOwner(event) !== null) ? appendDrafts : append;
      try {
        const where = { conversationId, runId, at: now() };
        const written = db.transaction(() => work(db, ledger, where, expectedVersion, events, actor), isDurable && !isLater);
        return { ...written, settled: isLater ? db.settle() : null };
      } catch (error) {
        // What the ledger was told in this transaction is not there.
        ledger.forget(conversationId);
        throw error;
      }
    },
    forget: (conversationId) => {
      ledger.forget(conversationId);
      for (const [runId, id] of conversations) if (id === conversationId) conversations.delete(runId);
    },
  };
}

/** What was written, but for when it is safe. */
type Written = Omit<Committed, 'settled'>;

/** Words alone: they belong to a run that is checked with the next event that is more. */
function appendDrafts(db: Database, _: LedgerWriter, __: unknown, version: number, events: readonly AgentEvent[]): Written {
  for (const event of events) addDraft(db, event);
  return { version, seqs: events.map(() => null) };
}

/** The part or call whose growing words the event brings. */
function draftOwner(event: AgentEvent): string | null {
  if (event.type === 'part_delta') return event.partId;
  return event.type === 'tool_output' ? event.callId : null;
}

function addDraft(db: Database, event: AgentEvent): void {
  if (event.type !== 'part_delta' && event.type !== 'tool_output') return;
  const owner = draftOwner(event);
  db.run('INSERT OR REPLACE INTO draft_chunk (owner_id, offset, text) VALUES (?, ?, ?)', owner, event.offset, event.text);
}

function append(
  db: Database,
  ledger: LedgerWriter,
  where: { conversationId: string; runId: string; at: number },
  expectedVersion: number,
  events: readonly AgentEvent[],
  actor: Actor,
): Written {
  let version = expectedVersion;
  const seqs: (number | null)[] = [];
  const begun = events.find((event) => event.type === 'input_accepted' && event.run?.id === where.runId);
  if (begun?.type === 'input_accepted') refuseSecondRun(db, begun);
  else {
    const row = db.get('SELECT version FROM run WHERE id = ?', where.runId);
    if (!row || Number(row['version']) !== expectedVersion) {
      throw new FailureError('version_conflict', `The run ${where.runId} was changed by another process.`);
    }
  }
  const last = lastOfEach(events);
  for (const event of events) {
    const owner = draftOwner(event);
    if (owner !== null && !isCompleted(last.get(owner))) addDraft(db, event);
    const subject = subjectOf(event);
    if (subject === null || last.get(subject) === event) project(db, ledger, event, where);
    const body = eventBody(event);
    if (!body) {
      seqs.push(null);
      continue;
    }
    version += 1;
    const seq = db.insert(
      'INSERT INTO event (conversation_id, run_id, version, type, v, actor, body, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      where.conversationId,
      where.runId,
      version,
      event.type,
      EVENT_VERSION,
      actor,
      JSON.stringify(body),
      where.at,
    );
    seqs.push(seq);
  }
  db.run('UPDATE run SET version = ? WHERE id = ?', version, where.runId);
  return { version, seqs };
}

/** What is completed in the same commit is stored whole. */
function isCompleted(last: AgentEvent | undefined): boolean {
  return last?.type === 'tool_call_ended' || last?.type === 'part_completed';
}

/** One run at a time works in a conversation: whoever comes second finds it here, however close behind (another process). */
function refuseSecondRun(db: Database, { input, message, branch }: Extract<AgentEvent, { type: 'input_accepted' }>): void {
  const { conversationId } = input;
  const conversation = db.get('SELECT head_message_id, title FROM conversation WHERE id = ?', conversationId);
  if (!conversation) return;
  const busy = db.get(
    `SELECT 1 FROM run WHERE conversation_id = ? AND kind = 'root' AND state NOT IN ('completed', 'cancelled', 'failed', 'exhausted', 'suspended')`,
    conversationId,
  );
  if (busy || (branch === undefined && conversation['head_message_id'] !== message.parentId)) {
    throw new FailureError('conversation_busy', `A run is at work in “${String(conversation['title'])}”.`);
  }
}

/** What the event gives a new state to, where only that state is kept of it. */
function subjectOf(event: AgentEvent): string | null {
  switch (event.type) {
    case 'state_changed':
    case 'run_completed':
      return 'run';
    case 'tool_call_changed':
    case 'tool_call_started':
    case 'tool_call_ended':
      return event.call.id;
    case 'part_completed':
      return event.partId;
    default:
      return null;
  }
}

/** Of several states of one thing in one commit, only the last is ever seen in the tables. */
function lastOfEach(events: readonly AgentEvent[]): ReadonlyMap<string, AgentEvent> {
  const last = new Map<string, AgentEvent>();
  for (const event of events) {
    const subject = subjectOf(event);
    if (subject !== null) last.set(subject, event);
  }
  return last;
}

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AgentEventType } from '../../core/agent/agent-event.ts';
import { advanceRun, type RunState, type RunStateName } from '../../core/agent/agent-state.ts';
import type { Failure } from '../../core/models/failure.ts';
import { advanceCall, isSettled } from '../../core/models/tool-call.ts';
import { NO_USAGE } from '../../core/models/usage.ts';
import type { Instances } from '../../application/ports/stores.ts';
import type { Database, Row } from './database.ts';
import { indexPart } from './projection.ts';
import { draftOf, toCall } from './sqlite-conversation-reader.ts';

const ACTIVE = `state NOT IN ('completed', 'cancelled', 'failed', 'exhausted', 'suspended')`;

/**
 * Each process holds an exclusive lock on a small file of its own. The lock goes with the process, however it ends;
 * a run is suspended only when its owner's lock can be taken.
 */
export function createInstances(db: Database, folder: string, id: string, now: () => number): Instances & { close(): void } {
  const inMemory = folder === ':memory:';
  const locks = join(folder, 'instances');
  const own = inMemory ? null : holdLock(locks, id);
  const claimed: DatabaseSync[] = [];
  const isAlive = (owner: string): boolean => owner === id || (!inMemory && isHeld(locks, owner));
  return {
    id,
    isAlive: async (owner) => isAlive(owner),
    async reconcile() {
      const owners = db.all(`SELECT DISTINCT owner FROM run WHERE ${ACTIVE}`).map((row) => String(row['owner']));
      const gone = owners.filter((owner) => !isAlive(owner));
      let suspended = 0;
      for (const owner of gone) suspended += db.transaction(() => suspendRunsOf(db, owner, now()), true);
      if (!inMemory && gone.length > 0) sweep(locks, id);
      return suspended;
    },
    async claim(name) {
      if (inMemory) return true;
      try {
        claimed.push(holdLock(locks, name));
        return true;
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      }
    },
    async fail(runId, failure) {
      db.transaction(() => failRun(db, id, now(), runId, failure), true);
    },
    suspendOwn: async () => db.transaction(() => suspendRunsOf(db, id, now()), true),
    async adopt(runId) {
      const changed = db.transaction(() => db.run(`UPDATE run SET owner = ? WHERE id = ? AND state = 'suspended'`, id, runId), true);
      return changed === 1;
    },
    close() {
      for (const lock of claimed) lock.close();
      if (!own) return;
      own.close();
      rmSync(join(locks, `${id}.lock`), { force: true });
    },
  };
}

/** How long a lock is waited for that another process only looks at; milliseconds. */
const LOOKED_AT = 500;

/** @throws the error of SQLite when another process holds it */
function holdLock(folder: string, id: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${id}.lock`);
  for (;;) {
    const lock = new DatabaseSync(path, { timeout: LOOKED_AT });
    try {
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw error;
    }
    // Between the making of the file and its locking, another process may have swept it away as one that nobody holds.
    if (existsSync(path)) return lock;
    lock.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === 5;
}

/** Whether another process holds the lock. A file that is not there is held by nobody. */
function isHeld(folder: string, owner: string): boolean {
  let lock: DatabaseSync | null = null;
  try {
    // Only names of our own making lead to a file.
    if (!/^[0-9a-z-]+$/i.test(owner)) return false;
    lock = new DatabaseSync(`file:${join(folder, `${owner}.lock`)}?mode=rw`);
    // A reader's lock is enough to meet the holder's, and two that look at once do not take each other for it.
    lock.exec('PRAGMA busy_timeout = 0; BEGIN; SELECT count(*) FROM sqlite_schema; ROLLBACK');
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    lock?.close();
  }
}

/** Whether any process works on a data folder. */
export function isAnybodyHere(folder: string): boolean {
  const locks = join(folder, 'instances');
  if (!existsSync(locks)) return false;
  return readdirSync(locks).some((file) => file.endsWith('.lock') && isHeld(locks, file.replace(/\.lock$/, '')));
}

function sweep(folder: string, own: string): void {
  for (const file of readdirSync(folder)) {
    const owner = file.replace(/\.lock$/, '');
    if (file.endsWith('.lock') && owner !== own && !isHeld(folder, owner)) rmSync(join(folder, file), { force: true });
  }
}

function suspendRunsOf(db: Database, owner: string, at: number): number {
  const runs = db.all(`${ACTIVE_RUNS} WHERE owner = ? AND ${ACTIVE}`, owner);
  for (const run of runs) {
    const tell = interrupt(db, run, at);
    const state = advanceRun(stateIn(run), 'suspended');
    setState(db, run, state, tell('state_changed', { state }));
  }
  return runs.length;
}

function failRun(db: Database, owner: string, at: number, runId: string, failure: Failure): void {
  const run = db.get(`${ACTIVE_RUNS} WHERE owner = ? AND id = ? AND ${ACTIVE}`, owner, runId);
  if (!run) return;
  const tell = interrupt(db, run, at);
  const state = advanceRun(stateIn(run), 'failed');
  setState(db, run, state, tell('run_completed', { state, usage: NO_USAGE, cost: null, steps: 0, code: failure.code }));
  db.run('UPDATE run SET failure = ? WHERE id = ?', JSON.stringify(failure), runId);
}

const ACTIVE_RUNS = 'SELECT id, conversation_id, state, return_to, version FROM run';

/** Settles what a run had begun. @returns how what becomes of it is told */
function interrupt(db: Database, run: Row, at: number): Teller {
  const runId = String(run['id']);
  const conversationId = String(run['conversation_id']);
  const tell = newTeller(db, { conversationId, runId, version: Number(run['version']), at });
  interruptParts(db, runId, at, tell);
  expireInteractions(db, runId, at, tell);
  interruptCalls(db, conversationId, runId, at, tell);
  return tell;
}

function stateIn(run: Row): RunState {
  const returnTo = run['return_to'] === null ? {} : { returnTo: String(run['return_to']) };
  return { name: String(run['state']) as RunStateName, ...returnTo } as RunState;
}

function setState(db: Database, run: Row, state: RunState, version: number): void {
  const returnTo = 'returnTo' in state ? state.returnTo : null;
  db.run('UPDATE run SET state = ?, return_to = ?, version = ? WHERE id = ?', state.name, returnTo, version, String(run['id']));
}

/** Puts what becomes of a run into the feed, so that whoever shows it learns of it. @returns the run's version after it */
type Teller = (type: AgentEventType, body: Readonly<Record<string, unknown>>) => number;

function newTeller(db: Database, run: { conversationId: string; runId: string; version: number; at: number }): Teller {
  let { version } = run;
  return (type, body) => {
    version += 1;
    db.run(
      `INSERT INTO event (conversation_id, run_id, version, type, v, actor, body, at) VALUES (?, ?, ?, ?, 1, 'agent', ?, ?)`,
      run.conversationId,
      run.runId,
      version,
      type,
      JSON.stringify(body),
      run.at,
    );
    return version;
  };
}

function expireInteractions(db: Database, runId: string, at: number, tell: Teller): void {
  for (const row of db.all(`SELECT id FROM interaction WHERE run_id = ? AND state = 'open'`, runId)) {
    db.run(`UPDATE interaction SET state = 'expired', answered_by = 'process_end', closed_at = ? WHERE id = ?`, at, String(row['id']));
    tell('interaction_closed', { interactionId: String(row['id']), answer: null, by: 'process_end' });
  }
}

/** A call that had been started may have run; one that had not is settled as well, so that no request ever holds an orphan (R2, R3). */
function interruptCalls(db: Database, conversationId: string, runId: string, at: number, tell: Teller): void {
  for (const row of db.all('SELECT * FROM tool_call WHERE conversation_id = ? AND run_id = ?', conversationId, runId)) {
    const call = toCall(row);
    if (isSettled(call.state)) continue;
    const started = call.state === 'started';
    const output = draftOf(db, call.id);
    const settled = advanceCall(call, started ? 'interrupted' : 'cancelled', { endedAt: at, ...(output ? { output } : {}) });
    db.run('UPDATE tool_call SET state = ?, output = ?, ended_at = ? WHERE id = ?', settled.state, settled.output ?? null, at, call.id);
    db.run('DELETE FROM draft_chunk WHERE owner_id = ?', call.id);
    tell('tool_call_ended', { callId: call.id, tool: call.tool, state: settled.state });
  }
}

/** What was seen of an unfinished part stays, marked as interrupted (R1, R4). */
function interruptParts(db: Database, runId: string, at: number, tell: Teller): void {
  const open = db.all(`SELECT p.id FROM part p JOIN message m ON m.id = p.message_id WHERE m.run_id = ? AND p.state = 'open'`, runId);
  for (const row of open) {
    const partId = String(row['id']);
    db.run(`UPDATE part SET text = ?, state = 'interrupted' WHERE id = ?`, draftOf(db, partId), partId);
    db.run('DELETE FROM draft_chunk WHERE owner_id = ?', partId);
    indexPart(db, partId, at);
    tell('part_completed', { partId, state: 'interrupted' });
  }
}

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { advanceRun, type RunState, type RunStateName } from '../../core/agent/agent-state.ts';
import { advanceCall, isSettled } from '../../core/models/tool-call.ts';
import type { Instances } from '../../application/ports/stores.ts';
import type { Database } from './database.ts';
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
    async adopt(runId) {
      const changed = db.transaction(() => db.run(`UPDATE run SET owner = ? WHERE id = ? AND state = 'suspended'`, id, runId), true);
      return changed === 1;
    },
    close() {
      if (!own) return;
      own.close();
      rmSync(join(locks, `${id}.lock`), { force: true });
    },
  };
}

function holdLock(folder: string, id: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, `${id}.lock`));
  lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  return lock;
}

/** Whether another process holds the lock. A file that is not there is held by nobody. */
function isHeld(folder: string, owner: string): boolean {
  let lock: DatabaseSync | null = null;
  try {
    // Only names of our own making lead to a file.
    if (!/^[0-9a-z-]+$/i.test(owner)) return false;
    lock = new DatabaseSync(`file:${join(folder, `${owner}.lock`)}?mode=rw`);
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch (error) {
    return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === 5;
  } finally {
    lock?.close();
  }
}

function sweep(folder: string, own: string): void {
  for (const file of readdirSync(folder)) {
    const owner = file.replace(/\.lock$/, '');
    if (file.endsWith('.lock') && owner !== own && !isHeld(folder, owner)) rmSync(join(folder, file), { force: true });
  }
}

function suspendRunsOf(db: Database, owner: string, at: number): number {
  const runs = db.all(`SELECT id, conversation_id, state, return_to, version FROM run WHERE owner = ? AND ${ACTIVE}`, owner);
  for (const run of runs) {
    const runId = String(run['id']);
    interruptCalls(db, String(run['conversation_id']), runId, at);
    interruptParts(db, runId, at);
    db.run(`UPDATE interaction SET state = 'expired', closed_at = ? WHERE run_id = ? AND state = 'open'`, at, runId);
    const from = {
      name: String(run['state']) as RunStateName,
      ...(run['return_to'] === null ? {} : { returnTo: String(run['return_to']) }),
    } as RunState;
    const state = advanceRun(from, 'suspended');
    const version = Number(run['version']) + 1;
    db.run(
      'UPDATE run SET state = ?, return_to = ?, version = ? WHERE id = ?',
      state.name,
      'returnTo' in state ? state.returnTo : null,
      version,
      runId,
    );
    db.run(
      `INSERT INTO event (conversation_id, run_id, version, type, v, actor, body, at) VALUES (?, ?, ?, 'state_changed', 1, 'agent', ?, ?)`,
      String(run['conversation_id']),
      runId,
      version,
      JSON.stringify({ state }),
      at,
    );
  }
  return runs.length;
}

/** A call that had been started may have run; one that had not is settled as well, so that no request ever holds an orphan (R2, R3). */
function interruptCalls(db: Database, conversationId: string, runId: string, at: number): void {
  for (const row of db.all('SELECT * FROM tool_call WHERE conversation_id = ? AND run_id = ?', conversationId, runId)) {
    const call = toCall(row);
    if (isSettled(call.state)) continue;
    const started = call.state === 'started';
    const output = draftOf(db, call.id);
    const settled = advanceCall(call, started ? 'interrupted' : 'cancelled', { endedAt: at, ...(output ? { output } : {}) });
    db.run('UPDATE tool_call SET state = ?, output = ?, ended_at = ? WHERE id = ?', settled.state, settled.output ?? null, at, call.id);
    db.run('DELETE FROM draft_chunk WHERE owner_id = ?', call.id);
  }
}

/** What was seen of an unfinished part stays, marked as interrupted (R1, R4). */
function interruptParts(db: Database, runId: string, at: number): void {
  const open = db.all(`SELECT p.id FROM part p JOIN message m ON m.id = p.message_id WHERE m.run_id = ? AND p.state = 'open'`, runId);
  for (const row of open) {
    const partId = String(row['id']);
    db.run(`UPDATE part SET text = ?, state = 'interrupted' WHERE id = ?`, draftOf(db, partId), partId);
    db.run('DELETE FROM draft_chunk WHERE owner_id = ?', partId);
    indexPart(db, partId, at);
  }
}

import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for the one right to fetch a file, shared by all processes: an exclusive lock on a small SQLite file, which the system
 * frees when its holder ends, however it ends.
 * @param onWaiting called now and then while another process holds it
 * @returns a function that gives the right back
 * Rejects with the signal's reason when stopped.
 */
export async function takeFetchLock(path: string, signal: AbortSignal, onWaiting: () => Promise<void>): Promise<() => void> {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  for (;;) {
    signal.throwIfAborted();
    const lock = new DatabaseSync(path, { timeout: 0 });
    if (isTaken(lock)) return () => lock.close();
    lock.close();
    await onWaiting();
    await sleep(200, undefined, { signal });
  }
}

function isTaken(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    // 5: SQLITE_BUSY, somebody else has it.
    if ((error as { errcode?: number }).errcode === 5) return false;
    lock.close();
    throw error;
  }
}

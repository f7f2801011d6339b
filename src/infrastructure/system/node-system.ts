import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemPort } from '../../application/ports/system.ts';
import { timeOrderedIds } from './time-ordered-id.ts';

/** When the log is put aside; bytes. One older log is kept. */
const LOG_LIMIT = 1_000_000;

/**
 * Time, chance, names and the log of this machine.
 * @param folder the data folder; the log is `glasshouse.log` in it. `:memory:` writes none.
 */
export function createNodeSystem(folder: string): SystemPort & { clearLog(): void } {
  const log = folder === ':memory:' ? null : logFiles(folder)[0];
  return {
    newId: timeOrderedIds(Date.now),
    now: () => Date.now(),
    random: () => Math.random(),
    digest: (data) => process.getBuiltinModule('node:crypto').hash('sha256', data),
    base64: (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    sleep,
    reportBug: (error) => {
      if (log) appendBug(log, folder, error);
    },
    clearLog: () => {
      if (!log) return;
      rmSync(`${log}.old`, { force: true });
      try {
        truncateSync(log);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
  };
}

/** The log, and the older one that is kept. */
export function logFiles(folder: string): readonly [string, string] {
  const log = join(folder, 'glasshouse.log');
  return [log, `${log}.old`];
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}

function appendBug(log: string, folder: string, error: unknown): void {
  const line = {
    at: new Date().toISOString(),
    name: error instanceof Error ? error.name : typeof error,
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
    cause: error instanceof Error && error.cause instanceof Error ? error.cause.stack : undefined,
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) renameSync(log, `${log}.old`);
    appendFileSync(log, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch (problem) {
    // The log itself cannot be written (a full disk): standard error is the last place left.
    process.stderr.write(`glasshouse: the log cannot be written (${problem instanceof Error ? problem.message : 'unknown reason'})\n`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

import type { StorageCare } from '../../application/ports/storage-care.ts';
import { FailureError } from '../../core/models/failure.ts';
import type { Database } from './database.ts';
import type { StorageReply } from './storage-process.ts';

/** Milliseconds; a database of many gigabytes on a slow disk. */
const PATIENCE = 5 * 60_000;

/** Looks after the database's room. What has to read all of it does so in a process of its own. */
export function createSqliteStorageCare(db: Database, folder: string, now: () => number): StorageCare {
  // What is in memory alone is gone before it is old.
  if (folder === ':memory:') return { measure: async () => [], plan: async () => [], prune: async () => [] };
  return {
    measure: async () => (await ask(folder, [])).sizes,
    plan: async (retention) => (await ask(folder, [JSON.stringify(retention), String(now())])).planned,
    prune: async (retention) => (await import('./prune.ts')).prune(db, retention, now()),
  };
}

async function ask(folder: string, words: readonly string[]): Promise<Extract<StorageReply, { ok: true }>> {
  const { execFile } = process.getBuiltinModule('node:child_process');
  const program = process
    .getBuiltinModule('node:url')
    .fileURLToPath(new URL(`./storage-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const said = await new Promise<string>((done) => {
    execFile(process.execPath, [program, folder, ...words], { timeout: PATIENCE, env: {} }, (_, stdout) => done(stdout));
  });
  const reply = said === '' ? null : (JSON.parse(said) as StorageReply);
  if (!reply)
    throw new FailureError('database_unusable', 'The database could not be measured: the process that does it ended without a word.');
  if (!reply.ok) throw new FailureError(reply.failure.code, reply.failure.message);
  return reply;
}

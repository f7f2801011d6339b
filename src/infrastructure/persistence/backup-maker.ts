import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Backup, BackupMaker } from '../../application/ports/machine.ts';
import { FailureError } from '../../core/models/failure.ts';
import type { BackupReply } from './backup-process.ts';

/** Milliseconds; a database of many gigabytes on a slow disk. */
const PATIENCE = 10 * 60_000;

/** Makes backups for whoever asks, one at a time, in a process of their own. They stay in the cache until they are taken away. */
export function createBackupMaker(folder: string, cache: string): BackupMaker {
  const place = join(cache, 'backups');
  let last: Promise<unknown> = Promise.resolve();
  let isSwept = false;
  return {
    make(name) {
      const mine = last.then(() => {
        // What an earlier process did not come to hand over.
        if (!isSwept) rmSync(place, { recursive: true, force: true });
        isSwept = true;
        mkdirSync(place, { recursive: true, mode: 0o700 });
        return run(folder, join(place, `${readdirSync(place).length}-${process.pid}-${name}`));
      });
      last = mine.catch(() => undefined);
      return mine;
    },
    discard: (path) => rmSync(path, { force: true }),
  };
}

async function run(folder: string, target: string): Promise<Backup> {
  const { execFile } = process.getBuiltinModule('node:child_process');
  const program = process
    .getBuiltinModule('node:url')
    .fileURLToPath(new URL(`./backup-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const said = await new Promise<string>((done) => {
    execFile(process.execPath, [program, folder, target], { timeout: PATIENCE, env: {} }, (_, stdout) => done(stdout));
  });
  const reply = said === '' ? null : (JSON.parse(said) as BackupReply);
  if (!reply) throw new FailureError('database_unusable', 'The backup could not be made: its process ended without a word.');
  if (!reply.ok) throw new FailureError(reply.failure.code, reply.failure.message);
  return reply.facts;
}

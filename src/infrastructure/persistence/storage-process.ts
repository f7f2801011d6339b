import type { Pruned, Retention, StoredSize } from '../../core/models/storage.ts';
import { FailureError, failure, type Failure } from '../../core/models/failure.ts';
import { Database } from './database.ts';
import { measure, plan } from './measure.ts';

// Measures a database and ends: to read all of a large one takes its time, and the server has other things to do.
//   storage-process FOLDER [RETENTION NOW]      prints one line of JSON: sizes, or what would be pruned

export type StorageReply =
  | { readonly ok: true; readonly sizes: readonly StoredSize[]; readonly planned: readonly Pruned[] }
  | { readonly ok: false; readonly failure: Failure };

function look(folder: string, retention: Retention | null, now: number): StorageReply {
  const db = Database.open(folder);
  try {
    return { ok: true, sizes: retention ? [] : measure(db), planned: retention ? plan(db, retention, now) : [] };
  } finally {
    db.close();
  }
}

function replyTo([folder = '', retention = 'null', now = '0']: readonly string[]): StorageReply {
  try {
    return look(folder, JSON.parse(retention) as Retention | null, Number(now));
  } catch (error) {
    const reason =
      error instanceof FailureError ? error.failure : failure('internal', error instanceof Error ? error.message : String(error));
    return { ok: false, failure: reason };
  }
}

process.stdout.write(`${JSON.stringify(replyTo(process.argv.slice(2)))}\n`);

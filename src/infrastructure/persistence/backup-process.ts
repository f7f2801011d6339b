import { FailureError, failure, type Failure } from '../../core/models/failure.ts';
import { backUp, type BackupFacts } from './backup.ts';

// Makes one backup and ends: to read all of a large database takes its time, and the server has other things to do.
//   backup-process FOLDER TARGET      prints one line of JSON

export type BackupReply = { readonly ok: true; readonly facts: BackupFacts } | { readonly ok: false; readonly failure: Failure };

const [folder = '', target = ''] = process.argv.slice(2);
const reply = await backUp(folder, target).then(
  (facts): BackupReply => ({ ok: true, facts }),
  (error: unknown): BackupReply => ({
    ok: false,
    failure: error instanceof FailureError ? error.failure : failure('internal', error instanceof Error ? error.message : String(error)),
  }),
);
process.stdout.write(`${JSON.stringify(reply)}\n`);

import { FailureError } from '../../core/models/failure.ts';
import type { Purge } from '../../application/ports/stores.ts';
import { recordChange } from './change-record.ts';
import type { Database } from './database.ts';

/** Every table with a `conversation_id`, children before parents. */
const OWNED = [
  'search_doc',
  'blob',
  'request',
  'trim',
  'file_change',
  'interaction',
  'tool_call',
  'step',
  'run',
  'input',
  'part',
  'message',
] as const;

/**
 * Deletes rows, index, blobs and events of a conversation and of its sub-conversations. With `secure_delete` SQLite overwrites
 * the freed bytes, and the truncating checkpoint leaves none in the write-ahead log.
 */
export function createSqlitePurge(
  db: Database,
  isAlive: (owner: string) => Promise<boolean>,
  forget: (conversationId: string) => void,
  now: () => number,
): Purge {
  return {
    async purge(conversationId) {
      if (!db.get('SELECT 1 FROM conversation WHERE id = ?', conversationId)) return false;
      const active = db.all(
        `SELECT owner FROM run WHERE conversation_id = ? AND state NOT IN ('completed', 'cancelled', 'failed', 'exhausted', 'suspended')`,
        conversationId,
      );
      for (const run of active) {
        if (await isAlive(String(run['owner']))) throw new FailureError('conversation_busy', 'A run is at work in this conversation.');
      }
      db.transaction(() => {
        deleteAll(db, conversationId);
        // Other windows learn that it is gone; of it, the feed keeps the id alone.
        recordChange(db, { type: 'conversation_deleted', conversationId }, now());
      }, true);
      forget(conversationId);
      checkpoint(db);
      return true;
    },
  };
}

function deleteAll(db: Database, conversationId: string): void {
  const subs = db.all(
    'SELECT id FROM conversation WHERE parent_call_id IN (SELECT id FROM tool_call WHERE conversation_id = ?)',
    conversationId,
  );
  for (const sub of subs) deleteAll(db, String(sub['id']));
  db.run('DELETE FROM event WHERE run_id IN (SELECT id FROM run WHERE conversation_id = ?)', conversationId);
  db.run('DELETE FROM event WHERE run_id = ?', conversationId);
  db.run('DELETE FROM draft_chunk WHERE owner_id IN (SELECT id FROM part WHERE conversation_id = ?)', conversationId);
  db.run('DELETE FROM draft_chunk WHERE owner_id IN (SELECT id FROM tool_call WHERE conversation_id = ?)', conversationId);
  db.run('DELETE FROM request_span WHERE request_id IN (SELECT id FROM request WHERE conversation_id = ?)', conversationId);
  for (const table of OWNED) db.run(`DELETE FROM ${table} WHERE conversation_id = ?`, conversationId);
  db.run(`DELETE FROM rule WHERE scope = 'conversation' AND scope_id = ?`, conversationId);
  // What windows remember of it: an unsent draft is as private as what was sent.
  db.run(`DELETE FROM setting WHERE key LIKE 'memory:%:' || ?`, conversationId);
  db.run('DELETE FROM conversation WHERE id = ?', conversationId);
  db.run('DELETE FROM workspace WHERE path NOT IN (SELECT workspace FROM conversation)');
}

function checkpoint(db: Database): void {
  const row = db.get('PRAGMA wal_checkpoint(TRUNCATE)');
  if (row && Number(row['busy']) !== 0) {
    throw new FailureError(
      'database_busy',
      'The conversation is deleted, but another program is reading: a trace stays in the journal until it ends.',
    );
  }
}

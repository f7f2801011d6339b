import type { Database } from './database.ts';

/**
 * Full text is indexed when a run has ended and before a search, all that waits at once: done with every part, it would cost more
 * than everything else that a step writes. What waits is what stands behind the mark, so a crash loses nothing of it.
 * Must run inside a transaction.
 */
export function indexPending(db: Database): void {
  if (!hasPending(db)) return;
  db.run('INSERT INTO search_index (rowid, text) SELECT id, text FROM search_doc WHERE id > (SELECT indexed_through FROM search_mark)');
  db.run('UPDATE search_mark SET indexed_through = (SELECT max(id) FROM search_doc)');
}

export function hasPending(db: Database): boolean {
  return db.get('SELECT 1 FROM search_doc WHERE id > (SELECT indexed_through FROM search_mark) LIMIT 1') !== undefined;
}

import type { FolderStore } from '../../application/ports/stores.ts';
import { recordChange } from './change-record.ts';
import type { Database } from './database.ts';

export function createSqliteFolderStore(db: Database, now: () => number): FolderStore {
  return {
    all: async () =>
      db
        .all('SELECT * FROM folder ORDER BY name COLLATE NOCASE')
        .map((row) => ({ id: String(row['id']), name: String(row['name']), createdAt: Number(row['created_at']) })),
    async put({ id, name, createdAt }) {
      db.transaction(() => {
        db.run('INSERT OR REPLACE INTO folder (id, name, created_at) VALUES (?, ?, ?)', id, name, createdAt);
        recordChange(db, { type: 'folders_changed' }, now());
      }, true);
    },
    remove: async (id) =>
      db.transaction(() => {
        const removed = db.run('DELETE FROM folder WHERE id = ?', id) > 0;
        db.run('UPDATE conversation SET folder_id = NULL WHERE folder_id = ?', id);
        if (removed) recordChange(db, { type: 'folders_changed' }, now());
        return removed;
      }, true),
  };
}

import type { ChangeLog, ConversationEditor } from '../../application/ports/conversation-editor.ts';
import type { ConversationReader } from '../../application/ports/conversation-reader.ts';
import type { EventReader } from '../../application/ports/event-reader.ts';
import type { Journal } from '../../application/ports/journal.ts';
import type { Pictures, Tallies } from '../../application/ports/pictures.ts';
import type { Search } from '../../application/ports/search.ts';
import type { StorageCare } from '../../application/ports/storage-care.ts';
import type { AgentStore, FolderStore, Instances, Purge, RuleStore, SettingStore } from '../../application/ports/stores.ts';
import { createSqliteAgentStore } from './sqlite-agent-store.ts';
import { createSqliteChangeLog } from './change-record.ts';
import { Database } from './database.ts';
import { createSqliteEventReader } from './event-reader.ts';
import { trimFeed } from './feed-retention.ts';
import { createInstances } from './instances.ts';
import { createSqliteConversationEditor } from './sqlite-conversation-editor.ts';
import { createSqliteConversationReader } from './sqlite-conversation-reader.ts';
import { createSqliteFolderStore } from './sqlite-folder-store.ts';
import { createSqliteJournal } from './sqlite-journal.ts';
import { createSqlitePictures, createSqliteTallies } from './sqlite-pictures.ts';
import { createSqlitePurge } from './sqlite-purge.ts';
import { createSqliteStorageCare } from './sqlite-storage-care.ts';
import { createSqliteSearch } from './sqlite-search.ts';
import { createSqliteRuleStore, createSqliteSettingStore } from './sqlite-stores.ts';

export interface Storage {
  readonly journal: Journal;
  readonly reader: ConversationReader;
  readonly search: Search;
  readonly rules: RuleStore;
  readonly settings: SettingStore;
  readonly agents: AgentStore;
  readonly folders: FolderStore;
  readonly purge: Purge;
  readonly instances: Instances;
  readonly pictures: Pictures;
  readonly tallies: Tallies;
  readonly editor: ConversationEditor;
  readonly changes: ChangeLog;
  readonly events: EventReader;
  /** Takes the oldest entries out of the change feed. @returns how many went */
  trimFeed(kept?: number): Promise<number>;
  readonly care: StorageCare;
  /** What SQLite's own check of the whole file says: `ok`, or what is wrong. */
  checkIntegrity(): string;
  /** Makes all indexes anew from what they are made of, the search too. @returns how many texts can be searched */
  rebuildIndexes(): Promise<number>;
  close(): void;
}

/**
 * Opens everything that is stored in a data folder (`:memory:` for nothing on disk).
 * @throws FailureError `database_newer`, `database_damaged`, `database_busy`, `database_unusable`, `disk_full`
 */
export function openStorage(folder: string, options: { readonly instanceId: string; now(): number }): Storage {
  const db = Database.open(folder);
  try {
    const instances = createInstances(db, folder, options.instanceId, options.now);
    const journal = createSqliteJournal(db, options.now);
    return {
      journal,
      reader: createSqliteConversationReader(db),
      search: createSqliteSearch(db),
      rules: createSqliteRuleStore(db, options.now),
      settings: createSqliteSettingStore(db),
      agents: createSqliteAgentStore(db, options.now),
      folders: createSqliteFolderStore(db, options.now),
      purge: createSqlitePurge(db, instances.isAlive, journal.forget, options.now),
      instances,
      pictures: createSqlitePictures(db),
      tallies: createSqliteTallies(db),
      editor: createSqliteConversationEditor(db, options.now),
      changes: createSqliteChangeLog(db, options.now),
      events: createSqliteEventReader(db),
      care: createSqliteStorageCare(db, folder, options.now),
      trimFeed: (kept) => trimFeed(db, kept),
      checkIntegrity: () => String(db.get('PRAGMA quick_check')?.['quick_check']),
      async rebuildIndexes() {
        const { rebuildIndexes } = await import('./rebuild-indexes.ts');
        return rebuildIndexes(db).texts;
      },
      close() {
        instances.close();
        db.close();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

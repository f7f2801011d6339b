import type { Database } from './database.ts';
import { feedPosition } from './event-reader.ts';

/** Entries that the feed keeps. Far more than anybody is told one by one: who was away longer reads the tables. */
const KEPT = 100_000;
/** Entries that go in one transaction, so that no other writer waits for long. */
const BATCH = 2_000;
/** Milliseconds between two batches. */
const PAUSE = 20;

/** Takes the oldest entries out of the change feed; the tables, which are the truth, keep everything. @returns how many went */
export async function trimFeed(db: Database, kept = KEPT): Promise<number> {
  const through = feedPosition(db) - kept;
  let removed = 0;
  for (;;) {
    const gone = db.transaction(() =>
      db.run('DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE seq <= ? ORDER BY seq LIMIT ?)', through, BATCH),
    );
    removed += gone;
    if (gone < BATCH) return removed;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

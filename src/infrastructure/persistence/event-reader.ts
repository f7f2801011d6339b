import type { EventReader, FeedEntry, GrowingWords } from '../../application/ports/event-reader.ts';
import { changeOf } from './change-record.ts';
import type { Database, Row } from './database.ts';
import { hydrate } from './hydrate-event.ts';

/** Runs that somebody works on, as the partial index of `run` has them. */
const ACTIVE = `r.state NOT IN ('completed', 'cancelled', 'failed', 'exhausted', 'suspended')`;

export function createSqliteEventReader(db: Database): EventReader {
  return {
    position: async () => feedPosition(db),
    mark: async () => Number(db.get('PRAGMA data_version')?.['data_version']),
    read: async ({ after, limit, known, exceptOwner }) =>
      db.read(() => {
        const rows = db.all('SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?', after, limit);
        const last = rows.at(-1);
        return {
          entries: rows.flatMap((row) => entryOf(db, row)),
          through: last ? Number(last['seq']) : after,
          growing: readGrowing(db, known, exceptOwner),
        };
      }),
  };
}

/** The last place that was ever given out, also when its entry is deleted. */
export function feedPosition(db: Database): number {
  return Number(db.get(`SELECT seq FROM sqlite_sequence WHERE name = 'event'`)?.['seq'] ?? 0);
}

function entryOf(db: Database, row: Row): FeedEntry[] {
  const seq = Number(row['seq']);
  const change = changeOf(row);
  if (change) return [{ kind: 'change', seq, change }];
  const event = hydrate(db, row);
  return event ? [{ kind: 'event', seq, conversationId: String(row['conversation_id']), runId: String(row['run_id']), event }] : [];
}

function readGrowing(db: Database, known: ReadonlyMap<string, number>, exceptOwner: string | null): readonly GrowingWords[] {
  const owner = exceptOwner ?? '';
  const parts = db.all(
    `SELECT p.id, p.conversation_id, m.run_id FROM part p JOIN message m ON m.id = p.message_id JOIN run r ON r.id = m.run_id
     WHERE p.state = 'open' AND r.owner <> ?`,
    owner,
  );
  const calls = db.all(
    `SELECT c.id, c.conversation_id, c.run_id FROM run r JOIN tool_call c ON c.conversation_id = r.conversation_id AND c.run_id = r.id
     WHERE ${ACTIVE} AND c.state = 'started' AND r.owner <> ?`,
    owner,
  );
  const grown =
    (kind: GrowingWords['kind']) =>
    (row: Row): GrowingWords[] => {
      const ownerId = String(row['id']);
      const offset = known.get(ownerId) ?? 0;
      const text = db
        .all('SELECT text FROM draft_chunk WHERE owner_id = ? AND offset >= ? ORDER BY offset', ownerId, offset)
        .map((chunk) => String(chunk['text']))
        .join('');
      if (text === '') return [];
      return [{ kind, ownerId, conversationId: String(row['conversation_id']), runId: String(row['run_id']), offset, text }];
    };
  return [...parts.flatMap(grown('part')), ...calls.flatMap(grown('call'))];
}

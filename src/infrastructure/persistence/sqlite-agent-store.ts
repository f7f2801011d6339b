import type { AgentStore } from '../../application/ports/stores.ts';
import type { Agent } from '../../core/models/agent-profile.ts';
import { recordChange } from './change-record.ts';
import type { Database, Row } from './database.ts';

export function createSqliteAgentStore(db: Database, now: () => number): AgentStore {
  return {
    all: async () => db.all('SELECT * FROM agent ORDER BY name COLLATE NOCASE').map(toAgent),
    async get(id) {
      const row = db.get('SELECT * FROM agent WHERE id = ?', id);
      return row ? toAgent(row) : null;
    },
    async put(agent) {
      db.transaction(() => {
        db.run(
          `INSERT OR REPLACE INTO agent (id, name, about, instructions, model, tools, starters, approved, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          agent.id,
          agent.name,
          agent.about,
          agent.instructions,
          agent.model,
          agent.tools === null ? null : JSON.stringify(agent.tools),
          JSON.stringify(agent.starters),
          Number(agent.isApproved),
          agent.createdAt,
          agent.updatedAt,
        );
        recordChange(db, { type: 'agents_changed' }, now());
      }, true);
    },
    remove: async (id) =>
      db.transaction(() => {
        const removed = db.run('DELETE FROM agent WHERE id = ?', id) > 0;
        if (removed) recordChange(db, { type: 'agents_changed' }, now());
        return removed;
      }, true),
  };
}

function toAgent(row: Row): Agent {
  return {
    id: String(row['id']),
    name: String(row['name']),
    about: String(row['about']),
    instructions: String(row['instructions']),
    model: row['model'] === null ? null : String(row['model']),
    tools: row['tools'] === null ? null : (JSON.parse(String(row['tools'])) as string[]),
    starters: JSON.parse(String(row['starters'])) as string[],
    isApproved: row['approved'] === 1,
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
  };
}

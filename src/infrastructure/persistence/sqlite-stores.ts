import type { Rule, RuleDecision, RuleScope } from '../../core/models/rule.ts';
import type { RuleStore, SettingStore } from '../../application/ports/stores.ts';
import { recordChange } from './change-record.ts';
import type { Database, Row } from './database.ts';

export function createSqliteRuleStore(db: Database, now: () => number): RuleStore {
  return {
    async inForce({ conversationId, workspace }) {
      return db
        .all(
          `SELECT * FROM rule WHERE scope = 'everywhere' OR (scope = 'workspace' AND scope_id = ?) OR (scope = 'conversation' AND scope_id = ?)`,
          workspace,
          conversationId,
        )
        .map(toRule);
    },
    all: async () => db.all('SELECT * FROM rule ORDER BY created_at').map(toRule),
    async add(rule) {
      db.transaction(() => {
        db.run(
          'INSERT INTO rule (id, scope, scope_id, tool, pattern, decision, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
          rule.id,
          rule.scope,
          rule.scopeId,
          rule.tool,
          rule.pattern,
          rule.decision,
          rule.createdAt,
        );
        recordChange(db, { type: 'rules_changed' }, now());
      }, true);
    },
    remove: async (id) =>
      db.transaction(() => {
        const removed = db.run('DELETE FROM rule WHERE id = ?', id) > 0;
        if (removed) recordChange(db, { type: 'rules_changed' }, now());
        return removed;
      }, true),
  };
}

export function toRule(row: Row): Rule {
  return {
    id: String(row['id']),
    scope: String(row['scope']) as RuleScope,
    scopeId: row['scope_id'] === null ? null : String(row['scope_id']),
    tool: String(row['tool']),
    pattern: row['pattern'] === null ? null : String(row['pattern']),
    decision: String(row['decision']) as RuleDecision,
    createdAt: Number(row['created_at']),
  };
}

export function createSqliteSettingStore(db: Database): SettingStore {
  return {
    async get(key) {
      const row = db.get('SELECT value FROM setting WHERE key = ?', key);
      return row ? String(row['value']) : null;
    },
    async set(key, value) {
      db.transaction(
        () => db.run('INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', key, value),
        true,
      );
    },
    remove: async (key) => db.transaction(() => db.run('DELETE FROM setting WHERE key = ?', key), true) > 0,
    all: async () =>
      new Map(db.all('SELECT key, value FROM setting ORDER BY key').map((row) => [String(row['key']), String(row['value'])])),
  };
}

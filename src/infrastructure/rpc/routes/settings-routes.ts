import { memoryValues, remember } from '../../../application/use-cases/window-memory.ts';
import type { GlasshouseClient } from '../../../contract/client.ts';
import { FailureError } from '../../../core/models/failure.ts';
import type { Served } from '../served.ts';

/** What a person has decided once and for all, and what windows remember. */
export function settingsRoutes(served: Served): Pick<GlasshouseClient, 'rules' | 'tools' | 'settings' | 'memory'> {
  const settingsChanged = async () => {
    await served.changes.record({ type: 'settings_changed' });
    served.stream.look();
  };
  return {
    rules: {
      list: async () => {
        const uses = await served.tallies.ruleUses();
        return { rules: (await served.app.rules()).map((rule) => ({ ...rule, used: uses.get(rule.id) ?? 0 })) };
      },
      add: async (rule) => {
        if ((rule.scopeId === null) !== (rule.scope === 'everywhere')) {
          throw new FailureError('usage', 'A rule for a conversation or a workspace names it, and one for everywhere names none.');
        }
        const added = await served.app.addRule(rule);
        served.stream.look();
        return added;
      },
      remove: async ({ id }) => {
        const removed = await served.app.removeRule(id);
        served.stream.look();
        return { removed };
      },
    },
    tools: {
      list: async () => {
        const calls = await served.tallies.toolCalls();
        const { tools } = served.tools.snapshot();
        return {
          tools: tools.map(({ name, description, effect }) => ({ name, description, effect, calls: calls.get(name) ?? 0 })),
        };
      },
    },
    settings: {
      list: async () => ({ settings: await served.app.settings() }),
      set: async ({ key, value }) => {
        const set = await served.app.setSetting(key, value);
        if (!set.ok) throw new FailureError(set.failure.code, set.failure.message);
        await settingsChanged();
        return set.value;
      },
      remove: async ({ key }) => {
        const removed = await served.app.removeSetting(key);
        if (!removed.ok) throw new FailureError(removed.failure.code, removed.failure.message);
        if (removed.value) await settingsChanged();
        return { removed: removed.value };
      },
    },
    memory: {
      all: async () => ({ values: await memoryValues(served.settings) }),
      set: async ({ key, value }) => {
        const kept = await remember(served.settings, key, value);
        if (!kept.ok) throw new FailureError(kept.failure.code, kept.failure.message);
        return {};
      },
    },
  };
}

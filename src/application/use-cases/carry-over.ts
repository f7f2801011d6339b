import type { AgentStore, RuleStore, SettingStore } from '../ports/stores.ts';

interface Stores {
  readonly settings: SettingStore;
  readonly rules: RuleStore;
  readonly agents: AgentStore;
}

/** Settings that are small pieces of what was written: drafts of windows, and what they remember. */
const OF_WINDOWS = 'memory:';
/** What windows remember and is no word of the person's. */
const LOOK = /^memory:(?:look|layout):/;

/**
 * Takes over what the person has set: settings, agents, the rules of everywhere and of workspaces. What is changed afterwards is changed in
 * `to` alone.
 */
export async function carryOver(from: Stores, to: Stores): Promise<void> {
  const [settings, rules, agents] = await Promise.all([from.settings.all(), from.rules.all(), from.agents.all()]);
  for (const [key, value] of settings) if (!key.startsWith(OF_WINDOWS) || LOOK.test(key)) await to.settings.set(key, value);
  for (const rule of rules) if (rule.scope !== 'conversation') await to.rules.add(rule);
  for (const agent of agents) await to.agents.put(agent);
}

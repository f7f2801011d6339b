import { create } from 'zustand';
import type { AgentView } from '../../contract/glasshouse.ts';
import type { AgentProfile } from '../../core/models/agent-profile.ts';
import { api, failureInWords, failureOf } from '../api.ts';
import { recall, remember, useRecalled } from './memory-store.ts';
import { tell } from './toast-store.ts';
import { say } from '../words/say.ts';

interface AgentsState {
  readonly agents: readonly AgentView[];
}

/** The agents that were made, by name. */
export const useAgents = create<AgentsState>(() => ({ agents: [] }));

/** The agent of new conversations. */
const CHOSEN = 'choice:agent';

export async function loadAgents(): Promise<void> {
  const { agents } = await api.agents.list({});
  useAgents.setState({ agents });
}

export function agentOf(id: string | undefined): AgentView | undefined {
  return useAgents.getState().agents.find((agent) => agent.id === id);
}

/** The agent that a new conversation begins with; one that is gone, or not approved, is none. */
export function chosenAgent(): AgentView | undefined {
  const agent = agentOf(recall(CHOSEN));
  return agent?.isApproved ? agent : undefined;
}

/** The same, as it is shown. */
export function useChosenAgent(): AgentView | undefined {
  const id = useRecalled(CHOSEN);
  return useAgents((state) => state.agents.find((agent) => agent.id === id && agent.isApproved));
}

/** @param id null: the one that works where none was chosen */
export function chooseAgent(id: string | null): void {
  remember(CHOSEN, id ?? '');
}

export async function duplicateAgent(id: string): Promise<void> {
  await attempt(async () => tell(say`“${(await api.agents.duplicate({ id })).name}” is made`));
}

/** Deletes it; it can be put back at once, as it was. */
export async function deleteAgent(agent: AgentView): Promise<void> {
  await attempt(async () => {
    const { id, name, about, instructions, model, tools, starters, isApproved, createdAt, updatedAt } = agent;
    const whole = { id, name, about, instructions, model, tools, starters, isApproved, createdAt, updatedAt };
    await api.agents.delete({ id });
    const undo = () => void attempt(() => api.agents.restore(whole));
    tell(say`“${agent.name}” is deleted. Its conversations stay`, { kind: `agent:${agent.id}`, act: { label: say`Undo`, run: undo } });
  });
}

export async function exportAgent(id: string): Promise<void> {
  await attempt(async () => location.assign((await api.agents.export({ id })).url));
}

/** @returns the agent as it was taken in; null when it was refused, which is told */
export async function importAgent(text: string): Promise<AgentView | null> {
  return attempt(() => api.agents.import({ text }));
}

/** Rejects with what was wrong. */
export async function saveAgent(id: string | undefined, profile: AgentProfile): Promise<AgentView> {
  const saved = await api.agents.save({ ...profile, ...(id === undefined ? {} : { id }) });
  await loadAgents();
  return saved;
}

async function attempt<Value>(act: () => Promise<Value>): Promise<Value | null> {
  try {
    const value = await act();
    await loadAgents();
    return value;
  } catch (error) {
    tell(failureInWords(failureOf(error)));
    return null;
  }
}

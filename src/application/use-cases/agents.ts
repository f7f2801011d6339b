import {
  approvedWords,
  checkedProfile,
  DEFAULT_AGENT,
  readAgentFile,
  writeAgentFile,
  type Agent,
  type AgentProfile,
} from '../../core/models/agent-profile.ts';
import { failure, type Failure, type Result } from '../../core/models/failure.ts';
import type { AgentStore } from '../ports/stores.ts';
import type { SystemPort } from '../ports/system.ts';

export interface AgentDeps {
  readonly agents: AgentStore;
  readonly system: Pick<SystemPort, 'newId' | 'now' | 'digest'>;
}

export interface WhereAgentsAre {
  readonly agents: Pick<AgentStore, 'get'>;
}

/** An agent with the digest that its approval is bound to. */
export interface ShownAgent extends Agent {
  readonly digest: string;
}

/** Agents that there can be: each is read whenever they are listed. */
const MOST_AGENTS = 200;

/** All that were made, by name. The one that works where none was chosen is not among them. */
export async function listAgents({ agents, system }: AgentDeps): Promise<readonly ShownAgent[]> {
  return (await agents.all()).map((agent) => shown(system, agent));
}

/** By its name, whatever its capitals, or by its id. */
export async function findAgent(deps: AgentDeps, wanted: string): Promise<Result<ShownAgent>> {
  const all = await listAgents(deps);
  const found = all.find((agent) => agent.id === wanted) ?? all.find((agent) => isCalled(agent, wanted));
  if (found) return { ok: true, value: found };
  const names = all.map((agent) => agent.name).join(', ');
  return {
    ok: false,
    failure: failure('agent_not_found', `There is no agent ${JSON.stringify(wanted)}.${names ? ` There are: ${names}.` : ''}`),
  };
}

/** Makes an agent, which is approved by that, or changes one. It counts from the next run on. */
export async function saveAgent(deps: AgentDeps, id: string | null, given: AgentProfile): Promise<Result<ShownAgent>> {
  const checked = checkedProfile(given);
  if (!checked.ok) return checked;
  const before = id === null ? null : await deps.agents.get(id);
  if (id !== null && !before) return { ok: false, failure: missing(id) };
  const refusal = await refusalOf(deps, checked.value, id);
  if (refusal) return { ok: false, failure: refusal };
  const now = deps.system.now();
  // Words of somebody else's are not approved by a change to them.
  const isApproved = before?.isApproved ?? true;
  const agent = { ...checked.value, id: id ?? deps.system.newId(), isApproved, createdAt: before?.createdAt ?? now, updatedAt: now };
  await deps.agents.put(agent);
  return { ok: true, value: shown(deps.system, agent) };
}

/** Another one like it, under a name of its own, as far approved as the first. */
export async function duplicateAgent(deps: AgentDeps, id: string): Promise<Result<ShownAgent>> {
  const agent = await deps.agents.get(id);
  if (!agent) return { ok: false, failure: missing(id) };
  return add(deps, agent, agent.isApproved);
}

/** Takes in an agent from a file. It is somebody else's text: it takes no effect before the person has approved it (S5). */
export async function importAgent(deps: AgentDeps, text: string): Promise<Result<ShownAgent>> {
  const read = readAgentFile(text);
  return read.ok ? add(deps, read.value, false) : read;
}

/** Approves an agent as it was shown. @returns false when it is another one by now */
export async function approveAgent(deps: AgentDeps, id: string, digest: string): Promise<boolean> {
  const agent = await deps.agents.get(id);
  if (!agent || shown(deps.system, agent).digest !== digest) return false;
  await deps.agents.put({ ...agent, isApproved: true });
  return true;
}

/** Puts back one that was deleted, as it was. */
export async function restoreAgent(deps: AgentDeps, agent: Agent): Promise<Result<ShownAgent>> {
  const checked = checkedProfile(agent);
  if (!checked.ok) return checked;
  const refusal = await refusalOf(deps, checked.value, agent.id);
  if (refusal) return { ok: false, failure: refusal };
  const { id, isApproved, createdAt } = agent;
  const back = { ...checked.value, id, isApproved, createdAt, updatedAt: deps.system.now() };
  await deps.agents.put(back);
  return { ok: true, value: shown(deps.system, back) };
}

/** An agent as a file to keep. */
export async function exportAgent({ agents }: AgentDeps, id: string): Promise<{ name: string; type: string; text: string } | null> {
  const agent = await agents.get(id);
  if (!agent) return null;
  const name = agent.name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'agent';
  return { name: `${name}.agent.json`, type: 'application/json', text: writeAgentFile(agent) };
}

/** The agent that a conversation can begin with; null: the one that works where none was chosen. */
export async function agentToBegin({ agents }: WhereAgentsAre, id: string | undefined): Promise<Result<Agent | null>> {
  if (id === undefined || id === DEFAULT_AGENT) return { ok: true, value: null };
  const agent = await agents.get(id);
  if (!agent) return { ok: false, failure: missing(id) };
  if (agent.isApproved) return { ok: true, value: agent };
  const message = `“${agent.name}” came from a file, and nobody has approved it yet.`;
  return { ok: false, failure: failure('agent_not_approved', message) };
}

/**
 * The agent that a conversation's next run works as. Null: it has none. `gone`: it had one that was deleted, or that nobody approves any
 * more, so nobody knows what it may do.
 */
export async function agentAtWork({ agents }: WhereAgentsAre, id: string | undefined): Promise<Agent | 'gone' | null> {
  if (id === undefined || id === DEFAULT_AGENT) return null;
  const agent = await agents.get(id);
  return agent?.isApproved ? agent : 'gone';
}

async function add(deps: AgentDeps, profile: AgentProfile, isApproved: boolean): Promise<Result<ShownAgent>> {
  const all = await deps.agents.all();
  const { name, about, instructions, model, tools, starters } = profile;
  const free = freeName(all, name);
  const refusal = await refusalOf(deps, { ...profile, name: free }, null);
  if (refusal) return { ok: false, failure: refusal };
  const now = deps.system.now();
  const id = deps.system.newId();
  const agent: Agent = { id, name: free, about, instructions, model, tools, starters, isApproved, createdAt: now, updatedAt: now };
  await deps.agents.put(agent);
  return { ok: true, value: shown(deps.system, agent) };
}

async function refusalOf({ agents }: AgentDeps, { name }: AgentProfile, own: string | null): Promise<Failure | null> {
  const others = (await agents.all()).filter((agent) => agent.id !== own);
  if (others.length >= MOST_AGENTS)
    return failure('agent_invalid', `There are ${MOST_AGENTS} agents already, which is the most there can be.`);
  return others.some((agent) => isCalled(agent, name)) ? failure('agent_invalid', `There is an agent “${name}” already.`) : null;
}

/** `Reviewer`, or `Reviewer 2` where that one is taken. */
function freeName(all: readonly Agent[], name: string): string {
  for (let n = 1; ; n += 1) {
    const tried = n === 1 ? name : `${name.replace(/ \d+$/, '').slice(0, 55)} ${n}`;
    if (!all.some((agent) => isCalled(agent, tried))) return tried;
  }
}

function isCalled(agent: Agent, name: string): boolean {
  return agent.name.toLowerCase() === name.trim().toLowerCase();
}

function missing(id: string): Failure {
  return failure('agent_not_found', `There is no agent ${JSON.stringify(id)}.`);
}

function shown(system: Pick<SystemPort, 'digest'>, agent: Agent): ShownAgent {
  return { ...agent, digest: system.digest(approvedWords(agent)) };
}

import { constants } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { AGENT_FILE_LIMIT, type AgentProfile } from '../core/models/agent-profile.ts';
import { FailureError, type Result } from '../core/models/failure.ts';
import { visible } from '../core/models/visible.ts';
import type { AgentView, Glasshouse } from '../contract/glasshouse.ts';
import type { AgentsCommand, AgentWords } from './command.ts';
import { usage } from './words.ts';
import { isWanted } from './is-wanted.ts';
import type { TerminalStreams } from './screen.ts';

const EMPTY: AgentProfile = { name: '', about: '', instructions: '', model: null, tools: null, starters: [] };

/** `glasshouse agents …`. @returns 0, or 1 when the person did not want it */
export async function agentsCommand(
  app: Glasshouse,
  command: AgentsCommand,
  toolNames: readonly string[],
  streams: TerminalStreams,
): Promise<number> {
  const say = (text: string) => void streams.stdout.write(`${text}\n`);
  switch (command.action) {
    case 'list': {
      const agents = await app.agents();
      if (agents.length === 0 && !command.json) say('There is none yet: glasshouse agents add NAME --instructions "…"');
      for (const agent of agents) say(command.json ? JSON.stringify(agent) : lineOf(agent));
      return 0;
    }
    case 'show': {
      const agent = await named(app, command.agent);
      say(command.json ? JSON.stringify(agent) : pageOf(agent, toolNames));
      return 0;
    }
    case 'add': {
      const agent = valueOf(await app.saveAgent(null, profileFrom(command.words, { ...EMPTY, name: command.agent }, toolNames)));
      say(`${visible(agent.name)}: made. glasshouse run --agent ${JSON.stringify(agent.name)} "…" begins with it.`);
      return 0;
    }
    case 'edit': {
      const before = await named(app, command.agent);
      if (!before.isApproved)
        throw new FailureError('agent_not_approved', `“${before.name}” came from a file, and nobody has approved it yet.`);
      const agent = valueOf(await app.saveAgent(before.id, profileFrom(command.words, before, toolNames)));
      say(`${visible(agent.name)}: changed. It counts from the next run on.`);
      return 0;
    }
    case 'duplicate': {
      const agent = valueOf(await app.duplicateAgent((await named(app, command.agent)).id));
      say(`${visible(agent.name)}: made.`);
      return 0;
    }
    case 'import': {
      const agent = valueOf(await app.importAgent(await readSmallFile(command.file)));
      say(`${pageOf(agent, toolNames)}\n\nTaken in. It takes no effect yet: glasshouse agents approve ${JSON.stringify(agent.name)}`);
      return 0;
    }
    case 'export': {
      const file = await app.exportAgent((await named(app, command.agent)).id);
      if (!file) throw new FailureError('agent_not_found', `There is no agent ${JSON.stringify(command.agent)}.`);
      if (command.output === null) streams.stdout.write(file.text);
      else await writeNewFile(command.output, file.text);
      return 0;
    }
    case 'approve': {
      const agent = await named(app, command.agent);
      say(pageOf(agent, toolNames));
      if (agent.isApproved) return 0;
      if (!command.yes && !(await isWanted('Let it work like this, as if you had written it? [y/N] ', streams))) return unchanged(say);
      if (!(await app.approveAgent(agent.id, agent.digest))) throw usage(`${agent.name} was changed in this moment: read it again.`);
      say('Approved.');
      return 0;
    }
    case 'delete': {
      const agent = await named(app, command.agent);
      const question = `Delete the agent ${visible(agent.name)}? Its conversations stay. [y/N] `;
      if (!command.yes && !(await isWanted(question, streams))) return unchanged(say);
      await app.removeAgent(agent.id);
      say(`${visible(agent.name)}: deleted.`);
      return 0;
    }
  }
}

function unchanged(say: (text: string) => void): number {
  say('Nothing was changed.');
  return 1;
}

async function named(app: Glasshouse, name: string): Promise<AgentView> {
  return valueOf(await app.findAgent(name));
}

function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new FailureError(result.failure.code, result.failure.message);
  return result.value;
}

/** What was said of an agent, over what it was. */
function profileFrom(words: AgentWords, before: AgentProfile, toolNames: readonly string[]): AgentProfile {
  const { name, about, instructions, starters } = before;
  return {
    name: words.title ?? name,
    about: words.about ?? about,
    instructions: words.instructions ?? instructions,
    model: words.model === null ? before.model : words.model || null,
    tools: words.tools === null ? before.tools : toolsOf(words.tools, toolNames),
    starters: words.starters.length > 0 ? words.starters.filter((text) => text.trim() !== '') : starters,
  };
}

/** `all`, `none`, or names with commas between them. @throws FailureError `usage` */
function toolsOf(text: string, toolNames: readonly string[]): readonly string[] | null {
  if (text === 'all') return null;
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const strange = names.find((name) => !toolNames.includes(name));
  if (strange !== undefined) throw usage(`--tools: there is no tool ${JSON.stringify(strange)}. There are: ${toolNames.join(', ')}.`);
  return names;
}

function lineOf({ name, about, model, isApproved }: AgentView): string {
  const facts = [about, model, isApproved ? null : 'not approved'].filter(Boolean).join(' · ');
  return visible(`${name.padEnd(24)}  ${facts}`.trimEnd());
}

function pageOf(agent: AgentView, toolNames: readonly string[]): string {
  const away = agent.tools?.filter((name) => !toolNames.includes(name)) ?? [];
  const lines = [
    `${agent.name}${agent.isApproved ? '' : ' (not approved: it takes no effect)'}`,
    ...(agent.about ? [`  ${agent.about}`] : []),
    `  model  ${agent.model ?? 'the one that is chosen elsewhere'}`,
    `  tools  ${agent.tools === null ? 'all' : agent.tools.join(', ') || 'none'}${away.length > 0 ? ` (not here: ${away.join(', ')})` : ''}`,
    ...agent.starters.map((text) => `  task   ${text}`),
    '',
    agent.instructions || '(no instructions)',
  ];
  return lines.map((line) => visible(line)).join('\n');
}

/** @throws FailureError `usage` */
async function readSmallFile(path: string): Promise<string> {
  // A pipe that nobody writes to must not be waited for.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (!file) throw usage(`${path} cannot be read.`);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw usage(`${path} is no file.`);
    if (stat.size > AGENT_FILE_LIMIT * 4) throw usage(`${path} is too large to be an agent.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** @throws FailureError `usage` */
async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const isThere = (error as { code?: string }).code === 'EEXIST';
    throw usage(isThere ? `${path} is there already: nothing was written.` : `${path} cannot be written.`);
  }
}

import * as z from 'zod';
import { failure, type Result } from './failure.ts';

/** Characters and counts of what an agent is made of: all of it but the starters goes with every request. */
export const AGENT_LIMITS = { name: 60, about: 200, instructions: 8_000, model: 500, tools: 200, starters: 8, starter: 1_000 } as const;
/** Characters of a file that an agent is read from. */
export const AGENT_FILE_LIMIT = 64_000;

/** The id of the agent that works where none was chosen: all tools, no words of its own, the model that is chosen elsewhere. */
export const DEFAULT_AGENT = 'default';

/** What a named agent is: how it works, with what, and what it can be begun with. */
export interface AgentProfile {
  readonly name: string;
  /** In a line, for whoever chooses. */
  readonly about: string;
  readonly instructions: string;
  /** Null: the one that is chosen elsewhere. */
  readonly model: string | null;
  /** The names of the tools that it is offered; null: all. */
  readonly tools: readonly string[] | null;
  /** Tasks that are shown on an empty conversation. */
  readonly starters: readonly string[];
}

/** `isApproved`: the person has made it or read it. One that came from elsewhere takes no effect before that (S5). */
export interface Agent extends AgentProfile {
  readonly id: string;
  readonly isApproved: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line');

/** What an agent can be made of, held against the limits. Made when it is wanted: every start comes by here. */
const agentProfile = () =>
  z.strictObject({
    name: line(AGENT_LIMITS.name).min(1),
    about: line(AGENT_LIMITS.about).default(''),
    instructions: z.string().trim().max(AGENT_LIMITS.instructions).default(''),
    model: z
      .string()
      .max(AGENT_LIMITS.model)
      .regex(/^[^/\s]+\/\S+$/, 'must be PROVIDER/MODEL')
      .nullable()
      .default(null),
    tools: z
      .array(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be names of tools'))
      .max(AGENT_LIMITS.tools)
      .nullable()
      .default(null),
    starters: z.array(z.string().trim().min(1).max(AGENT_LIMITS.starter)).max(AGENT_LIMITS.starters).default([]),
  });

const agentFile = () => agentProfile().extend({ glasshouse: z.literal('agent'), version: z.literal(1) });

/** An agent as a file that another Glasshouse can read. */
export function writeAgentFile({ name, about, instructions, model, tools, starters }: AgentProfile): string {
  return `${JSON.stringify({ glasshouse: 'agent', version: 1, name, about, instructions, model, tools, starters }, null, 2)}\n`;
}

/** The agent that a file holds, or what is wrong with it (`agent_invalid`). */
export function readAgentFile(text: string): Result<AgentProfile> {
  if (text.length > AGENT_FILE_LIMIT) return refused(`The file has more than ${AGENT_FILE_LIMIT.toLocaleString('en-US')} characters.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refused('The file is no JSON.');
  }
  const kind = (json as { glasshouse?: unknown; version?: unknown } | null) ?? {};
  if (kind.glasshouse !== 'agent') return refused('The file holds no agent of Glasshouse: it does not say "glasshouse": "agent".');
  if (kind.version !== 1)
    return refused(`The file is of version ${JSON.stringify(kind.version) ?? '(none)'}; this Glasshouse reads version 1.`);
  const parsed = agentFile().safeParse(json);
  return parsed.success ? { ok: true, value: profileOf(parsed.data) } : refused(`In the file ${wrongIn(parsed.error)}.`);
}

/** What a person has filled in, or what is wrong with it (`agent_invalid`). */
export function checkedProfile(given: AgentProfile): Result<AgentProfile> {
  const parsed = agentProfile().safeParse(profileOf(given));
  return parsed.success ? { ok: true, value: parsed.data } : refused(`Of the agent ${wrongIn(parsed.error)}.`);
}

/** What the approval of an agent is bound to, as text. */
export function approvedWords(agent: AgentProfile): string {
  return JSON.stringify(profileOf(agent));
}

function profileOf({ name, about, instructions, model, tools, starters }: AgentProfile): AgentProfile {
  return { name, about, instructions, model, tools, starters };
}

function refused(message: string): Result<never> {
  return { ok: false, failure: failure('agent_invalid', message) };
}

function wrongIn(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue?.path.length ? `“${issue.path.join('.')}” is wrong` : 'something is wrong';
  return `${where}: ${(issue?.message ?? 'it cannot be read').replace(/^./, (first) => first.toLowerCase()).replace(/\.$/, '')}`;
}

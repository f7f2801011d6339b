import * as z from 'zod';
import { AGENT_LIMITS } from '../../core/models/agent-profile.ts';

/** What an agent is made of; what is wrong in it is said by the use case. */
const profile = {
  name: z.string().max(AGENT_LIMITS.name * 4),
  about: z.string().max(AGENT_LIMITS.about * 4),
  instructions: z.string().max(AGENT_LIMITS.instructions * 4),
  model: z.string().max(AGENT_LIMITS.model).nullable(),
  tools: z.array(z.string()).max(AGENT_LIMITS.tools).nullable(),
  starters: z.array(z.string()).max(AGENT_LIMITS.starters * 4),
};

type Lists = { tools: readonly string[] | null; starters: readonly string[] };
/** Lists that are only read. */
type Read<Shape> = Omit<Shape, keyof Lists> & Lists;
function readOnly<Shape>(schema: z.ZodType<Shape, Shape>): z.ZodType<Read<Shape>, Read<Shape>> {
  return schema as unknown as z.ZodType<Read<Shape>, Read<Shape>>;
}

const agent = z.object({ ...profile, id: z.string().max(100), isApproved: z.boolean(), createdAt: z.number(), updatedAt: z.number() });

export const savedAgent = readOnly(z.object({ ...profile, id: z.string().max(100).optional() }));
export const wholeAgent = readOnly(agent);
export const agentView = readOnly(agent.extend({ digest: z.string() }));

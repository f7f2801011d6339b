import * as z from 'zod';
import { media, trust } from './conversation.ts';
import { failure } from './run.ts';

export const effect = z.enum(['none', 'idempotent', 'unsafe']);
export const ruleScope = z.enum(['conversation', 'workspace', 'everywhere']);
export const ruleDecision = z.enum(['allow', 'ask', 'deny']);

export const toolCall = z.object({
  id: z.string(),
  providerCallId: z.string(),
  conversationId: z.string(),
  runId: z.string(),
  stepId: z.string(),
  messageId: z.string(),
  ord: z.number(),
  tool: z.string(),
  input: z.unknown(),
  effect,
  touches: z.object({
    reads: z.array(z.string()).exactOptional(),
    writes: z.array(z.string()).exactOptional(),
    commands: z.array(z.array(z.string())).nullable().exactOptional(),
    network: z.boolean().exactOptional(),
    addresses: z.array(z.string()).exactOptional(),
    mustAsk: z.array(z.string()).exactOptional(),
  }),
  words: z.object({ future: z.string(), present: z.string(), past: z.string() }).exactOptional(),
  state: z.enum([
    'proposed',
    'validated',
    'awaiting_approval',
    'authorized',
    'started',
    'succeeded',
    'failed',
    'denied',
    'cancelled',
    'interrupted',
  ]),
  authorisation: z
    .object({ by: z.enum(['effect', 'rule', 'person']), ruleId: z.string().exactOptional(), reason: z.string() })
    .exactOptional(),
  output: z.string().exactOptional(),
  outputBlob: z.string().exactOptional(),
  media: z.array(z.object({ name: z.string(), media })).exactOptional(),
  trust,
  failure: failure.exactOptional(),
  startedAt: z.number().exactOptional(),
  endedAt: z.number().exactOptional(),
});

const preview = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    directory: z.string(),
    network: z.boolean(),
    timeoutSeconds: z.number(),
  }),
  z.object({ kind: z.literal('diff'), path: z.string(), diff: z.string(), creates: z.boolean() }),
  z.object({ kind: z.literal('text'), text: z.string() }),
]);

const prompt = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('approval'),
    callId: z.string(),
    tool: z.string(),
    title: z.string(),
    preview,
    reasons: z.array(z.string()),
    pattern: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal('question'), callId: z.string(), question: z.string(), choices: z.array(z.string()) }),
  z.object({ kind: z.literal('plan_approval'), plan: z.string() }),
  z.object({ kind: z.literal('loop'), callId: z.string().nullable(), question: z.string() }),
]);

/** Words of a person in an answer; characters. */
const ANSWER_LIMIT = 20_000;

export const interactionAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('allow'),
    remember: z.object({ scope: ruleScope, pattern: z.string().max(2_000).nullable() }).exactOptional(),
  }),
  z.object({ kind: z.literal('deny'), reason: z.string().max(ANSWER_LIMIT).exactOptional() }),
  z.object({ kind: z.literal('reply'), text: z.string().max(ANSWER_LIMIT) }),
]);

export const interaction = z.object({
  id: z.string(),
  conversationId: z.string(),
  runId: z.string(),
  rootRunId: z.string(),
  prompt,
  digest: z.string(),
  state: z.enum(['open', 'answered', 'expired']),
  answer: interactionAnswer.exactOptional(),
  answeredBy: z.string().exactOptional(),
  createdAt: z.number(),
});

export const rule = z.object({
  id: z.string(),
  scope: ruleScope,
  scopeId: z.string().nullable(),
  tool: z.string(),
  pattern: z.string().nullable(),
  decision: ruleDecision,
  createdAt: z.number(),
});

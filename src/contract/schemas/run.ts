import * as z from 'zod';
import { FAILURE_CODES } from '../../core/models/failure.ts';

export const failure = z.object({ code: z.enum(FAILURE_CODES), message: z.string(), retryAfterMs: z.number().exactOptional() });

export const usage = z.object({
  input: z.number(),
  output: z.number(),
  cachedRead: z.number(),
  cachedWrite: z.number(),
  reasoning: z.number(),
  exact: z.boolean(),
});

/** US dollars per million tokens, as of an ISO date; `isOwn`: the person set it. */
export const price = z.object({
  input: z.number(),
  output: z.number(),
  cachedRead: z.number().exactOptional(),
  cachedWrite: z.number().exactOptional(),
  asOf: z.string(),
  isOwn: z.boolean().exactOptional(),
});

const WORK = ['queued', 'receiving', 'planning', 'acting', 'observing', 'reflecting'] as const;
const ASIDE = ['awaiting_interaction', 'waiting_to_retry', 'compacting', 'cancelling'] as const;
const END = ['completed', 'cancelled', 'failed', 'exhausted'] as const;

export const runStateName = z.enum([...WORK, ...ASIDE, ...END, 'suspended']);
const runState = z.union([
  z.object({ name: z.enum(WORK) }),
  z.object({ name: z.enum(ASIDE), returnTo: z.enum(WORK) }),
  z.object({ name: z.enum(END) }),
  z.object({ name: z.literal('suspended'), returnTo: z.enum(WORK) }),
]);

export const runLine = z.object({
  id: z.string(),
  state: runState,
  model: z.string(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
  steps: z.number(),
  usage,
  cost: z.number().nullable(),
  failure: failure.exactOptional(),
  isHere: z.boolean(),
});

const step = z.object({
  id: z.string(),
  runId: z.string(),
  ord: z.number(),
  attempt: z.number(),
  purpose: z.enum(['plan', 'synthesise', 'title']),
  messageId: z.string(),
  requestId: z.string(),
  model: z.string(),
  startedAt: z.number(),
  usage: usage.exactOptional(),
  cost: z.number().nullable().exactOptional(),
  price: price.exactOptional(),
  finish: z.enum(['stop', 'tool_calls', 'length', 'filtered', 'refused', 'unknown', 'failed', 'cancelled']).exactOptional(),
  failure: failure.exactOptional(),
  endedAt: z.number().exactOptional(),
});

export const recordedRun = z.object({
  id: z.string(),
  conversationId: z.string(),
  inputId: z.string(),
  parentRunId: z.string().nullable(),
  rootRunId: z.string(),
  kind: z.enum(['root', 'sub']),
  state: runState,
  model: z.string(),
  budget: z.object({
    maxSteps: z.number(),
    maxTokens: z.number().exactOptional(),
    maxCost: z.number().exactOptional(),
    maxMillis: z.number().exactOptional(),
  }),
  owner: z.string(),
  answerSchema: z.record(z.string(), z.unknown()).exactOptional(),
  failure: failure.exactOptional(),
  createdAt: z.number(),
  version: z.number(),
  steps: z.array(step),
});

import * as z from 'zod';
import { trust } from './conversation.ts';
import { usage } from './run.ts';

const section = z.enum(['tools', 'system', 'history', 'plan', 'environment', 'input', 'wire']);

export const requestLine = z.object({
  id: z.string(),
  stepId: z.string(),
  runId: z.string(),
  createdAt: z.number(),
  model: z.string(),
  method: z.string(),
  url: z.string(),
  bytes: z.number(),
  window: z.number().nullable(),
  usage: usage.nullable(),
  cost: z.number().nullable(),
  removedAfter: z.number().exactOptional(),
});

export const requestView = requestLine.extend({
  headers: z.record(z.string(), z.string()),
  spans: z.array(
    z.object({
      text: z.string(),
      section,
      source: z.string(),
      trust,
      cacheBreakpoint: z.boolean(),
      media: z.object({ hash: z.string(), tokens: z.number() }).exactOptional(),
      bytes: z.number(),
      tokens: z.number(),
      cost: z.number().nullable(),
    }),
  ),
  tokensBySection: z.partialRecord(section, z.number()),
  curl: z.string().nullable(),
});

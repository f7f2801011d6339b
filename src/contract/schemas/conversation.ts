import * as z from 'zod';

export const trust = z.enum(['trusted', 'untrusted']);
export const mode = z.enum(['ask', 'plan']);
export const place = z.enum(['list', 'archive', 'trash']);
const partState = z.enum(['open', 'complete', 'interrupted']);

export const conversation = z.object({
  id: z.string(),
  kind: z.enum(['chat', 'sub']),
  workspace: z.string(),
  title: z.string(),
  headMessageId: z.string().nullable(),
  mode,
  createdAt: z.number(),
  updatedAt: z.number(),
  trashedAt: z.number().exactOptional(),
  agentId: z.string().exactOptional(),
  folderId: z.string().exactOptional(),
});

export const mediaType = z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'application/pdf']);

export const media = z.object({
  mediaType,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number(),
  width: z.number().exactOptional(),
  height: z.number().exactOptional(),
  pages: z.number().exactOptional(),
});

const partBase = { id: z.string(), ord: z.number(), stepId: z.string().exactOptional(), trust, state: partState };

const part = z.discriminatedUnion('type', [
  z.object({ ...partBase, type: z.literal('text'), text: z.string() }),
  z.object({ ...partBase, type: z.literal('reasoning'), text: z.string(), providerData: z.unknown().exactOptional() }),
  z.object({ ...partBase, type: z.literal('file'), name: z.string(), text: z.string() }),
  z.object({ ...partBase, type: z.literal('media'), name: z.string(), media }),
  z.object({ ...partBase, type: z.literal('tool_call'), callId: z.string() }),
  z.object({ ...partBase, type: z.literal('notice'), code: z.string(), text: z.string() }),
]);

export const message = z.object({
  id: z.string(),
  conversationId: z.string(),
  parentId: z.string().nullable(),
  runId: z.string().nullable(),
  role: z.enum(['person', 'agent']),
  createdAt: z.number(),
  parts: z.array(part),
});

export const plan = z.object({
  items: z.array(z.object({ text: z.string(), state: z.enum(['pending', 'active', 'done', 'dropped']) })),
});

export const trim = z.object({
  id: z.string(),
  conversationId: z.string(),
  through: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('exchange'), messageId: z.string() }),
    z.object({ kind: z.literal('step'), messageId: z.string(), stepId: z.string() }),
  ]),
  unitsDropped: z.number(),
  tokensBefore: z.number(),
  tokensAfter: z.number(),
});

export const input = z.object({
  id: z.string(),
  conversationId: z.string(),
  runId: z.string(),
  delivery: z.enum(['start', 'steer', 'follow_up']),
  actor: z.enum(['person', 'terminal', 'schedule', 'agent']),
  createdAt: z.number(),
});

export const searchHit = z.object({
  conversationId: z.string(),
  conversationTitle: z.string(),
  messageId: z.string(),
  kind: z.enum(['message', 'tool_input', 'tool_result']),
  excerpt: z.string(),
  createdAt: z.number(),
});

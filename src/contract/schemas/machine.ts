import * as z from 'zod';
import { PRUNED_KINDS, STORED_KINDS } from '../../core/models/storage.ts';
import { price } from './run.ts';
import { mediaType } from './conversation.ts';
import { effect } from './tool-call.ts';

const destination = z.union([z.object({ kind: z.literal('machine') }), z.object({ kind: z.literal('host'), host: z.string() })]);

const fetchProgress = z.object({
  phase: z.enum(['waiting', 'fetching', 'joining', 'verifying']),
  source: z.string(),
  done: z.number(),
  total: z.number(),
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});

const pictureCounting = z.discriminatedUnion('by', [
  z.object({ by: z.literal('tiles'), fit: z.number(), short: z.number(), side: z.number(), base: z.number(), each: z.number() }),
  z.object({ by: z.literal('patches'), side: z.number(), most: z.number(), factor: z.number() }),
  z.object({ by: z.literal('area'), longest: z.number(), perToken: z.number(), most: z.number() }),
]);

const sight = z.object({ takes: z.array(mediaType), isSure: z.boolean(), counting: pictureCounting });

export const modelLine = z.object({
  id: z.string(),
  destination,
  ready: z.boolean(),
  missing: z.string().exactOptional(),
  note: z.string().exactOptional(),
  window: z.number().exactOptional(),
  thinks: z.boolean().exactOptional(),
  price: price.exactOptional(),
  sight: sight.exactOptional(),
  isDefault: z.boolean(),
  file: z
    .object({ state: z.enum(['ready', 'fetching', 'missing']), bytes: z.number(), progress: fetchProgress.exactOptional() })
    .exactOptional(),
});

const keyPlace = z.enum(['environment', 'keychain', 'file']);

export const setting = z.object({
  key: z.string(),
  value: z.string().nullable(),
  isSecret: z.boolean(),
  from: z.enum(['environment', 'keychain', 'file', 'settings', 'default']),
  about: z.string(),
});

export const foundHere = z.object({
  models: z.array(modelLine),
  keys: z.array(z.object({ name: z.string(), from: keyPlace, providers: z.array(z.string()) })),
  servers: z.array(z.object({ name: z.string(), address: z.string(), models: z.number() })),
  sandbox: z.object({ ok: z.boolean(), reason: z.string().exactOptional() }),
});

export const workspaceLine = z.object({ path: z.string(), name: z.string(), conversations: z.number(), isExample: z.boolean() });

export const folderView = z.object({ path: z.string(), parent: z.string().nullable(), folders: z.array(z.string()) });

export const toolLine = z.object({ name: z.string(), description: z.string(), effect, calls: z.number() });

export const finding = z.object({
  subject: z.string(),
  state: z.enum(['ok', 'missing', 'problem']),
  detail: z.string(),
  advice: z.string().exactOptional(),
});

export const dataView = z.object({
  folder: z.string(),
  bytes: z.number(),
  conversations: z.number(),
  messages: z.number(),
  modelsFolder: z.string(),
  modelsBytes: z.number(),
});

export const networkTest = z.object({
  address: z.string(),
  through: z.string().nullable(),
  ok: z.boolean(),
  words: z.string(),
  milliseconds: z.number(),
});

const days = z.number().nullable();
export const pruned = z.array(z.object({ kind: z.enum(PRUNED_KINDS), count: z.number(), bytes: z.number() }));
export const storageView = z.object({
  sizes: z.array(z.object({ kind: z.enum(STORED_KINDS), bytes: z.number() })),
  retention: z.object({ requests: days, before_images: days, events: days, log: days }),
  wouldGo: pruned,
});

export const aboutView = z.object({
  version: z.string(),
  node: z.string(),
  licence: z.string(),
  licences: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
});

export const backupView = z.object({
  url: z.string(),
  name: z.string(),
  bytes: z.number(),
  conversations: z.number(),
  messages: z.number(),
});

export const instructionsView = z.object({
  state: z.enum(['none', 'new', 'changed', 'approved']),
  file: z.object({ file: z.string(), text: z.string(), digest: z.string() }).nullable(),
});

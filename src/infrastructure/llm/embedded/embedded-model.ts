import { join } from 'node:path';
import type { FetchProgress } from '../../../application/ports/model-catalog.ts';
import { failure, type Result } from '../../../core/models/failure.ts';
import type { WireRequest } from '../../../core/models/request.ts';
import type { Usage } from '../../../core/models/usage.ts';
import type {
  FinishReason,
  LanguageModel,
  ModelEvent,
  ModelProfile,
  ModelRequest,
  StrategyName,
} from '../../../core/reasoning/language-model.ts';
import { chatmlSpans, segmentsOf } from './chatml.ts';
import { EngineClient, type EngineFacts } from './engine-client.ts';
import type { EngineFinish, EngineUsage } from './engine-protocol.ts';
import { ToolCallText } from './tool-call-text.ts';

/**
 * Tokens served. The model was trained for more; but a prompt is read at about 150–250 tokens a second on two cores, and the
 * state costs 12 KB a token in each of two sequences (200 MB at this size).
 */
const SERVED_WINDOW = 8_192;
const MAX_OUTPUT = 768;
/** English prose and code, measured on this tokenizer. */
const BYTES_PER_TOKEN = 3.6;
const SCHEME = 'embedded:';
const PREFIX = 'embedded/';

/** What is known of a model before its file is there. */
export interface EmbeddedEntry {
  /** Without the provider: `qwen2.5-coder-0.5b`. */
  readonly id: string;
  readonly sha256: string;
  /** Tokens that the model was trained for. */
  readonly contextTokens: number;
  readonly strategy: StrategyName;
}

/** Where the model's file comes from. `ensure` gives the path of a verified file, fetching it first where needed. */
export interface EmbeddedStore {
  find(id: string): EmbeddedEntry | null;
  ensure(id: string, options: { readonly signal: AbortSignal; onProgress?(progress: FetchProgress): void }): Promise<Result<string>>;
}

export interface EmbeddedModelsOptions {
  readonly store: EmbeddedStore;
  /** Where the state of stable prefixes is kept: a folder of our own, safe to delete at any time. Null: nowhere. */
  readonly stateFolder: string | null;
  readonly threads?: number;
  /** Milliseconds without work after which the model's process is ended. */
  readonly idleMs?: number;
  /** The engine's program, when it does not lie beside this file. */
  readonly program?: URL;
}

export interface EmbeddedModels {
  /** `id` as the person writes it, `embedded/MODEL`. Fetches the file first where needed. The process starts with the first question. */
  open(id: string, options: { readonly signal: AbortSignal; onProgress?(progress: FetchProgress): void }): Promise<Result<LanguageModel>>;
  /** Load time, memory and process of a model that was opened; null when it was not. */
  facts(id: string): EngineFacts | null;
  /** Ends the processes. */
  close(): Promise<void>;
}

export function createEmbeddedModels(options: EmbeddedModelsOptions): EmbeddedModels {
  const clients = new Map<string, EngineClient>();
  return {
    async open(id, { signal, onProgress }) {
      const entry = options.store.find(id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id);
      if (!entry) return { ok: false, failure: failure('model_unknown', `There is no embedded model named ${id}.`) };
      const file = await options.store.ensure(entry.id, { signal, ...(onProgress ? { onProgress } : {}) });
      if (!file.ok) return file;
      const window = Math.min(entry.contextTokens, SERVED_WINDOW);
      const client = clients.get(entry.id) ?? clientFor(file.value, entry, window, options);
      clients.set(entry.id, client);
      return { ok: true, value: modelOn(client, profileOf(entry, window)) };
    },
    facts: (id) => clients.get(id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id)?.facts ?? null,
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function clientFor(modelPath: string, entry: EmbeddedEntry, window: number, options: EmbeddedModelsOptions): EngineClient {
  const { availableParallelism } = process.getBuiltinModule('node:os');
  return new EngineClient({
    load: {
      modelPath,
      modelDigest: entry.sha256,
      window,
      threads: options.threads ?? Math.max(1, Math.min(8, availableParallelism())),
      stateFolder: options.stateFolder === null ? null : join(options.stateFolder, entry.id),
    },
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    ...(options.program ? { program: options.program } : {}),
  });
}

function profileOf(entry: EmbeddedEntry, window: number): ModelProfile {
  return {
    id: `${PREFIX}${entry.id}`,
    strategy: entry.strategy,
    destination: { kind: 'machine' },
    window,
    maxOutput: MAX_OUTPUT,
    bytesPerToken: BYTES_PER_TOKEN,
    price: { input: 0, output: 0, asOf: '2026-01-01' },
  };
}

function modelOn(client: EngineClient, profile: ModelProfile): LanguageModel {
  return {
    profile,
    prepare: (request) => prepare(request, profile),
    stream: (wire, signal) => stream(client, wire, signal),
  };
}

/** Everything that decides the answer is in the recorded request: what is not prompt stands in the headers. */
function prepare(request: ModelRequest, profile: ModelProfile): WireRequest {
  const headers: Record<string, string> = {
    'max-tokens': String(Math.min(request.maxOutput, profile.maxOutput)),
    temperature: String(request.temperature ?? 0),
  };
  if (request.constraint) headers['grammar'] = request.constraint.grammar;
  if (request.tools.length > 0) headers['tool-calls'] = 'tagged';
  return { method: 'LOCAL', url: `${SCHEME}${profile.id.slice(PREFIX.length)}`, headers, spans: chatmlSpans(request) };
}

async function* stream(client: EngineClient, wire: WireRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
  const { headers } = wire;
  const calls = headers['tool-calls'] === undefined ? null : new ToolCallText();
  const request = {
    ...segmentsOf(wire.spans),
    grammar: headers['grammar'] ?? null,
    maxTokens: Number(headers['max-tokens']),
    temperature: Number(headers['temperature']),
  };
  for await (const event of client.complete(request, signal)) {
    switch (event.type) {
      case 'progress':
        yield event;
        break;
      case 'text':
        if (calls) yield* calls.push(event.text);
        else yield { type: 'text_delta', text: event.text };
        break;
      case 'finished':
        if (calls) yield* calls.end();
        yield { type: 'finished', reason: finishOf(event.reason, calls?.calls ?? 0), usage: usageOf(event.usage) };
        break;
      case 'failed':
        if (calls) yield* calls.end();
        yield { type: 'failed', failure: event.failure, usage: event.usage && usageOf(event.usage) };
    }
  }
}

/** Text that went round in circles was cut, as at the limit. */
function finishOf(reason: EngineFinish, calls: number): FinishReason {
  if (reason === 'stop') return calls > 0 ? 'tool_calls' : 'stop';
  return reason === 'length' || reason === 'repeated' ? 'length' : 'unknown';
}

function usageOf(usage: EngineUsage): Usage {
  return { input: usage.input, output: usage.output, cachedRead: usage.reused, cachedWrite: 0, reasoning: 0, exact: true };
}

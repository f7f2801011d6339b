import type { Failure } from '../models/failure.ts';
import type { Media, MediaType } from '../models/media.ts';
import type { PictureCounting } from '../models/media-tokens.ts';
import type { Section, WireRequest } from '../models/request.ts';
import type { Trust } from '../models/trust.ts';
import type { Price, Usage } from '../models/usage.ts';

/** How the reasoning engine works with a model. A fact about the model (data), never a question of its name. */
export type StrategyName = 'native' | 'guided';

/** Where the words go (U3). */
export type Destination = { readonly kind: 'machine' } | { readonly kind: 'host'; readonly host: string };

export interface ModelProfile {
  /** As the person writes it, such as `embedded/qwen2.5-coder-0.5b`. */
  readonly id: string;
  readonly strategy: StrategyName;
  readonly destination: Destination;
  /** Tokens that are really served, input and output together (C2). */
  readonly window: number;
  /** Tokens at most in one answer. */
  readonly maxOutput: number;
  /** First estimate of UTF-8 bytes per token; corrected by the provider's own counts as they come. */
  readonly bytesPerToken: number;
  readonly price?: Price;
  /** Absent: words alone. */
  readonly sight?: Sight;
}

/** Files that a model takes as they are. `isSure` false: nobody knows, and it is tried. */
export interface Sight {
  readonly takes: readonly MediaType[];
  readonly isSure: boolean;
  readonly counting: PictureCounting;
}

/** A piece of text in a request, with where it comes from. */
export interface Block {
  readonly text: string;
  readonly section: Section;
  readonly source: string;
  readonly trust: Trust;
}

/** A picture or a PDF in a request, with where it comes from. */
export interface MediaBlock {
  readonly name: string;
  readonly media: Media;
  readonly base64: string;
  readonly section: Section;
  readonly source: string;
  readonly trust: Trust;
}

/** A tool as a provider is told of it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema (draft 2020-12) of the input. */
  readonly schema: Readonly<Record<string, unknown>>;
}

export type AssistantBlock =
  | { readonly type: 'text'; readonly block: Block }
  | { readonly type: 'reasoning'; readonly block: Block; readonly providerData?: unknown }
  | { readonly type: 'tool_call'; readonly providerCallId: string; readonly name: string; readonly input: Block };

/** Ours, not any provider's: adapters convert once, at the edge. A `tool_call` block's `input` is JSON text. */
export type ModelMessage =
  /** `media` come before the words. */
  | { readonly role: 'user'; readonly blocks: readonly Block[]; readonly media?: readonly MediaBlock[] }
  | { readonly role: 'assistant'; readonly blocks: readonly AssistantBlock[] }
  | { readonly role: 'tool'; readonly results: readonly ToolResultBlock[] };

export interface ToolResultBlock {
  readonly providerCallId: string;
  readonly name: string;
  readonly isError: boolean;
  readonly block: Block;
  readonly media?: readonly MediaBlock[];
}

/** What the answer must look like. An adapter uses what its server understands and ignores the rest. */
export interface Constraint {
  /** GBNF. */
  readonly grammar: string;
  /** JSON Schema of the same language. */
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  readonly tools: readonly ToolSpec[];
  readonly system: readonly Block[];
  readonly messages: readonly ModelMessage[];
  /** Volatile words that come after everything else; never inside the cached prefix (C4). */
  readonly tail: readonly Block[];
  /** How many of `messages`, from the first, are the same in every step of the run or longer: the prefix worth caching. */
  readonly stableMessages: number;
  readonly maxOutput: number;
  readonly temperature?: number;
  readonly constraint?: Constraint;
  /** The tools are those of the calls before; none may be called any more. */
  readonly isCallless?: boolean;
}

/** `stop`: done. `tool_calls`: wants tools. `length`: cut at the output limit. `filtered`: withheld by the provider. `refused`: the model declined. */
export type FinishReason = 'stop' | 'tool_calls' | 'length' | 'filtered' | 'refused' | 'unknown';

export type ModelEvent =
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'reasoning_delta'; readonly text: string }
  /** Ends the current reasoning part; `providerData` must go back with it in later requests. */
  | { readonly type: 'reasoning_completed'; readonly providerData?: unknown }
  /** `index` tells calls of one answer apart, in source order from 0. */
  | { readonly type: 'tool_call_started'; readonly index: number; readonly providerCallId: string; readonly name: string }
  | { readonly type: 'tool_call_delta'; readonly index: number; readonly text: string }
  /** Work before the first word: loading, reading the prompt; 0 ≤ done ≤ total. Never stored. */
  | { readonly type: 'progress'; readonly what: 'loading' | 'reading'; readonly done: number; readonly total: number }
  | { readonly type: 'finished'; readonly reason: FinishReason; readonly usage: Usage | null }
  | { readonly type: 'failed'; readonly failure: Failure; readonly usage: Usage | null };

/** Codes after which a step may be tried again, provided that nothing was shown yet (R9). */
export const RETRYABLE: ReadonlySet<string> = new Set([
  'model_rate_limited',
  'model_overloaded',
  'model_server_error',
  'model_unreachable',
  'model_stream_cut',
  'model_silent',
]);

/**
 * A model that can be asked. Holds no conversation.
 *
 * `prepare` is pure and synchronous: the same request gives the same bytes; it throws only on a bug.
 * `stream` sends exactly the bytes of `wire` and never throws: the last event is always `finished` or `failed`,
 * with no event after it. An aborted signal ends it promptly with `failed` / `run_cancelled`.
 */
export interface LanguageModel {
  readonly profile: ModelProfile;
  prepare(request: ModelRequest): WireRequest;
  stream(wire: WireRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

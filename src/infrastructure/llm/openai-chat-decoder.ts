import { failure } from '../../core/models/failure.ts';
import type { Usage } from '../../core/models/usage.ts';
import type { FinishReason } from '../../core/reasoning/language-model.ts';
import type { Emit, WireDecoder } from './model-stream.ts';
import type { SseEvent } from './sse.ts';
import { failureFromError, type Asked } from './wire-failure.ts';

interface CallDelta {
  readonly index?: number;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: unknown };
}

interface Words {
  readonly content?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly reasoning_details?: unknown;
  readonly refusal?: unknown;
  readonly tool_calls?: readonly CallDelta[] | null;
}

interface ChatUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly cache_write_tokens?: number } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
  /** DeepSeek's name for it. */
  readonly prompt_cache_hit_tokens?: number;
}

interface Chunk {
  readonly choices?:
    | readonly { readonly delta?: Words | null; readonly message?: Words | null; readonly finish_reason?: string | null }[]
    | null;
  readonly usage?: ChatUsage | null;
  /** Groq's place for what is not of the wire. */
  readonly x_groq?: { readonly usage?: ChatUsage | null; readonly error?: unknown } | null;
  readonly error?: unknown;
}

interface OpenCall {
  readonly place: number;
  readonly serverIndex: number | undefined;
  readonly serverId: string | undefined;
  hasArguments: boolean;
}

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  end_turn: 'stop',
  eos: 'stop',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  content_filter: 'filtered',
};

/** One answer of the OpenAI chat wire. */
export class ChatDecoder implements WireDecoder {
  readonly #asked: Asked;
  readonly #keepDetails: boolean;
  readonly #calls: OpenCall[] = [];
  #usage: Usage | null = null;
  #finish: string | null = null;
  #isReasoning = false;
  #isRefusal = false;
  #details: Record<string, unknown>[] = [];

  constructor(asked: Asked, keepDetails: boolean) {
    this.#asked = asked;
    this.#keepDetails = keepDetails;
  }

  usage(): Usage | null {
    return this.#usage;
  }

  accept(event: SseEvent, emit: Emit): void {
    const { data } = event;
    if (data === '[DONE]') {
      this.#complete(emit);
      return;
    }
    let chunk: Chunk | null;
    try {
      chunk = JSON.parse(data) as Chunk | null;
    } catch {
      emit({
        type: 'failed',
        failure: failure('model_bad_response', `${this.#asked.host} sent an event that is not JSON.`),
        usage: this.#usage,
      });
      return;
    }
    if (typeof chunk !== 'object' || chunk === null) return;
    if (chunk.error !== undefined && chunk.error !== null) {
      emit({ type: 'failed', failure: failureFromError(this.#asked, chunk.error), usage: this.#usage });
      return;
    }
    if (typeof chunk.x_groq?.error === 'string') {
      emit({ type: 'failed', failure: failureFromError(this.#asked, chunk.x_groq.error), usage: this.#usage });
      return;
    }
    if (event.event === 'error') {
      emit({ type: 'failed', failure: failureFromError(this.#asked, chunk), usage: this.#usage });
      return;
    }
    this.#read(chunk, emit);
  }

  acceptDocument(document: unknown, emit: Emit): void {
    const chunk = (typeof document === 'object' && document !== null ? document : {}) as Chunk;
    if (chunk.error !== undefined && chunk.error !== null) {
      emit({ type: 'failed', failure: failureFromError(this.#asked, chunk.error), usage: null });
      return;
    }
    if (!Array.isArray(chunk.choices) || chunk.choices.length === 0) {
      const reason = failure('model_bad_response', `${this.#asked.host} answered with JSON that is no completion.`);
      emit({ type: 'failed', failure: reason, usage: null });
      return;
    }
    this.#read(chunk, emit);
    this.#complete(emit);
  }

  end(emit: Emit): void {
    if (this.#finish !== null) this.#complete(emit);
    else
      emit({
        type: 'failed',
        failure: failure('model_stream_cut', `${this.#asked.host} ended the answer in the middle.`),
        usage: this.#usage,
      });
  }

  #read(chunk: Chunk, emit: Emit): void {
    const counted = chunk.usage ?? chunk.x_groq?.usage;
    if (counted) this.#usage = usageFrom(counted);
    const choice = chunk.choices?.[0];
    if (!choice) return;
    const words = choice.delta ?? choice.message;
    if (words) this.#words(words, emit);
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') this.#finish = choice.finish_reason;
  }

  #words(words: Words, emit: Emit): void {
    if (Array.isArray(words.content)) {
      const { content, ...others } = words;
      for (const piece of content as unknown[]) this.#words(wordsOfPiece(piece), emit);
      return this.#words(others, emit);
    }
    const reasoning = words.reasoning_content ?? words.reasoning;
    if (this.#keepDetails && Array.isArray(words.reasoning_details)) mergeDetails(this.#details, words.reasoning_details as unknown[]);
    if (typeof reasoning === 'string' && reasoning !== '') {
      this.#isReasoning = true;
      emit({ type: 'reasoning_delta', text: reasoning });
    }
    if (typeof words.content === 'string' && words.content !== '') {
      this.#closeReasoning(emit);
      emit({ type: 'text_delta', text: words.content });
    }
    if (typeof words.refusal === 'string' && words.refusal !== '') {
      this.#closeReasoning(emit);
      this.#isRefusal = true;
      emit({ type: 'text_delta', text: words.refusal });
    }
    for (const call of words.tool_calls ?? []) this.#call(call, emit);
  }

  #call(delta: CallDelta, emit: Emit): void {
    const known = this.#find(delta);
    const args = argumentsOf(delta.function?.arguments);
    if (known) {
      if (args !== '') {
        known.hasArguments = true;
        emit({ type: 'tool_call_delta', index: known.place, text: args });
      }
      return;
    }
    this.#closeReasoning(emit);
    const place = this.#calls.length;
    const serverId = delta.id ? delta.id : undefined;
    const isTaken = serverId !== undefined && this.#calls.some((call) => call.serverId === serverId);
    const id = serverId === undefined || isTaken ? `call_${crypto.randomUUID().replaceAll('-', '')}` : serverId;
    this.#calls.push({ place, serverIndex: delta.index, serverId, hasArguments: args !== '' });
    emit({ type: 'tool_call_started', index: place, providerCallId: id, name: delta.function?.name ?? '' });
    if (args !== '') emit({ type: 'tool_call_delta', index: place, text: args });
  }

  /** Servers leave out the index, or the id, or give every call the index 0: whichever of the two is there tells calls apart. */
  #find(delta: CallDelta): OpenCall | undefined {
    const last = this.#calls.at(-1);
    const opens = Boolean(delta.function?.name) && Boolean(delta.id);
    if (delta.index === undefined) {
      if (delta.id) return this.#calls.find((call) => call.serverId === delta.id);
      return delta.function?.name ? undefined : last;
    }
    const same = this.#calls.findLast((call) => call.serverIndex === delta.index);
    return same && opens && same.serverId !== delta.id ? undefined : same;
  }

  #closeReasoning(emit: Emit): void {
    if (!this.#isReasoning && this.#details.length === 0) return;
    this.#isReasoning = false;
    const details = this.#details;
    this.#details = [];
    emit({ type: 'reasoning_completed', ...(details.length > 0 ? { providerData: { reasoningDetails: details } } : {}) });
  }

  #complete(emit: Emit): void {
    this.#closeReasoning(emit);
    // A call of a tool without arguments comes without a word of them.
    for (const call of this.#calls) if (!call.hasArguments) emit({ type: 'tool_call_delta', index: call.place, text: '{}' });
    emit({ type: 'finished', reason: this.#reason(), usage: this.#usage });
  }

  #reason(): FinishReason {
    const reason = FINISH[this.#finish ?? ''] ?? 'unknown';
    if (this.#isRefusal && reason === 'stop') return 'refused';
    // Several servers say `stop` although they call tools.
    return this.#calls.length > 0 && (reason === 'stop' || reason === 'unknown') ? 'tool_calls' : reason;
  }
}

/** Mistral's models that think give their content in pieces: thoughts, which are lists of texts themselves, and texts. */
function wordsOfPiece(piece: unknown): Words {
  const { type, text, thinking } = (typeof piece === 'object' && piece !== null ? piece : {}) as Record<string, unknown>;
  if (type === 'text') return { content: text };
  if (type !== 'thinking' || !Array.isArray(thinking)) return {};
  const texts = (thinking as ({ text?: unknown } | null)[]).map((one) => one?.text);
  return { reasoning: texts.filter((one) => typeof one === 'string').join('') };
}

/** Arguments are JSON text; some servers send the object itself. */
function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

function usageFrom(usage: ChatUsage): Usage {
  return {
    input: usage.prompt_tokens ?? 0,
    output: usage.completion_tokens ?? 0,
    cachedRead: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0,
    cachedWrite: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    exact: true,
  };
}

/** Details come in pieces: pieces of one index are one detail, their texts joined. They go back as they came. */
function mergeDetails(into: Record<string, unknown>[], pieces: readonly unknown[]): void {
  for (const piece of pieces) {
    if (typeof piece !== 'object' || piece === null) continue;
    const detail = piece as Record<string, unknown>;
    const known = into.find((one) => one['index'] !== undefined && one['index'] === detail['index'] && one['type'] === detail['type']);
    if (!known) {
      into.push({ ...detail });
      continue;
    }
    for (const [name, value] of Object.entries(detail)) {
      const isText = name === 'text' || name === 'summary' || name === 'data';
      if (isText && typeof value === 'string' && typeof known[name] === 'string') known[name] += value;
      else if (value !== null && value !== undefined) known[name] = value;
    }
  }
}

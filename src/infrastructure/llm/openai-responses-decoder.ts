import { failure } from '../../core/models/failure.ts';
import type { Usage } from '../../core/models/usage.ts';
import type { FinishReason } from '../../core/reasoning/language-model.ts';
import type { Emit, WireDecoder } from './model-stream.ts';
import type { SseEvent } from './sse.ts';
import { failureFromError, type Asked } from './wire-failure.ts';

/** What must go back of a reasoning item; kept as `providerData.responsesReasoning`. */
export interface KeptReasoning {
  readonly id: string;
  /** What only the provider can read. */
  readonly encrypted: string;
  /** How many calls of the same answer came before it. */
  readonly callsBefore: number;
}

/** Whether a message came on the way or is the answer; kept behind its text as `providerData.responsesPhase`, and goes back with it. */
export type Phase = 'commentary' | 'final_answer';

interface OutputItem {
  readonly type?: string;
  readonly phase?: unknown;
  readonly id?: string;
  readonly call_id?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly content?: readonly { readonly type?: string; readonly text?: string; readonly refusal?: string }[] | null;
  readonly summary?: readonly { readonly text?: string }[] | null;
  readonly encrypted_content?: string | null;
}

interface ResponseUsage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly input_tokens_details?: { readonly cached_tokens?: number } | null;
  readonly output_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

interface ResponseObject {
  readonly status?: string;
  readonly error?: unknown;
  readonly incomplete_details?: { readonly reason?: string } | null;
  readonly output?: readonly OutputItem[];
  readonly usage?: ResponseUsage | null;
}

interface StreamEvent {
  readonly type?: string;
  readonly output_index?: number;
  readonly summary_index?: number;
  readonly delta?: unknown;
  readonly item?: OutputItem;
  readonly response?: ResponseObject | null;
  readonly error?: unknown;
}

interface OpenItem {
  readonly type: string;
  /** Place among the calls; -1 for other items. */
  readonly call: number;
  /** Something of it was given on already. */
  isHeard: boolean;
  /** The piece of the summary that was heard last. */
  summary: number;
}

const INCOMPLETE: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  max_tokens: 'length',
  content_filter: 'filtered',
};

/** One answer of the OpenAI Responses wire. */
export class ResponsesDecoder implements WireDecoder {
  readonly #asked: Asked;
  readonly #items = new Map<number, OpenItem>();
  readonly #closed = new Set<number>();
  #calls = 0;
  #isRefusal = false;
  /** The last thing that was heard is text: another message's begins on a line of its own. */
  #endsInText = false;
  #usage: Usage | null = null;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  usage(): Usage | null {
    return this.#usage;
  }

  accept(event: SseEvent, emit: Emit): void {
    if (event.data === '[DONE]') return this.end(emit);
    let data: StreamEvent | null;
    try {
      data = JSON.parse(event.data) as StreamEvent | null;
    } catch {
      return this.#fail(emit, `${this.#asked.host} sent an event that is not JSON.`);
    }
    if (typeof data !== 'object' || data === null) return;
    const at = data.output_index ?? 0;
    const words = typeof data.delta === 'string' ? data.delta : '';
    switch (data.type) {
      case 'response.output_item.added':
        this.#open(at, data.item ?? {}, emit);
        return;
      case 'response.output_text.delta':
        return this.#text(at, words, emit);
      case 'response.refusal.delta':
        this.#isRefusal = true;
        return this.#text(at, words, emit);
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return this.#reasoning(at, words, data.summary_index ?? 0, emit);
      case 'response.function_call_arguments.delta':
        return this.#arguments(at, words, emit);
      case 'response.output_item.done':
        return this.#close(at, data.item ?? {}, emit);
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return this.#complete(data.response ?? {}, emit);
      case 'error':
        // The error stands in the event itself, or inside of it.
        return emit({ type: 'failed', failure: failureFromError(this.#asked, data.error ?? data), usage: this.#usage });
      default:
        // Progress, annotations, the repetition of what was said in pieces, and kinds that came after this was written.
        if (data.error !== undefined && data.error !== null)
          emit({ type: 'failed', failure: failureFromError(this.#asked, data.error), usage: this.#usage });
    }
  }

  acceptDocument(document: unknown, emit: Emit): void {
    const whole = (typeof document === 'object' && document !== null ? document : {}) as ResponseObject;
    if (!Array.isArray(whole.output) && (whole.error === undefined || whole.error === null))
      return this.#fail(emit, `${this.#asked.host} answered with JSON that is no response.`);
    this.#complete(whole, emit);
  }

  end(emit: Emit): void {
    emit({
      type: 'failed',
      failure: failure('model_stream_cut', `${this.#asked.host} ended the answer in the middle.`),
      usage: this.#usage,
    });
  }

  #fail(emit: Emit, words: string): void {
    emit({ type: 'failed', failure: failure('model_bad_response', words), usage: this.#usage });
  }

  #open(at: number, item: OutputItem, emit: Emit): OpenItem {
    const known = this.#items.get(at);
    if (known) return known;
    const isCall = item.type === 'function_call';
    const open: OpenItem = { type: item.type ?? '', call: isCall ? this.#calls : -1, isHeard: false, summary: -1 };
    this.#items.set(at, open);
    if (isCall) {
      this.#calls += 1;
      this.#endsInText = false;
      const providerCallId = item.call_id || `call_${crypto.randomUUID().replaceAll('-', '')}`;
      emit({ type: 'tool_call_started', index: open.call, providerCallId, name: item.name ?? '' });
    }
    return open;
  }

  #text(at: number, text: string, emit: Emit): void {
    if (text === '') return;
    const open = this.#open(at, { type: 'message' }, emit);
    emit({ type: 'text_delta', text: this.#endsInText && !open.isHeard ? `\n\n${text}` : text });
    open.isHeard = true;
    this.#endsInText = true;
  }

  #reasoning(at: number, text: string, summary: number, emit: Emit): void {
    if (text === '') return;
    const open = this.#open(at, { type: 'reasoning' }, emit);
    emit({ type: 'reasoning_delta', text: open.isHeard && open.summary !== summary ? `\n\n${text}` : text });
    open.isHeard = true;
    open.summary = summary;
    this.#endsInText = false;
  }

  #arguments(at: number, text: string, emit: Emit): void {
    const open = this.#items.get(at);
    if (text === '' || !open || open.call < 0) return;
    open.isHeard = true;
    emit({ type: 'tool_call_delta', index: open.call, text });
  }

  /** The item is there whole: what was not said of it in pieces is said now. */
  #close(at: number, item: OutputItem, emit: Emit): void {
    if (this.#closed.has(at)) return;
    const open = this.#open(at, item, emit);
    this.#closed.add(at);
    if (open.type === 'message') this.#closeMessage(at, open, item, emit);
    else if (open.call >= 0 && !open.isHeard) {
      // A call of a tool without arguments can come without a word of them.
      this.#arguments(at, item.arguments || '{}', emit);
    } else if (open.type === 'reasoning') this.#closeReasoning(at, open, item, emit);
  }

  #closeMessage(at: number, open: OpenItem, item: OutputItem, emit: Emit): void {
    if (!open.isHeard) {
      for (const part of item.content ?? []) {
        if (part.refusal) this.#isRefusal = true;
        this.#text(at, part.text ?? part.refusal ?? '', emit);
      }
    }
    if (!open.isHeard || (item.phase !== 'commentary' && item.phase !== 'final_answer')) return;
    this.#endsInText = false;
    emit({ type: 'reasoning_completed', providerData: { responsesPhase: item.phase } });
  }

  #closeReasoning(at: number, open: OpenItem, item: OutputItem, emit: Emit): void {
    if (!open.isHeard) for (const [index, part] of (item.summary ?? []).entries()) this.#reasoning(at, part.text ?? '', index, emit);
    const kept: KeptReasoning | null =
      item.id && item.encrypted_content ? { id: item.id, encrypted: item.encrypted_content, callsBefore: this.#calls } : null;
    if (!kept && !open.isHeard) return;
    this.#endsInText = false;
    emit({ type: 'reasoning_completed', ...(kept ? { providerData: { responsesReasoning: kept } } : {}) });
  }

  #complete(response: ResponseObject, emit: Emit): void {
    if (response.usage) this.#usage = usageFrom(response.usage);
    if (response.status === 'failed' || (response.error !== undefined && response.error !== null))
      return emit({ type: 'failed', failure: failureFromError(this.#asked, response.error), usage: this.#usage });
    for (const [at, item] of (response.output ?? []).entries()) this.#close(at, item, emit);
    // Cut at the limit, an item can stay open.
    for (const [at, open] of this.#items) if (!this.#closed.has(at) && open.call >= 0) this.#close(at, {}, emit);
    emit({ type: 'finished', reason: this.#reason(response), usage: this.#usage });
  }

  #reason(response: ResponseObject): FinishReason {
    if (response.status === 'incomplete') return INCOMPLETE[response.incomplete_details?.reason ?? ''] ?? 'unknown';
    if (this.#calls > 0) return 'tool_calls';
    return this.#isRefusal ? 'refused' : 'stop';
  }
}

function usageFrom(usage: ResponseUsage): Usage {
  return {
    input: usage.input_tokens ?? 0,
    output: usage.output_tokens ?? 0,
    cachedRead: usage.input_tokens_details?.cached_tokens ?? 0,
    cachedWrite: 0,
    reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
    exact: true,
  };
}

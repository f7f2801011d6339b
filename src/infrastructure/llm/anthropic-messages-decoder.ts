import { failure } from '../../core/models/failure.ts';
import type { Usage } from '../../core/models/usage.ts';
import type { FinishReason } from '../../core/reasoning/language-model.ts';
import type { Emit, WireDecoder } from './model-stream.ts';
import type { SseEvent } from './sse.ts';
import { failureFromError, type Asked } from './wire-failure.ts';

/** What must go back with a piece of thinking; kept as `providerData.messagesThinking`. */
export type KeptThinking = { readonly type: 'thinking'; readonly signature: string } | { readonly type: 'redacted'; readonly data: string };

interface ContentBlock {
  readonly type?: string;
  readonly id?: string;
  readonly name?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly input?: unknown;
}

interface MessageUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
}

interface StreamEvent {
  readonly type?: string;
  readonly index?: number;
  readonly message?: { readonly usage?: MessageUsage };
  readonly content_block?: ContentBlock;
  readonly delta?: ContentBlock & { readonly partial_json?: string; readonly stop_reason?: string | null };
  readonly usage?: MessageUsage;
  readonly error?: unknown;
}

interface OpenBlock {
  readonly type: string;
  /** Place among the calls; -1 for other blocks. */
  readonly call: number;
  signature: string;
  hasInput: boolean;
}

const STOP: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'refused',
  // The provider paused a long turn of its own tools; we send it none, and what it said so far is an answer cut short.
  pause_turn: 'length',
};

/** One answer of the Anthropic Messages wire. */
export class MessagesDecoder implements WireDecoder {
  readonly #asked: Asked;
  readonly #blocks = new Map<number, OpenBlock>();
  #calls = 0;
  #counted: MessageUsage | null = null;
  #stop: string | null = null;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  usage(): Usage | null {
    const counted = this.#counted;
    if (!counted) return null;
    const cachedRead = counted.cache_read_input_tokens ?? 0;
    const cachedWrite = counted.cache_creation_input_tokens ?? 0;
    // The wire counts the cached apart; ours includes it.
    return {
      input: (counted.input_tokens ?? 0) + cachedRead + cachedWrite,
      output: counted.output_tokens ?? 0,
      cachedRead,
      cachedWrite,
      reasoning: 0,
      exact: true,
    };
  }

  accept(event: SseEvent, emit: Emit): void {
    let data: StreamEvent | null;
    try {
      data = JSON.parse(event.data) as StreamEvent | null;
    } catch {
      emit({
        type: 'failed',
        failure: failure('model_bad_response', `${this.#asked.host} sent an event that is not JSON.`),
        usage: this.usage(),
      });
      return;
    }
    if (typeof data !== 'object' || data === null) return;
    switch (data.type) {
      case 'content_block_delta':
        return this.#delta(data, emit);
      case 'content_block_start':
        return this.#start(data, emit);
      case 'content_block_stop':
        return this.#close(data.index ?? 0, emit);
      case 'message_start':
        return this.#count(data.message?.usage);
      case 'message_delta':
        this.#count(data.usage);
        if (data.delta?.stop_reason) this.#stop = data.delta.stop_reason;
        return;
      case 'message_stop':
        return this.#complete(emit);
      case 'error':
        return emit({ type: 'failed', failure: failureFromError(this.#asked, data.error), usage: this.usage() });
      default:
        // `ping`, and kinds that came after this was written: the wire asks to pass over them.
        if (data.error !== undefined) emit({ type: 'failed', failure: failureFromError(this.#asked, data.error), usage: this.usage() });
    }
  }

  acceptDocument(document: unknown, emit: Emit): void {
    const whole = (typeof document === 'object' && document !== null ? document : {}) as Record<string, unknown>;
    if (whole['error'] !== undefined) return emit({ type: 'failed', failure: failureFromError(this.#asked, whole['error']), usage: null });
    if (!Array.isArray(whole['content'])) {
      return emit({
        type: 'failed',
        failure: failure('model_bad_response', `${this.#asked.host} answered with JSON that is no message.`),
        usage: null,
      });
    }
    this.#count(whole['usage'] as MessageUsage | undefined);
    for (const [index, block] of (whole['content'] as ContentBlock[]).entries()) {
      this.#start({ index, content_block: block }, emit);
      if (block.type === 'tool_use')
        this.#delta({ index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input ?? {}) } }, emit);
      this.#close(index, emit);
    }
    if (typeof whole['stop_reason'] === 'string') this.#stop = whole['stop_reason'];
    this.#complete(emit);
  }

  end(emit: Emit): void {
    if (this.#stop !== null) this.#complete(emit);
    else
      emit({
        type: 'failed',
        failure: failure('model_stream_cut', `${this.#asked.host} ended the answer in the middle.`),
        usage: this.usage(),
      });
  }

  #start(data: StreamEvent, emit: Emit): void {
    const block = data.content_block ?? {};
    const isCall = block.type === 'tool_use';
    const open: OpenBlock = { type: block.type ?? '', call: isCall ? this.#calls : -1, signature: block.signature ?? '', hasInput: false };
    this.#blocks.set(data.index ?? 0, open);
    if (isCall) {
      this.#calls += 1;
      const providerCallId = block.id || `toolu_${crypto.randomUUID().replaceAll('-', '')}`;
      emit({ type: 'tool_call_started', index: open.call, providerCallId, name: block.name ?? '' });
    } else if (block.type === 'text' && block.text) emit({ type: 'text_delta', text: block.text });
    else if (block.type === 'thinking' && block.thinking) emit({ type: 'reasoning_delta', text: block.thinking });
    else if (block.type === 'redacted_thinking') {
      const kept: KeptThinking = { type: 'redacted', data: block.data ?? '' };
      emit({ type: 'reasoning_completed', providerData: { messagesThinking: kept } });
    }
  }

  #delta(data: StreamEvent, emit: Emit): void {
    const delta = data.delta;
    if (delta?.type === 'text_delta') {
      if (delta.text) emit({ type: 'text_delta', text: delta.text });
      return;
    }
    const open = this.#blocks.get(data.index ?? 0);
    if (delta?.type === 'thinking_delta' && delta.thinking) emit({ type: 'reasoning_delta', text: delta.thinking });
    else if (delta?.type === 'signature_delta' && open) open.signature += delta.signature ?? '';
    else if (delta?.type === 'input_json_delta' && delta.partial_json && open && open.call >= 0) {
      open.hasInput = true;
      emit({ type: 'tool_call_delta', index: open.call, text: delta.partial_json });
    }
  }

  #close(index: number, emit: Emit): void {
    const open = this.#blocks.get(index);
    this.#blocks.delete(index);
    // A call of a tool without arguments comes without a word of input.
    if (open && open.call >= 0 && !open.hasInput) emit({ type: 'tool_call_delta', index: open.call, text: '{}' });
    if (open?.type !== 'thinking') return;
    const kept: KeptThinking = { type: 'thinking', signature: open.signature };
    emit({ type: 'reasoning_completed', ...(open.signature ? { providerData: { messagesThinking: kept } } : {}) });
  }

  #complete(emit: Emit): void {
    emit({ type: 'finished', reason: STOP[this.#stop ?? ''] ?? 'unknown', usage: this.usage() });
  }

  /** Later counts replace earlier ones, number by number: `message_delta` repeats only some of them. */
  #count(usage: MessageUsage | undefined): void {
    if (!usage) return;
    const known = Object.entries(usage).filter(([, value]) => typeof value === 'number');
    this.#counted = { ...this.#counted, ...Object.fromEntries(known) };
  }
}

import { failure } from '../../core/models/failure.ts';
import type { Usage } from '../../core/models/usage.ts';
import type { FinishReason } from '../../core/reasoning/language-model.ts';
import type { Emit, WireDecoder } from './model-stream.ts';
import type { SseEvent } from './sse.ts';
import { failureFromError, type Asked } from './wire-failure.ts';

/** What must go back of a thought, or of a part that was signed; kept as `providerData.geminiPart`. */
export interface KeptPart {
  /** The words are a thought; with its signature, where it had one. */
  readonly thought?: { readonly signature?: string };
  /** Signs the call that comes next. */
  readonly callSignature?: string;
  /** Signs the text before it, or, `alone`, came on a part without words. */
  readonly textSignature?: string;
  readonly alone?: boolean;
  /** How many calls of the same answer came before it. */
  readonly callsBefore: number;
}

interface Part {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: { readonly id?: string; readonly name?: string; readonly args?: unknown };
}

interface UsageMetadata {
  readonly promptTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
}

interface Chunk {
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly Part[] | null } | null;
    readonly finishReason?: string;
    readonly finishMessage?: string;
  }[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string } | null;
  readonly usageMetadata?: UsageMetadata | null;
  readonly error?: unknown;
}

/** Source: https://ai.google.dev/api/generate-content#FinishReason */
const FINISH: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'filtered',
  RECITATION: 'filtered',
  LANGUAGE: 'filtered',
  BLOCKLIST: 'filtered',
  PROHIBITED_CONTENT: 'filtered',
  SPII: 'filtered',
  IMAGE_SAFETY: 'filtered',
  IMAGE_PROHIBITED_CONTENT: 'filtered',
  IMAGE_RECITATION: 'filtered',
};

/** The answer was spoilt on the provider's side; asked again, the same question usually gets a whole one. */
const SPOILT: Readonly<Record<string, string>> = {
  MALFORMED_FUNCTION_CALL: 'wrote a tool call that cannot be read',
  UNEXPECTED_TOOL_CALL: 'called a tool that was not offered',
  TOO_MANY_TOOL_CALLS: 'called too many tools in a row',
  MISSING_THOUGHT_SIGNATURE: 'misses a signature of its own reasoning',
  MALFORMED_RESPONSE: 'wrote an answer that cannot be read',
};

/** Begins the ids of calls that came without one: these go back without one too. */
const NAMELESS = 'nameless_';

export function isNameless(id: string): boolean {
  return id.startsWith(NAMELESS);
}

/** One answer of the Gemini wire. */
export class GeminiDecoder implements WireDecoder {
  readonly #asked: Asked;
  #calls = 0;
  /** Signature of the thought that is being heard; null: none is. */
  #thought: { signature: string } | null = null;
  #usage: Usage | null = null;
  #finish: string | null = null;
  #finishWords = '';

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  usage(): Usage | null {
    return this.#usage;
  }

  accept(event: SseEvent, emit: Emit): void {
    let chunk: Chunk | null;
    try {
      chunk = JSON.parse(event.data) as Chunk | null;
    } catch {
      return this.#fail(emit, 'model_bad_response', 'sent an event that is not JSON.');
    }
    if (typeof chunk === 'object' && chunk !== null) this.#read(chunk, emit);
  }

  acceptDocument(document: unknown, emit: Emit): void {
    const whole = (typeof document === 'object' && document !== null ? document : {}) as Chunk;
    if (!Array.isArray(whole.candidates) && !whole.promptFeedback?.blockReason && !whole.error)
      return this.#fail(emit, 'model_bad_response', 'answered with JSON that holds no candidates.');
    this.#read(whole, emit);
    this.end(emit);
  }

  /** The reason stands in the last event that has words, and in every one with some models: the answer is over when the stream is. */
  end(emit: Emit): void {
    this.#closeThought(emit);
    if (this.#finish === null) return this.#fail(emit, 'model_stream_cut', 'ended the answer in the middle.');
    const spoilt = SPOILT[this.#finish];
    if (spoilt !== undefined)
      return this.#fail(emit, 'model_server_error', `${spoilt}${this.#finishWords ? `: ${this.#finishWords.slice(0, 200)}` : ''}.`);
    const reason = FINISH[this.#finish] ?? 'unknown';
    emit({ type: 'finished', reason: reason === 'stop' && this.#calls > 0 ? 'tool_calls' : reason, usage: this.#usage });
  }

  #fail(emit: Emit, code: 'model_bad_response' | 'model_stream_cut' | 'model_server_error' | 'model_refused', words: string): void {
    emit({ type: 'failed', failure: failure(code, `${this.#asked.host} ${words}`), usage: this.#usage });
  }

  #read(chunk: Chunk, emit: Emit): void {
    if (chunk.usageMetadata) this.#usage = usageFrom(chunk.usageMetadata);
    if (chunk.error !== undefined && chunk.error !== null)
      return emit({ type: 'failed', failure: failureFromError(this.#asked, chunk.error), usage: this.#usage });
    const blocked = chunk.promptFeedback;
    if (blocked?.blockReason) {
      const words = blocked.blockReasonMessage ? `: ${blocked.blockReasonMessage.slice(0, 200)}` : '.';
      return this.#fail(emit, 'model_refused', `withheld an answer to these words (${blocked.blockReason})${words}`);
    }
    const candidate = chunk.candidates?.[0];
    if (!candidate) return;
    for (const part of candidate.content?.parts ?? []) this.#part(part, emit);
    if (candidate.finishReason) this.#finish = candidate.finishReason;
    if (candidate.finishMessage) this.#finishWords = candidate.finishMessage;
  }

  #part(part: Part, emit: Emit): void {
    const signature = part.thoughtSignature ?? '';
    if (part.functionCall) return this.#call(part.functionCall, signature, emit);
    if (typeof part.text !== 'string') return;
    if (part.thought) {
      this.#thought ??= { signature: '' };
      if (part.text !== '') emit({ type: 'reasoning_delta', text: part.text });
      // A signature ends what it signs: the next thought is another part.
      if (signature !== '') {
        this.#thought.signature = signature;
        this.#closeThought(emit);
      }
      return;
    }
    if (part.text !== '') {
      this.#closeThought(emit);
      emit({ type: 'text_delta', text: part.text });
    }
    if (signature === '') return;
    this.#closeThought(emit);
    this.#keep({ textSignature: signature, ...(part.text === '' ? { alone: true } : {}) }, emit);
  }

  #call(call: NonNullable<Part['functionCall']>, signature: string, emit: Emit): void {
    this.#closeThought(emit, signature);
    const index = this.#calls;
    this.#calls += 1;
    const providerCallId = call.id || `${NAMELESS}${crypto.randomUUID().replaceAll('-', '')}`;
    emit({ type: 'tool_call_started', index, providerCallId, name: call.name ?? '' });
    emit({ type: 'tool_call_delta', index, text: JSON.stringify(call.args ?? {}) });
  }

  /** The thought ends, and the call behind it can be signed: one piece keeps both. */
  #closeThought(emit: Emit, callSignature = ''): void {
    const thought = this.#thought;
    this.#thought = null;
    if (thought === null && callSignature === '') return;
    this.#keep(
      {
        ...(thought === null ? {} : { thought: thought.signature === '' ? {} : { signature: thought.signature } }),
        ...(callSignature === '' ? {} : { callSignature }),
      },
      emit,
    );
  }

  #keep(kept: Omit<KeptPart, 'callsBefore'>, emit: Emit): void {
    const geminiPart: KeptPart = { ...kept, callsBefore: this.#calls };
    emit({ type: 'reasoning_completed', providerData: { geminiPart } });
  }
}

/** The wire counts thoughts apart from the answer; both are output. */
function usageFrom(usage: UsageMetadata): Usage {
  const reasoning = usage.thoughtsTokenCount ?? 0;
  return {
    input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    output: (usage.candidatesTokenCount ?? 0) + reasoning,
    cachedRead: usage.cachedContentTokenCount ?? 0,
    cachedWrite: 0,
    reasoning,
    exact: true,
  };
}

import type { Trim } from '../agent/agent-event.ts';
import type { Message } from '../models/message.ts';
import type { Span, WireRequest } from '../models/request.ts';
import type { ToolCall } from '../models/tool-call.ts';
import type { Usage } from '../models/usage.ts';
import type { ModelProfile } from '../reasoning/language-model.ts';
import { applyTrim, unitsOf, utf8Length, type HistoryUnit } from './history-units.ts';

/** Share of the room for input that is left filled after trimming: a lot at once, so that the cached prefix lives for long (C4). */
export const TRIM_TO = 0.6;

export interface History {
  readonly conversationId: string;
  readonly messages: readonly Message[];
  readonly calls: ReadonlyMap<string, ToolCall>;
  readonly trim: Trim | null;
}

export type Assembly =
  | { readonly kind: 'fits'; readonly wire: WireRequest; readonly tokens: number }
  | { readonly kind: 'trimmed'; readonly trim: Trim; readonly wire: WireRequest; readonly tokens: number }
  | { readonly kind: 'too_long'; readonly tokens: number; readonly room: number };

/**
 * Keeps requests inside the window that is really served (C2). Holds what was learnt of the model's token size in this run.
 * Estimates are UTF-8 bytes by bytes per token, corrected downwards by the provider's own counts.
 */
export class ContextManager {
  readonly #profile: ModelProfile;
  readonly #newId: () => string;
  #bytesPerToken: number;

  constructor(profile: ModelProfile, newId: () => string) {
    this.#profile = profile;
    this.#newId = newId;
    this.#bytesPerToken = profile.bytesPerToken;
  }

  get bytesPerToken(): number {
    return this.#bytesPerToken;
  }

  /** Tokens that the input of one request may take: the window less the answer, which gets at most a quarter of it. */
  get room(): number {
    return this.#profile.window - this.reserve;
  }

  /** Tokens kept for the answer. */
  get reserve(): number {
    return Math.min(this.#profile.maxOutput, Math.floor(this.#profile.window / 4));
  }

  /** Learns from a count of the provider's: `wire` took `usage.input` tokens. */
  learn(wire: WireRequest, usage: Usage): void {
    // Pictures are counted by formula: only what is left of the count is of the words.
    const ofWords = usage.input - mediaTokens(wire);
    if (!usage.exact || ofWords < 50) return;
    const observed = bytesOfWire(wire) / ofWords;
    // 3 % below what was seen: the next words may be denser. Never outside what any tokenizer does.
    this.#bytesPerToken = Math.min(6, Math.max(1, observed * 0.97));
  }

  estimate(wire: WireRequest): number {
    return Math.ceil(bytesOfWire(wire) / this.#bytesPerToken) + mediaTokens(wire);
  }

  /**
   * The request for a history, trimmed when it would not fit.
   * @param prepare builds the request from the messages that are kept
   * @param ceiling tokens that the input must stay under, when the server said that the estimate was too low
   */
  assemble(history: History, prepare: (messages: readonly Message[]) => WireRequest, ceiling = this.room): Assembly {
    const kept = applyTrim(history.messages, history.trim);
    const wire = prepare(kept);
    const tokens = this.estimate(wire);
    if (tokens <= ceiling) return { kind: 'fits', wire, tokens };
    const units = unitsOf(kept, history.calls);
    // The step that went last stays: the model needs the result that it waits for.
    const droppable = units.at(-1)?.kind === 'step' ? units.slice(0, -1) : units;
    let dropped = 0;
    let bytes = tokens * this.#bytesPerToken;
    const goal = ceiling * TRIM_TO * this.#bytesPerToken;
    let result: { trim: Trim; wire: WireRequest; tokens: number } | null = null;
    while (dropped < droppable.length) {
      while (dropped < droppable.length && bytes > goal) {
        bytes -= droppable[dropped]?.bytes ?? 0;
        dropped += 1;
      }
      const through = droppable[dropped - 1];
      if (!through) break;
      const trim = this.#trim(history, through, dropped, tokens);
      const trimmed = prepare(applyTrim(history.messages, trim));
      const after = this.estimate(trimmed);
      result = { trim: { ...trim, tokensAfter: after }, wire: trimmed, tokens: after };
      if (after <= ceiling * TRIM_TO) break;
      bytes = goal + 1;
    }
    if (result && result.tokens <= ceiling) return { kind: 'trimmed', ...result };
    return { kind: 'too_long', tokens: result?.tokens ?? tokens, room: ceiling };
  }

  #trim(history: History, through: HistoryUnit, unitsDropped: number, tokensBefore: number): Trim {
    return {
      id: this.#newId(),
      conversationId: history.conversationId,
      through:
        through.kind === 'exchange'
          ? { kind: 'exchange', messageId: through.messageId }
          : { kind: 'step', messageId: through.messageId, stepId: through.stepId },
      unitsDropped,
      tokensBefore,
      tokensAfter: 0,
    };
  }
}

/** Counted once: before a request goes, and when the provider has told what it took. */
const counted = new WeakMap<WireRequest | Span, number>();

function bytesOfWire(wire: WireRequest): number {
  let bytes = counted.get(wire);
  if (bytes === undefined) {
    bytes = 0;
    for (const span of wire.spans) bytes += bytesOfSpan(span);
    counted.set(wire, bytes);
  }
  return bytes;
}

function mediaTokens(wire: WireRequest): number {
  let tokens = 0;
  for (const { media } of wire.spans) if (media) tokens += media.tokens;
  return tokens;
}

/** Spans of the history are the same from request to request. */
function bytesOfSpan(span: Span): number {
  // What it takes has nothing to do with its bytes.
  if (span.media) return 0;
  const known = counted.get(span);
  if (known !== undefined) return known;
  const bytes = utf8Length(span.text);
  if (span.section === 'history') counted.set(span, bytes);
  return bytes;
}

import type { Trust } from './trust.ts';

/** The sections of a request, in the order in which they are sent (C4): stable first, volatile last. */
export type Section = 'tools' | 'system' | 'history' | 'plan' | 'environment' | 'input' | 'wire';

/**
 * One stretch of a request exactly as it goes over the wire. All spans of a request joined are the body, byte for byte (C1).
 * `wire` spans are the provider's syntax around the words.
 */
export interface Span {
  readonly text: string;
  readonly section: Section;
  /** Who put it there: `core`, `person`, `tool:NAME`, `message:ID`, `call:ID`, … */
  readonly source: string;
  readonly trust: Trust;
  /** Up to and including this span the provider may keep its cache. */
  readonly cacheBreakpoint?: boolean;
  /** The text is the base64 of these bytes, which the conversation keeps already. */
  readonly media?: SpanMedia;
}

export interface SpanMedia {
  readonly hash: string;
  /** An estimate. */
  readonly tokens: number;
}

/** A request as it is about to be sent. `headers` never hold a secret: only an allow-list of them is recorded. */
export interface WireRequest {
  readonly method: 'POST' | 'LOCAL';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly spans: readonly Span[];
}

/** The body as sent. */
export function bodyOf(wire: WireRequest): string {
  return wire.spans.map((span) => span.text).join('');
}

import type { Failure } from '../../core/models/failure.ts';
import { failure } from '../../core/models/failure.ts';
import { bodyOf, type WireRequest } from '../../core/models/request.ts';
import type { Usage } from '../../core/models/usage.ts';
import type { ModelEvent } from '../../core/reasoning/language-model.ts';
import { BrokenStream, type HttpAnswer, type HttpStream } from './http-stream.ts';
import { SseParser, type SseEvent } from './sse.ts';
import { badResponse, failureFromAnswer, type Asked } from './wire-failure.ts';

export type Emit = (event: ModelEvent) => void;

/** Turns one answer of a wire into our events. Made anew for every answer. The first `finished` or `failed` that it emits is the last. */
export interface WireDecoder {
  accept(event: SseEvent, emit: Emit): void;
  /** The whole answer as one JSON document, from servers that do not stream. */
  acceptDocument(document: unknown, emit: Emit): void;
  /** Nothing more comes: finishes when the answer was complete all the same, or fails with `model_stream_cut`. */
  end(emit: Emit): void;
  /** What was counted so far. */
  usage(): Usage | null;
}

export interface StreamOptions {
  readonly http: HttpStream;
  readonly asked: Asked;
  /** Headers with the key: they go on the wire and nowhere else. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly silenceMs: number;
  readonly decoder: WireDecoder;
}

/** Characters of a document, or of one line of a stream, after which an answer is no model's. */
const LONGEST = 32 * 1024 * 1024;

/** Sends the request and gives the answer's events; keeps the promises of `LanguageModel.stream`. */
export async function* streamModel(wire: WireRequest, signal: AbortSignal, options: StreamOptions): AsyncGenerator<ModelEvent> {
  const { decoder } = options;
  const failed = (reason: Failure): ModelEvent => ({ type: 'failed', failure: reason, usage: decoder.usage() });
  const sent = await options.http.send({
    method: 'POST',
    url: wire.url,
    headers: { ...wire.headers, ...options.secretHeaders },
    body: bodyOf(wire),
    signal,
    silenceMs: options.silenceMs,
  });
  if (!sent.ok) return yield failed(sent.failure);
  const answer = sent.value;
  let complete = false;
  try {
    if (answer.status !== 200) {
      const body = await answer.text(64 * 1024, 5000);
      return yield failed(
        signal.aborted ? failure('run_cancelled', 'Stopped.') : failureFromAnswer(options.asked, answer.status, answer.headers, body),
      );
    }
    for await (const event of eventsOf(answer, options)) {
      if (signal.aborted) return yield failed(failure('run_cancelled', 'Stopped.'));
      complete = event.type === 'finished' || event.type === 'failed';
      if (complete) answer.release();
      yield event;
      if (complete) return;
    }
  } catch (error) {
    if (!(error instanceof BrokenStream)) throw error;
    // The provider's last word can have come before the connection broke; then nothing is missing.
    let last: ModelEvent = failed(error.failure);
    if (error.failure.code === 'model_stream_cut') decoder.end((event) => (last = event.type === 'finished' ? event : last));
    yield last;
  } finally {
    if (!complete) answer.abandon();
  }
}

async function* eventsOf(answer: HttpAnswer, options: StreamOptions): AsyncGenerator<ModelEvent> {
  const { decoder, asked } = options;
  const contentType = answer.headers['content-type'] ?? '';
  const parser = new SseParser();
  const out: ModelEvent[] = [];
  const emit = (event: ModelEvent) => {
    const last = out.at(-1);
    const joined = last && joinDeltas(last, event);
    if (joined) out[out.length - 1] = joined;
    else out.push(event);
  };
  let kind: 'unknown' | 'stream' | 'document' | 'other' = 'unknown';
  const held: Uint8Array[] = [];
  let heldSize = 0;
  for await (const bytes of answer.bytes) {
    if (kind !== 'stream') {
      held.push(bytes);
      heldSize += bytes.length;
      if (kind === 'unknown') kind = kindOf(contentType, Buffer.concat(held).toString('utf8'));
      if (kind === 'other' ? heldSize > 4096 : heldSize > LONGEST) break;
      if (kind !== 'stream') continue;
    }
    const fresh = held.length > 0 ? Buffer.concat(held.splice(0)) : bytes;
    for (const event of parser.push(fresh)) decoder.accept(event, emit);
    if (parser.pending > LONGEST) throw new BrokenStream(badResponse(asked, contentType, 'a line without an end'));
    yield* out.splice(0);
  }
  if (kind === 'stream' || (kind === 'unknown' && isEventStream(contentType))) {
    for (const event of parser.end()) decoder.accept(event, emit);
    decoder.end(emit);
  } else {
    const text = Buffer.concat(held).toString('utf8');
    const document = kind === 'document' ? parsed(text) : undefined;
    if (document === undefined) throw new BrokenStream(badResponse(asked, contentType, text.slice(0, 4096)));
    decoder.acceptDocument(document, emit);
  }
  yield* out;
}

/** Words that came in one piece of the network go on as one: what follows costs by the event. Null: the two are not of one text. */
function joinDeltas(last: ModelEvent, next: ModelEvent): ModelEvent | null {
  if (last.type === 'text_delta' && next.type === 'text_delta') return { type: 'text_delta', text: last.text + next.text };
  if (last.type === 'reasoning_delta' && next.type === 'reasoning_delta') return { type: 'reasoning_delta', text: last.text + next.text };
  if (last.type === 'tool_call_delta' && next.type === 'tool_call_delta' && last.index === next.index) {
    return { ...next, text: last.text + next.text };
  }
  return null;
}

/** By the first characters rather than by the type alone: servers say `text/plain` or nothing and stream all the same. */
function kindOf(contentType: string, beginning: string): 'unknown' | 'stream' | 'document' | 'other' {
  const start = beginning.trimStart();
  if (start === '') return 'unknown';
  if (start.startsWith('{')) return 'document';
  if (start.startsWith('<')) return 'other';
  if (isEventStream(contentType) || start.startsWith(':')) return 'stream';
  if (start.length < 6) return 'unknown';
  return /^(?:data|event|id|retry):?/.test(start) ? 'stream' : 'other';
}

function isEventStream(contentType: string): boolean {
  return contentType.toLowerCase().startsWith('text/event-stream');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { StreamEvent } from '../contract/events.ts';
import { forgetProof, proveServer } from './server-proof.ts';

/** `stranger`: what answers now does not know this window's key. `refused`: this window has none that is good. */
export type StreamState = 'connecting' | 'open' | 'reconnecting' | 'stranger' | 'refused';

export interface EventStreamOptions {
  readonly onEvent: (event: StreamEvent) => void;
  readonly onState: (state: StreamState) => void;
  readonly signal: AbortSignal;
}

/** Milliseconds to wait before trying again: quickly first, then less and less often. */
const WAITS = [150, 300, 600, 1_200, 2_500, 5_000];
/** The server says something at least every 15 s; after three silences the line is dead (a machine that slept). */
const SILENCE = 50_000;

/**
 * The one stream of a window: everything that happens, in order. It comes back by itself, with the id of the last durable event, and
 * the server tells what was missed. Each time the server proves first that it knows the key (S4). `fetch` instead of EventSource, which
 * cannot send the token.
 */
export async function followEvents(options: EventStreamOptions): Promise<void> {
  let lastId: string | null = null;
  let failures = 0;
  let wasOpen = false;
  options.onState('connecting');
  while (!options.signal.aborted) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE);
    let trouble: StreamState = 'reconnecting';
    try {
      const proof = await proveServer();
      if (proof.state === 'unproven') trouble = wasOpen ? 'stranger' : 'refused';
      if (proof.state !== 'proven') throw new Error(`the server is ${proof.state}`);
      const response = await fetch('/events', {
        headers: { authorization: `Bearer ${proof.token}`, ...(lastId === null ? {} : { 'last-event-id': lastId }) },
        signal: AbortSignal.any([options.signal, silence.signal]),
        cache: 'no-store',
      });
      if (response.status === 401) {
        trouble = 'refused';
        throw new Error('the server refused the token');
      }
      if (!response.ok || !response.body) throw new Error(`the event stream answered ${response.status}`);
      const decoder = new TextDecoder();
      const text = new TransformStream<Uint8Array, string>({
        transform(chunk, controller) {
          clearTimeout(timer);
          timer = setTimeout(() => silence.abort(), SILENCE);
          controller.enqueue(decoder.decode(chunk, { stream: true }));
        },
      });
      const events = response.body.pipeThrough(text).pipeThrough(new EventSourceParserStream());
      const reader = events.getReader();
      for (;;) {
        const { value: message, done } = await reader.read();
        if (done) break;
        if (message.id) lastId = message.id;
        const event = JSON.parse(message.data) as StreamEvent;
        if (event.type === 'hello') {
          failures = 0;
          wasOpen = true;
          options.onState('open');
        }
        options.onEvent(event);
      }
    } catch {
      // The server went away, or the machine slept: said by the state, mended by trying again.
    } finally {
      clearTimeout(timer);
      forgetProof();
    }
    if (options.signal.aborted) return;
    options.onState(trouble);
    if (trouble === 'refused') return;
    await pause(WAITS[Math.min(failures, WAITS.length - 1)] ?? 5_000, options.signal);
    failures += 1;
  }
}

/** Waits, but not while there is a better moment: the window comes back into view, or the machine is online again. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener('online', done);
      document.removeEventListener('visibilitychange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    globalThis.addEventListener('online', done);
    document.addEventListener('visibilitychange', done);
    signal.addEventListener('abort', done);
  });
}

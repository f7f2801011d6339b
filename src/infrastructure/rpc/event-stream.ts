import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Announcement, ChangeStream, Told } from '../../application/services/change-stream.ts';
import type { StreamEvent } from '../../contract/events.ts';

export interface EventStreamDeps {
  readonly stream: ChangeStream;
  /** Changes when the server is started anew. */
  readonly instance: string;
  readonly version: string;
}

/** A comment that often keeps whatever stands between from taking the connection for dead; milliseconds. */
const HEARTBEAT = 15_000;
/** Live bytes that may wait for one window: one that takes nothing any more is let go, and comes back by its last id. */
const LAG_LIMIT = 4 * 1024 * 1024;

/** `GET /events`: the one stream of a window, as server-sent events. Ends when either side ends it. */
export async function serveEvents(request: IncomingMessage, response: ServerResponse, deps: EventStreamDeps): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const conversation = url.searchParams.get('conversation');
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  // A window that goes away in the middle of a word is no fault of anybody's.
  response.on('error', () => {});
  // What it missed comes all at once, and may wait as long as it likes.
  let mayWait = Number.POSITIVE_INFINITY;
  const send = (event: StreamEvent, id: number | null) => {
    if (response.destroyed) return;
    if (response.writableLength > mayWait) {
      response.destroy();
      return;
    }
    response.write(`${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`);
  };
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  const last = lastEventId(request, url);
  const unsubscribe = await deps.stream.subscribe(
    ({ seq, announcement }: Told) => {
      if (conversation === null || concerns(announcement, conversation)) send(announcement, seq);
    },
    last,
    (position) => send({ type: 'hello', seq: position, instance: deps.instance, version: deps.version }, position),
  );
  mayWait = response.writableLength + LAG_LIMIT;
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT);
  try {
    await gone;
  } finally {
    clearInterval(heartbeat);
    unsubscribe();
  }
}

/** As the browser's own reader sends it, or in the address for those that cannot. */
function lastEventId(request: IncomingMessage, url: URL): number | null {
  const given = request.headers['last-event-id'] ?? url.searchParams.get('after');
  const id = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : null;
  return id;
}

function concerns(announcement: Announcement, conversationId: string): boolean {
  return 'conversationId' in announcement ? announcement.conversationId === conversationId : true;
}

/**
 * A model server that answers from a script, over real HTTP, in every wire: `/v1/chat/completions`, `/v1/messages`, `/v1/responses`
 * and `/v1beta/models/MODEL:streamGenerateContent`.
 * Each request takes the next reply. In tests: `const server = await startScriptedModelServer([{ text: 'Hello' }])`.
 * On its own: `node tests/support/scripted-model-server.ts script.json` prints `{"port":…,"url":…}` on one line and serves until
 * it is ended, or its parent is gone; `GET /scripted/requests` then shows what was asked (`DELETE` forgets it too), `PUT /scripted/script`
 * gives new replies.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { geminiDocument, geminiEvents } from './scripted-gemini.ts';
import { responseDocument, responseEvents } from './scripted-responses.ts';
import { chatCompletion, chatEvents, messageDocument, messageEvents, type ScriptedContent, type WireEvent } from './scripted-wires.ts';

export interface ScriptedReply extends ScriptedContent {
  /** Taken only by a request whose body holds this text; replies before it in the script that do not fit are passed over, not used up. */
  readonly when?: string;
  /** How often this reply is given. Default 1. */
  readonly repeat?: number;
  /** Milliseconds before the head of the answer, and between events. */
  readonly firstDelayMs?: number;
  readonly delayMs?: number;
  /** The connection is destroyed after so many events. 0: after the head. */
  readonly cutAfterEvents?: number;
  /** Nothing more is sent after so many events, and the connection stays open. `true`: not even a head. */
  readonly silence?: boolean | number;
  /** The bytes of the stream are written in pieces that end at these offsets, each in a packet of its own. */
  readonly splitBytesAt?: readonly number[];
  /** The bytes of the stream are written so many at a time, each piece in a packet of its own. */
  readonly splitEvery?: number;
  /** Default `\n`. */
  readonly lineEnd?: '\n' | '\r\n' | '\r';
  /** Comments (`: keep-alive`) before each event. */
  readonly keepAliveComments?: number;
  /** A whole answer of another kind: status, headers and body as they stand. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Answers 200 with a web page. */
  readonly html?: boolean;
  /** Answers with one JSON document although a stream was asked for. */
  readonly jsonInsteadOfStream?: boolean;
  /** The stream is exactly this text. */
  readonly rawStream?: string;
  /** Leaves out the last event (`[DONE]`, `message_stop`, `response.completed`, the one with the reason) and ends in good order. */
  readonly noLastEvent?: boolean;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** What stands behind the path, `?` included. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds of the machine's monotonic clock, which other programs on it can read too: the head was there. */
  readonly arrivedAt: number;
  /** The same clock when the last piece of a stream was about to be written; null before that. */
  lastPieceAt: number | null;
  /** Set when the client went away before the answer was complete. */
  closedEarly: boolean;
}

export interface ScriptedModelServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, the base of the Messages and Gemini wires. The base of the other two is `url + '/v1'`. */
  readonly url: string;
  /** Requests to the wires, in order. */
  readonly requests: RecordedRequest[];
  /** Requests to anything else (`/api/show`, `/v1/models` …). */
  readonly otherRequests: RecordedRequest[];
  /** Replaces what is left of the script. */
  script(replies: readonly ScriptedReply[]): void;
  /** Replies that were not given yet. */
  left(): number;
  close(): Promise<void>;
}

export interface ScriptedServerOptions {
  /** JSON answers of other paths, such as `{'/api/show': {…}}`. */
  readonly routes?: Readonly<Record<string, unknown>>;
  readonly port?: number;
}

const PAGE = '<!DOCTYPE html><html><head><title>Router login</title></head><body><h1>Please log in</h1></body></html>';

class Script {
  #left: { reply: ScriptedReply; times: number }[] = [];

  replace(replies: readonly ScriptedReply[]): void {
    this.#left = replies.map((reply) => ({ reply, times: reply.repeat ?? 1 }));
  }

  take(body: string): ScriptedReply {
    const at = this.#left.findIndex((entry) => entry.reply.when === undefined || body.includes(entry.reply.when));
    const entry = this.#left[at];
    if (!entry)
      return { status: 400, body: JSON.stringify({ error: { type: 'invalid_request_error', message: 'the script has no reply left' } }) };
    entry.times -= 1;
    if (entry.times <= 0) this.#left.splice(at, 1);
    return entry.reply;
  }

  left(): number {
    return this.#left.reduce((sum, entry) => sum + entry.times, 0);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function sendJson(response: ServerResponse, status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.write(bytes, () => resolve());
  });
}

function encode(events: readonly WireEvent[], reply: ScriptedReply): Buffer[] {
  const end = reply.lineEnd ?? '\n';
  const comments = `: keep-alive${end}${end}`.repeat(reply.keepAliveComments ?? 0);
  return events.map((event) =>
    Buffer.from(`${comments}${event.event ? `event: ${event.event}${end}` : ''}data: ${event.data}${end}${end}`),
  );
}

/** The same bytes in other pieces. */
function cutUp(whole: Buffer, reply: ScriptedReply): Buffer[] {
  const every = reply.splitEvery;
  const places = every
    ? Array.from({ length: Math.floor(whole.length / every) }, (_, at) => (at + 1) * every)
    : [...(reply.splitBytesAt ?? [])];
  const pieces: Buffer[] = [];
  let from = 0;
  for (const place of [...places, whole.length]) {
    if (place > from) pieces.push(whole.subarray(from, place));
    from = Math.max(from, place);
  }
  return pieces;
}

function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function sendStream(
  request: RecordedRequest,
  response: ServerResponse,
  reply: ScriptedReply,
  events: readonly WireEvent[],
): Promise<void> {
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...reply.headers });
  response.flushHeaders();
  const kept = reply.noLastEvent ? events.slice(0, -1) : events;
  let pieces = reply.rawStream === undefined ? encode(kept, reply) : [Buffer.from(reply.rawStream)];
  const inPackets = reply.splitEvery !== undefined || reply.splitBytesAt !== undefined;
  if (inPackets) pieces = cutUp(Buffer.concat(pieces), reply);
  const stopAt = reply.cutAfterEvents ?? (typeof reply.silence === 'number' ? reply.silence : Infinity);
  for (const [at, piece] of pieces.entries()) {
    if (at >= stopAt || response.destroyed) break;
    if (at === pieces.length - 1) request.lastPieceAt = monotonic();
    const written = write(response, piece);
    if (reply.delayMs || inPackets || stopAt !== Infinity) await written;
    if (reply.delayMs) await sleep(reply.delayMs);
    else if (inPackets) await new Promise((resolve) => setImmediate(resolve));
    else if (response.writableNeedDrain) await written;
  }
  if (typeof reply.silence === 'number') return;
  if (reply.cutAfterEvents !== undefined) {
    await sleep(5);
    response.socket?.destroy();
  } else response.end();
}

async function answer(request: RecordedRequest, response: ServerResponse, reply: ScriptedReply): Promise<void> {
  if (reply.firstDelayMs) await sleep(reply.firstDelayMs);
  if (reply.silence === true) return;
  if (reply.html) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(PAGE);
    return;
  }
  if (reply.body !== undefined || (reply.status !== undefined && reply.status !== 200)) {
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body ?? '{}');
    return;
  }
  const asked = JSON.parse(request.body.toString('utf8')) as { model?: string; stream_options?: { include_usage?: boolean } };
  const model = asked.model ?? 'scripted';
  const wire = wireOf(request.path);
  if (reply.jsonInsteadOfStream) sendJson(response, 200, documentOf(wire, reply, model), reply.headers);
  else await sendStream(request, response, reply, eventsOf(wire, reply, model, asked.stream_options?.include_usage === true));
}

type Wire = 'chat' | 'messages' | 'responses' | 'gemini';

function wireOf(path: string): Wire | null {
  if (path.endsWith('/chat/completions')) return 'chat';
  if (path.endsWith('/v1/messages')) return 'messages';
  if (path.endsWith('/responses')) return 'responses';
  return path.endsWith(':streamGenerateContent') ? 'gemini' : null;
}

function eventsOf(wire: Wire | null, reply: ScriptedReply, model: string, includeUsage: boolean): WireEvent[] {
  if (wire === 'responses') return responseEvents(reply, model);
  if (wire === 'gemini') return geminiEvents(reply, model);
  return wire === 'chat' ? chatEvents(reply, model, includeUsage) : messageEvents(reply, model);
}

function documentOf(wire: Wire | null, reply: ScriptedReply, model: string): unknown {
  if (wire === 'responses') return responseDocument(reply, model);
  if (wire === 'gemini') return geminiDocument(reply, model);
  return wire === 'chat' ? chatCompletion(reply, model) : messageDocument(reply);
}

function shown(request: RecordedRequest) {
  return { ...request, body: request.body.toString('utf8') };
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startScriptedModelServer(
  replies: readonly ScriptedReply[] = [],
  options: ScriptedServerOptions = {},
): Promise<ScriptedModelServer> {
  const script = new Script();
  script.replace(replies);
  const requests: RecordedRequest[] = [];
  const otherRequests: RecordedRequest[] = [];
  const routes: Record<string, unknown> = {
    '/v1/models': { object: 'list', data: [{ id: 'scripted', object: 'model' }] },
    ...options.routes,
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const asked = (incoming.url ?? '/').replace(/^https?:\/\/[^/]+/, '');
    const path = asked.replace(/\?.*$/, '');
    const arrivedAt = monotonic();
    const recorded: RecordedRequest = {
      method: incoming.method ?? 'GET',
      path,
      query: asked.slice(path.length),
      headers: incoming.headers,
      body: await readBody(incoming),
      at: Date.now(),
      arrivedAt,
      lastPieceAt: null,
      closedEarly: false,
    };
    response.on('close', () => (recorded.closedEarly = !response.writableFinished));
    if (path === '/scripted/requests') {
      const all = recorded.method === 'DELETE' ? requests.splice(0) : requests;
      return sendJson(response, 200, all.map(shown));
    }
    if (path === '/scripted/script') {
      script.replace(JSON.parse(recorded.body.toString('utf8')) as ScriptedReply[]);
      return sendJson(response, 200, { left: script.left() });
    }
    if (wireOf(path) !== null) {
      requests.push(recorded);
      return answer(recorded, response, script.take(recorded.body.toString('utf8')));
    }
    otherRequests.push(recorded);
    const known = routes[path];
    return known === undefined ? sendJson(response, 404, { error: { message: 'no such path' } }) : sendJson(response, 200, known);
  };

  const server = createServer((incoming, response) => {
    response.on('error', () => undefined);
    serve(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message: String(error) } });
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    otherRequests,
    script: (next) => script.replace(next),
    left: () => script.left(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const file = process.argv[2];
  const parent = process.ppid;
  const server = await startScriptedModelServer(file ? (JSON.parse(readFileSync(file, 'utf8')) as ScriptedReply[]) : []);
  process.stdout.write(`${JSON.stringify({ port: server.port, url: server.url })}\n`);
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000);
  process.on('SIGTERM', () => process.exit(0));
}

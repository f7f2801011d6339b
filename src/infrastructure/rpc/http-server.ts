import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failure, FailureError } from '../../core/models/failure.ts';
import { serveEvents } from './event-stream.ts';
import { createGuard, type Guard } from './guard.ts';
import { readJson } from './read-body.ts';
import { COMMON_HEADERS, replyFailure, replyJson } from './reply.ts';
import type { RestHandler } from './rest-handler.ts';
import type { Served } from './served.ts';
import { serveStatic } from './static-files.ts';
import { serveDownload, serveMedia, takeUpload } from './transfers.ts';

/** Bytes of one request's JSON at most. */
const JSON_LIMIT = 1024 * 1024;
/** Ports that are looked at after the wished one, when it is taken. */
const PORTS_TRIED = 50;

export interface HttpServerOptions {
  /** The wished port; the next free one is taken where it is in use. 0: any. */
  readonly port: number;
  readonly token: string;
  /** The page says so, and keeps nothing in the browser. */
  readonly isIncognito?: boolean;
  /** Told how many windows are open, at every change. */
  onWindows?(count: number): void;
  /** The language that the person chose for the page; null: none. */
  language(): Promise<string | null>;
  /** Folder of the built page. */
  readonly page: string;
  readonly instance: string;
  readonly version: string;
  /** The application; put together when it is first wanted. */
  readonly served: Served;
}

export interface RunningServer {
  readonly port: number;
  /** Takes no more requests and ends the streams. Resolves when every connection is closed. */
  close(): Promise<void>;
}

type Handle = (request: IncomingMessage & { readonly body: unknown }, response: ServerResponse) => Promise<boolean>;

/** Serves the application over HTTP on this machine alone. @throws FailureError `usage` when no port is free */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  const { createServer } = process.getBuiltinModule('node:http');
  const routes = new Routes(options);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void routes.answer(request, response));
  const port = await listen(server, options.port);
  routes.open(port);
  return { port, close: () => close(server) };
}

async function listen(server: Server, wished: number): Promise<number> {
  for (let port = wished; ; port += 1) {
    const error = await tryPort(server, port);
    if (!error) return (server.address() as AddressInfo).port;
    const isTaken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
    if (!isTaken) throw error;
    if (port >= wished + PORTS_TRIED || port >= 65_535)
      throw new FailureError('usage', `No port from ${wished} to ${port} is free. Choose another with --port.`);
  }
}

function tryPort(server: Server, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => resolve(error);
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      resolve(null);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Which part of the server answers what. */
class Routes {
  readonly #options: HttpServerOptions;
  #guard: Guard | null = null;
  #address = '';
  #rpc: Promise<Handle> | null = null;
  #rest: Promise<RestHandler> | null = null;
  #windows = 0;

  constructor(options: HttpServerOptions) {
    this.#options = options;
  }

  /** From now on requests are let in: the port, and with it our own names, are known. */
  open(port: number): void {
    this.#guard = createGuard(port, this.#options.token);
    this.#address = `http://127.0.0.1:${port}`;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      this.#fail(error, response);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = this.#guard ? this.#guard.checkAddress(request) : failure('forbidden', 'The server is not open yet.');
    if (refused) return refuse(request, response, refused);
    const path = pathOf(request);
    const [, room = '', ticket = ''] = path.split('/');
    const { served } = this.#options;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (path === '/health' && reads) return this.#health(request, response);
    if (room === 'open' && request.method === 'GET') return this.#open(ticket, response);
    if (room === 'downloads' && request.method === 'GET') return serveDownload(ticket, response, served.tickets);
    if (room === 'uploads' && request.method === 'PUT') return takeUpload(ticket, request, response, served.tickets);
    if (!PROTECTED.has(room)) {
      if (reads && (await serveStatic(request, response, { ...this.#options, folder: this.#options.page }))) {
        // Whoever opens the page calls procedures next.
        if (response.hasHeader('content-security-policy')) setImmediate(() => void this.#rpcHandler());
        return undefined;
      }
      return replyFailure(response, failure('route_not_found', 'There is nothing at this address.'));
    }
    const unknown = this.#guard?.checkToken(request) ?? null;
    if (unknown) return refuse(request, response, unknown);
    return this.#protected(request, response, path);
  }

  /** Whether it answers; asked with a nonce, also whether it is the server that the asker knows. */
  #health(request: IncomingMessage, response: ServerResponse): void {
    const nonce = new URL(request.url ?? '/', this.#address).searchParams.get('nonce');
    if (nonce === null) return replyJson(response, 200, { status: 'ok' });
    const proof = this.#guard?.prove(nonce) ?? null;
    if (proof === null) return replyFailure(response, failure('usage', 'A nonce is 16 to 128 hexadecimal digits.'));
    return replyJson(response, 200, { status: 'ok', proof });
  }

  async #protected(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (path === '/events' && request.method === 'GET') {
      const { served, instance, version } = this.#options;
      this.#count(response);
      return serveEvents(request, response, { stream: served.stream, instance, version });
    }
    if (path.startsWith('/media/') && request.method === 'GET') {
      return serveMedia(path.split('/').slice(2), response, this.#options.served.reader);
    }
    if (path === '/launch' && request.method === 'POST') {
      return replyJson(response, 200, { url: `/open/${this.#options.served.tickets.forLaunch()}` });
    }
    if (path === '/api/openapi.json' && request.method === 'GET')
      return replyJson(response, 200, await (await this.#restHandler()).document());
    const withBody = Object.assign(request, { body: await readJson(request, JSON_LIMIT) });
    const isAnswered = path.startsWith('/rpc/')
      ? await (
          await this.#rpcHandler()
        )(withBody, response)
      : path.startsWith('/api/') && (await (await this.#restHandler()).handle(withBody, response));
    if (!isAnswered) replyFailure(response, failure('route_not_found', 'There is nothing at this address.'));
  }

  /** A window is open as long as its stream. */
  #count(stream: ServerResponse): void {
    this.#options.onWindows?.((this.#windows += 1));
    stream.once('close', () => this.#options.onWindows?.((this.#windows -= 1)));
  }

  /** The way into the page for a browser that is started: what stands in its command line can be read by everybody on the machine. */
  #open(ticket: string, response: ServerResponse): void {
    const { served, token } = this.#options;
    if (!served.tickets.takeLaunch(ticket))
      return replyFailure(response, failure('route_not_found', 'This address is good once, and for a minute.'));
    response.writeHead(303, { location: `/#token=${encodeURIComponent(token)}`, 'cache-control': 'no-store' });
    response.end();
  }

  #rpcHandler(): Promise<Handle> {
    return (this.#rpc ??= import('./rpc-handler.ts').then(({ createRpcHandler }) => createRpcHandler(this.#options.served)));
  }

  #restHandler(): Promise<RestHandler> {
    const { served, version } = this.#options;
    return (this.#rest ??= import('./rest-handler.ts').then(({ createRestHandler }) =>
      createRestHandler(served, { version, address: this.#address }),
    ));
  }

  #fail(error: unknown, response: ServerResponse): void {
    if (response.headersSent) {
      // An answer that breaks off is the only sign that is left to give.
      if (!(error instanceof FailureError)) this.#options.served.reportBug(error);
      response.destroy();
      return undefined;
    }
    if (error instanceof FailureError) {
      // What was not read of the request is not read any more.
      response.setHeader('connection', 'close');
      return replyFailure(response, error.failure);
    }
    // The client went away in the middle of its request.
    if (response.destroyed || response.req.destroyed) return undefined;
    this.#options.served.reportBug(error);
    return replyFailure(response, failure('internal', 'Glasshouse hit a fault of its own.'));
  }
}

/** Rooms that want the token; everything else is the page. */
const PROTECTED: ReadonlySet<string> = new Set(['rpc', 'api', 'events', 'launch', 'media']);

function refuse(request: IncomingMessage, response: ServerResponse, reason: Parameters<typeof replyFailure>[1]): void {
  // The body of a request that is turned away is not read.
  if (request.method !== 'GET' && request.method !== 'HEAD') response.setHeader('connection', 'close');
  replyFailure(response, reason);
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

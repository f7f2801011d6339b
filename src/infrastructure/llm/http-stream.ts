import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Failure, Result } from '../../core/models/failure.ts';
import { failure } from '../../core/models/failure.ts';
import { connectionFailure, isCertificateError } from './connection-failure.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Milliseconds without a single byte before the answer counts as silent; also the wait for its head. */
  readonly silenceMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The bytes as they come. Throws {@link BrokenStream} when the connection breaks, goes silent or is stopped.
   * Leaving it early closes nothing: say `release` or `abandon`.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** At most `limit` bytes as text, waiting at most `withinMs`; what came until then if the rest does not. */
  text(limit: number, withinMs: number): Promise<string>;
  /** The answer is complete for us: reads the little that is left so that the connection can be used again. */
  release(): void;
  /** The rest is not wanted: closes the connection. */
  abandon(): void;
}

export class BrokenStream extends Error {
  readonly failure: Failure;
  constructor(cause: Failure) {
    super(cause.message);
    this.failure = cause;
  }
}

export interface HttpStream {
  /** Never rejects. Redirects are answers like others: what was sent (a key) is not sent on to another place. */
  send(request: HttpRequest): Promise<Result<HttpAnswer>>;
  close(): void;
}

export interface HttpStreamDeps {
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count, in either case. Machines' own addresses never go through a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default 10 s. */
  readonly connectMs?: number;
}

const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether the address is on this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** HTTP over Node's own modules, loaded on first use, with kept-alive connections. */
export function createHttpStream(deps: HttpStreamDeps): HttpStream {
  const agents = new Map<string, Agent>();
  const connectMs = deps.connectMs ?? 10_000;
  let systemAuthorities = false;

  const agentFor = (url: URL): Agent => {
    const direct = isLoopback(url.hostname);
    // A proxy can be another one than it was: then it has connections of its own.
    const way = direct ? 'direct' : JSON.stringify(proxySettings(deps.env));
    const name = `${url.protocol}${way}${systemAuthorities ? 'system' : ''}`;
    let agent = agents.get(name);
    if (!agent) {
      agent = url.protocol === 'https:' ? httpsAgent(direct ? {} : deps.env, systemAuthorities) : httpAgent(direct ? {} : deps.env);
      agents.set(name, agent);
    }
    return agent;
  };

  const send = async (request: HttpRequest): Promise<Result<HttpAnswer>> => {
    let url: URL;
    try {
      url = new URL(request.url);
    } catch {
      return { ok: false, failure: failure('model_unreachable', `${JSON.stringify(request.url)} is not an address.`) };
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      return { ok: false, failure: failure('model_unreachable', `${url.protocol}// is not spoken here; give an http or https address.`) };
    }
    const broken = isLoopback(url.hostname) ? undefined : Object.entries(proxySettings(deps.env)).find(isNoProxyAddress)?.[0];
    if (broken !== undefined) {
      return {
        ok: false,
        failure: failure('model_unreachable', `The proxy in ${broken.toUpperCase()} is no address that can be reached.`),
      };
    }
    for (let tries = 0; ; tries += 1) {
      const attempt = await once(request, url, agentFor(url), connectMs);
      if (attempt.kind === 'answer') return { ok: true, value: attempt.answer };
      // A kept-alive connection that the server had closed meanwhile: nothing was answered, a new connection is tried once.
      if (attempt.stale && tries === 0) continue;
      // A company's own authority may be known to the system only; reading its store costs 50 ms and is done when it is needed.
      if (!systemAuthorities && isCertificateError(attempt.error)) {
        systemAuthorities = true;
        continue;
      }
      return { ok: false, failure: attempt.failure ?? connectionFailure(attempt.error, url, proxyOf(deps.env, url)) };
    }
  };

  return {
    send,
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

function proxySettings(env: HttpStreamDeps['env']): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']) {
    const value = env[name];
    if (value) settings[name] = value;
  }
  return settings;
}

/** Node falls over such a one, and past it nothing may go. */
function isNoProxyAddress([name, value]: readonly [name: string, value: string]): boolean {
  return name.toLowerCase() !== 'no_proxy' && !URL.canParse(value.includes('://') ? value : `http://${value}`);
}

export function proxyOf(env: HttpStreamDeps['env'], url: URL): string | null {
  if (isLoopback(url.hostname)) return null;
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[name.toLowerCase()] || env[name];
  if (!value) return null;
  return URL.canParse(value) ? new URL(value).host : 'the configured proxy';
}

function httpAgent(env: HttpStreamDeps['env']): Agent {
  const { Agent } = process.getBuiltinModule('node:http');
  return new Agent({ keepAlive: true, proxyEnv: proxySettings(env) });
}

function httpsAgent(env: HttpStreamDeps['env'], systemAuthorities: boolean): Agent {
  const { Agent } = process.getBuiltinModule('node:https');
  const tls = process.getBuiltinModule('node:tls');
  const ca = systemAuthorities ? { ca: [...tls.getCACertificates('default'), ...tls.getCACertificates('system')] } : {};
  return new Agent({ keepAlive: true, proxyEnv: proxySettings(env), ...ca });
}

type Attempt =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'failed'; readonly error: unknown; readonly stale: boolean; readonly failure?: Failure };

const STOPPED = failure('run_cancelled', 'Stopped.');

function once(request: HttpRequest, url: URL, agent: Agent, connectMs: number): Promise<Attempt> {
  return new Promise((resolve) => {
    if (request.signal.aborted) return resolve({ kind: 'failed', error: null, stale: false, failure: STOPPED });
    const module = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
    const body = request.body === undefined ? undefined : Buffer.from(request.body, 'utf8');
    const headers = { 'user-agent': 'glasshouse', ...request.headers, ...(body ? { 'content-length': String(body.length) } : {}) };
    let own: Failure | undefined;
    let sent: ClientRequest;
    try {
      sent = module.request(url, { method: request.method, headers, agent });
    } catch (error) {
      return resolve({ kind: 'failed', error, stale: false });
    }
    const end = (reason: Failure) => {
      own = reason;
      sent.destroy(new BrokenStream(reason));
    };
    const onAbort = () => end(STOPPED);
    const connecting = setTimeout(
      () => end(failure('model_unreachable', `${url.host} did not take the connection within ${seconds(connectMs)}.`)),
      connectMs,
    );
    const silence = setTimeout(() => end(silentFor(url, request.silenceMs)), request.silenceMs + connectMs);
    request.signal.addEventListener('abort', onAbort, { once: true });
    sent.on('socket', (socket) => {
      const connected = () => clearTimeout(connecting);
      if (sent.reusedSocket || !(socket.connecting || url.protocol === 'https:')) connected();
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
    });
    const settle = (attempt: Attempt) => {
      clearTimeout(connecting);
      clearTimeout(silence);
      if (attempt.kind === 'failed') request.signal.removeEventListener('abort', onAbort);
      resolve(attempt);
    };
    sent.on('error', (error) =>
      settle({ kind: 'failed', error, stale: sent.reusedSocket && isReset(error), ...(own ? { failure: own } : {}) }),
    );
    sent.on('response', (response) => settle({ kind: 'answer', answer: answerFrom(response, request, url, onAbort) }));
    sent.end(body);
  });
}

function isReset(error: Error): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function seconds(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${ms} ms`;
}

function silentFor(url: URL, silenceMs: number): Failure {
  return failure('model_silent', `${url.host} sent nothing for ${seconds(silenceMs)}.`);
}

function answerFrom(response: IncomingMessage, request: HttpRequest, url: URL, onAbort: () => void): HttpAnswer {
  const forget = () => request.signal.removeEventListener('abort', onAbort);
  // Without this an error after the last read would end the process.
  response.on('error', () => undefined);
  response.once('close', forget);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return {
    status: response.statusCode ?? 0,
    headers,
    bytes: bytesOf(response, request, url),
    text: (limit, withinMs) => boundedText(response, limit, withinMs),
    release() {
      if (response.destroyed || response.readableEnded) return;
      const giveUp = setTimeout(() => response.destroy(), 1000);
      giveUp.unref();
      response.once('close', () => clearTimeout(giveUp));
      response.resume();
    },
    abandon: () => void response.destroy(),
  };
}

/** Pieces after which an answer counts as a long one. From there on it is read half a frame at a time, not word by word. */
const LONG_ANSWER = 32;
/** Milliseconds; what comes meanwhile waits in the connection, which holds the server back where it is too much. */
const HALF_FRAME = 8;

/**
 * The bytes that have come, all at once, whenever there are some. Node's own iterator would look after the stream with a dozen listeners,
 * which costs more than a short answer.
 */
async function* piecesOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  let error: Error | null = null;
  let wake = () => {};
  const onChange = () => wake();
  response.on('error', (reason) => (error = reason));
  for (const event of ['readable', 'end', 'close']) response.on(event, onChange);
  while (true) {
    const pieces: Buffer[] = [];
    for (let piece = response.read() as Buffer | null; piece !== null; piece = response.read() as Buffer | null) pieces.push(piece);
    const [first] = pieces;
    if (first) yield pieces.length === 1 ? first : Buffer.concat(pieces);
    else if (error !== null) throw error;
    else if (response.readableEnded) return;
    else if (response.destroyed) throw new Error('closed before its end');
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

async function* bytesOf(response: IncomingMessage, request: HttpRequest, url: URL): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(() => response.destroy(new BrokenStream(silentFor(url, request.silenceMs))), request.silenceMs);
  let pieces = 0;
  try {
    for await (const piece of piecesOf(response)) {
      yield piece;
      silence.refresh();
      pieces += 1;
      // Nobody waits for the rest of an answer that is there already.
      if (pieces > LONG_ANSWER && !response.complete) await new Promise((resolve) => setTimeout(resolve, HALF_FRAME));
    }
  } catch (error) {
    if (request.signal.aborted) throw new BrokenStream(STOPPED);
    if (error instanceof BrokenStream) throw error;
    throw new BrokenStream(failure('model_stream_cut', `The connection to ${url.host} broke in the middle of the answer.`));
  } finally {
    clearTimeout(silence);
  }
}

async function boundedText(response: IncomingMessage, limit: number, withinMs: number): Promise<string> {
  const giveUp = setTimeout(() => response.destroy(), withinMs);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= limit) break;
    }
  } catch {
    // What came until the connection broke is all there is to show.
  } finally {
    clearTimeout(giveUp);
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}

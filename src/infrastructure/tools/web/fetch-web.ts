import type { IncomingMessage } from 'node:http';
import { FailureError } from '../../../core/models/failure.ts';
import { checkAddress } from './web-address.ts';
import type { WebNetwork } from './web-network.ts';
import { proxyFor } from './web-proxy.ts';
import { openRoute, type WebRoute } from './web-route.ts';

/** From the first connection to the last byte, unless the owner says otherwise. */
const LIMIT_MS = 30_000;
/** Bytes of one answer, unpacked. */
const LARGEST_ANSWER = 20 * 1024 * 1024;
const MOST_REDIRECTS = 5;

export interface WebDeps {
  readonly network: WebNetwork;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limitMs?: number;
}

export interface WebRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the answer may be, by its content type. */
  readonly accepts: (type: string) => boolean;
  /** The person chose this very address: it may be on this machine or its network, and no redirect is followed from it. */
  readonly isChosen?: boolean;
  /** What a status means there; null: nothing of its own. */
  readonly explain?: (status: number) => string | null;
}

export type WebAnswer =
  | { readonly kind: 'answer'; readonly url: URL; readonly type: string; readonly body: Buffer }
  /** It is at another place, which whoever asked has to want. */
  | { readonly kind: 'moved'; readonly to: URL };

/**
 * Asks a server of the web. Redirects are followed on the same host, each checked anew; one to another host is an answer of its own.
 * No cookie is kept, nothing is sent that is not in the request.
 * @throws FailureError web_address_refused, web_unreachable, web_status, web_type_unsupported, web_too_large, tool_timeout; what the signal gives
 */
export async function fetchWeb(request: WebRequest, deps: WebDeps, signal: AbortSignal): Promise<WebAnswer> {
  const limitMs = deps.limitMs ?? LIMIT_MS;
  const late = AbortSignal.timeout(limitMs);
  const either = AbortSignal.any([signal, late]);
  try {
    return await followed(request, deps, either);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw new FailureError('tool_timeout', `${request.url.host} took more than ${limitMs / 1000} seconds.`);
    throw error;
  }
}

async function followed(request: WebRequest, deps: WebDeps, signal: AbortSignal): Promise<WebAnswer> {
  let { url } = request;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    if (!request.isChosen) checkAddress(url);
    const response = await ask({ ...request, url }, deps, signal);
    try {
      const target = redirectOf(response, url);
      if (target === null) return { kind: 'answer', url, ...(await bodyOf(response, request, url, signal)) };
      if (request.isChosen) throw new FailureError('web_unreachable', `${url.host} sends requests to another place, ${target.host}.`);
      checkAddress(target);
      if (!staysThere(url, target)) return { kind: 'moved', to: target };
      url = target;
    } finally {
      response.destroy();
    }
  }
  throw new FailureError('web_unreachable', `${request.url.host} redirects again and again.`);
}

async function ask(request: WebRequest, deps: WebDeps, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, body } = request;
  const route = await openRoute({ url, proxy: proxyFor(deps.env, url), isChosen: request.isChosen ?? false }, deps.network, signal);
  try {
    return await send(route, request, body, signal);
  } catch (error) {
    route.socket.destroy();
    signal.throwIfAborted();
    throw new FailureError('web_unreachable', `${url.host} ended the connection without an answer.`, { cause: error });
  }
}

function send(
  route: WebRoute,
  { url, method = 'GET', headers = {} }: WebRequest,
  body: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const http = process.getBuiltinModule('node:http');
  const path = `${url.pathname}${url.search}`;
  const forwarded = route.forward?.authorization ?? null;
  const sent = http.request({
    createConnection: () => route.socket,
    method,
    path: route.forward === null ? path : `${url.origin}${path}`,
    headers: {
      host: url.host,
      'user-agent': 'Mozilla/5.0 (compatible; Glasshouse)',
      'accept-encoding': 'gzip, deflate, br',
      connection: 'close',
      ...headers,
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...(forwarded === null ? {} : { 'proxy-authorization': forwarded }),
    },
    maxHeaderSize: 64 * 1024,
    signal,
  });
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    // Also what comes after the answer: without a listener it would end this process.
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Where an answer sends whoever asked; null where it does not. @throws FailureError web_unreachable */
function redirectOf(response: IncomingMessage, from: URL): URL | null {
  const { statusCode = 0, headers } = response;
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return null;
  // Node reads header bytes as Latin-1; servers write UTF-8.
  const given = Buffer.from(headers.location, 'latin1').toString('utf8');
  if (!URL.canParse(given, from.href)) throw new FailureError('web_unreachable', `${from.host} redirects to no address.`);
  const target = new URL(given, from.href);
  target.hash = '';
  return target;
}

/** The same server, and not with less encryption than before: what was allowed is allowed there too. */
function staysThere(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  return from.hostname === to.hostname && from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
}

async function bodyOf(
  response: IncomingMessage,
  request: WebRequest,
  url: URL,
  signal: AbortSignal,
): Promise<{ type: string; body: Buffer }> {
  const { statusCode = 0, headers } = response;
  if (statusCode < 200 || statusCode > 299) {
    const { STATUS_CODES } = process.getBuiltinModule('node:http');
    const meaning = request.explain?.(statusCode) ?? null;
    const status = `${url.host} answered ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trim();
    throw new FailureError('web_status', `${status}.${meaning === null ? '' : ` ${meaning}`}`);
  }
  const type = headers['content-type'] ?? '';
  if (!request.accepts(type.split(';')[0]?.trim().toLowerCase() ?? '')) {
    throw new FailureError('web_type_unsupported', `${url.host} gives ${JSON.stringify(type.slice(0, 100))} there, which is not read.`);
  }
  if (Number(headers['content-length'] ?? 0) > LARGEST_ANSWER) throw tooLarge(url);
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of unpacked(response)) {
      size += (piece as Buffer).length;
      if (size > LARGEST_ANSWER) throw tooLarge(url);
      pieces.push(piece as Buffer);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailureError) throw error;
    throw new FailureError('web_unreachable', `The answer of ${url.host} broke off.`, { cause: error });
  }
  return { type, body: Buffer.concat(pieces) };
}

function unpacked(response: IncomingMessage): AsyncIterable<unknown> {
  const { pipeline } = process.getBuiltinModule('node:stream');
  const zlib = process.getBuiltinModule('node:zlib');
  const packing = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (packing === '' || packing === 'identity') return response;
  const unpack = packing === 'br' ? zlib.createBrotliDecompress() : zlib.createUnzip();
  // What goes wrong is told to whoever reads.
  return pipeline(response, unpack, () => undefined);
}

function tooLarge(url: URL): FailureError {
  return new FailureError('web_too_large', `${url.host} gives more than ${LARGEST_ANSWER / 1024 / 1024} MB there.`);
}

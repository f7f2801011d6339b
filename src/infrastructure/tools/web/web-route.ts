import type { Socket } from 'node:net';
import { FailureError } from '../../../core/models/failure.ts';
import { isPublicAddress } from './public-address.ts';
import { literalAddress, refused } from './web-address.ts';
import type { WebNetwork } from './web-network.ts';

/** A connection over which one request can be made. */
export interface WebRoute {
  readonly socket: Socket;
  /** To be sent to a proxy that forwards the request itself: it wants the whole address, and perhaps to know who asks. */
  readonly forward: { readonly authorization: string | null } | null;
}

/** Where a request goes. */
export interface WebTarget {
  readonly url: URL;
  readonly proxy: URL | null;
  /** The person chose this very address, wherever it leads. */
  readonly isChosen: boolean;
}

/**
 * Connects to the server of an address. Without a proxy its name is looked up once, all that it stands for is checked, and the connection
 * goes to what was checked: a second look-up could answer otherwise. Through a proxy the name is checked here as far as it is known here.
 * @throws FailureError web_address_refused, web_unreachable
 */
export async function openRoute({ url, proxy, isChosen }: WebTarget, network: WebNetwork, signal: AbortSignal): Promise<WebRoute> {
  if (proxy === null) {
    const socket = await dialAny(await addressesOf(url, network, isChosen, signal), url, network, signal);
    return { socket: url.protocol === 'https:' ? await secured(socket, url, network, signal) : socket, forward: null };
  }
  // What only the proxy can look up is its to refuse.
  await addressesOf(url, network, isChosen, signal).catch((error: unknown) => {
    if (error instanceof FailureError && error.failure.code === 'web_address_refused') throw error;
  });
  const plain = await dialAny([bare(proxy.hostname)], proxy, network, signal);
  const toProxy = proxy.protocol === 'https:' ? await secured(plain, proxy, network, signal) : plain;
  const authorization = credentials(proxy);
  if (url.protocol === 'http:') return { socket: toProxy, forward: { authorization } };
  await tunnel(toProxy, url, authorization, signal);
  return { socket: await secured(toProxy, url, network, signal), forward: null };
}

async function addressesOf(url: URL, network: WebNetwork, isChosen: boolean, signal: AbortSignal): Promise<readonly string[]> {
  const literal = literalAddress(url);
  const found = literal === null ? await beforeStop(network.resolve(url.hostname), signal).catch(() => []) : [literal];
  signal.throwIfAborted();
  if (found.length === 0) throw unreachable(`There is no ${url.hostname}, or its name cannot be looked up from here.`);
  const closed = isChosen ? undefined : found.find((address) => !isPublicAddress(address));
  if (closed !== undefined) throw refused(`${url.hostname} leads to ${closed}, which is not a public address.`);
  return found;
}

async function dialAny(addresses: readonly string[], url: URL, network: WebNetwork, signal: AbortSignal): Promise<Socket> {
  let cause: unknown;
  for (const address of addresses.slice(0, 4)) {
    try {
      return await network.dial(address, portOf(url), signal);
    } catch (error) {
      signal.throwIfAborted();
      cause = error;
    }
  }
  throw unreachable(`${url.host} does not take the connection.`, cause);
}

/** TLS over a connection; the certificate has to be that of the name in the address. */
async function secured(socket: Socket, url: URL, network: WebNetwork, signal: AbortSignal): Promise<Socket> {
  const tls = process.getBuiltinModule('node:tls');
  const isLiteral = literalAddress(url) !== null;
  const ca = [...tls.getCACertificates('default'), ...tls.getCACertificates('system'), ...(network.authorities ?? [])];
  const host = bare(url.hostname);
  const safe = tls.connect({ socket, host, ca, ALPNProtocols: ['http/1.1'], ...(isLiteral ? {} : { servername: host }) });
  const end = () => safe.destroy(new Error('stopped'));
  signal.addEventListener('abort', end, { once: true });
  try {
    await new Promise<void>((resolve, reject) => safe.once('secureConnect', resolve).once('error', reject));
    return safe;
  } catch (error) {
    safe.destroy();
    socket.destroy();
    signal.throwIfAborted();
    throw unreachable(
      `${url.host} could not prove who it is: ${error instanceof Error ? error.message.slice(0, 200) : 'TLS failed'}.`,
      error,
    );
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** Asks a proxy to connect to the server and pass on what is said. */
async function tunnel(socket: Socket, url: URL, authorization: string | null, signal: AbortSignal): Promise<void> {
  const http = process.getBuiltinModule('node:http');
  const target = `${url.hostname}:${portOf(url)}`;
  const request = http.request({
    createConnection: () => socket,
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(authorization === null ? {} : { 'proxy-authorization': authorization }) },
    signal,
  });
  const status = await new Promise<number>((resolve, reject) => {
    request.once('connect', (response) => resolve(response.statusCode ?? 0)).once('error', reject);
    request.once('response', (response) => resolve(response.statusCode ?? 0)).end();
  }).catch((error: unknown) => {
    socket.destroy();
    signal.throwIfAborted();
    throw unreachable(`The proxy ended the connection to ${url.host}.`, error);
  });
  if (status === 200) return;
  socket.destroy();
  throw unreachable(`The proxy refused the connection to ${url.host} (HTTP ${status}).`);
}

function credentials(proxy: URL): string | null {
  if (proxy.username === '') return null;
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** What cannot be stopped itself (a look-up by the system) is no longer waited for. */
async function beforeStop<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Error('stopped'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function unreachable(message: string, cause?: unknown): FailureError {
  return new FailureError('web_unreachable', message, { cause });
}

import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { WebNetwork } from '../../src/infrastructure/tools/web/web-network.ts';
import { WEB_CERTIFICATE, WEB_CERTIFICATE_KEY } from './web-certificate.ts';

/** An address that everybody may reach; here the local server stands behind it. */
export const PUBLIC = '93.184.215.14';

/** A server on this machine that stands in for a public one: names lead to addresses as the test says, connections to this server. */
export interface WebSite {
  readonly network: WebNetwork;
  readonly requests: { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers']; body: string }[];
  /** What was looked up, and what was connected to. */
  readonly resolved: string[];
  readonly dialled: string[];
  /** What a name leads to, each time it is looked up; else PUBLIC. */
  names: Record<string, string[][]>;
  answer: RequestListener;
  /** The port on this machine to which it tunnels as a proxy; null: it refuses. */
  tunnelTo: number | null;
  readonly port: number;
  close(): Promise<void>;
}

export async function startWebSite(options: { readonly secure?: boolean } = {}): Promise<WebSite> {
  const handle: RequestListener = (request, response) => {
    const recorded = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: '' };
    site.requests.push(recorded);
    request.setEncoding('utf8').on('data', (piece: string) => (recorded.body += piece));
    request.on('end', () => site.answer(request, response));
    response.on('error', () => undefined);
  };
  const server = options.secure ? createSecureServer({ cert: WEB_CERTIFICATE, key: WEB_CERTIFICATE_KEY }, handle) : createServer(handle);
  // As a proxy answers who wants a tunnel.
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    site.requests.push({ method: 'CONNECT', url: request.url ?? '', headers: request.headers, body: '' });
    if (site.tunnelTo === null) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const server = connect(site.tunnelTo, '127.0.0.1');
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    server.pipe(client).pipe(server);
    for (const socket of [server, client]) socket.on('error', () => undefined);
  });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const site: WebSite = {
    requests: [],
    resolved: [],
    dialled: [],
    names: {},
    port,
    tunnelTo: null,
    answer: (_, response) => response.writeHead(404).end(),
    network: {
      async resolve(name) {
        site.resolved.push(name);
        const left = site.names[name];
        return (left && left.length > 1 ? left.shift() : left?.[0]) ?? [PUBLIC];
      },
      async dial(address, wanted) {
        site.dialled.push(`${address}:${wanted}`);
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      },
      authorities: [WEB_CERTIFICATE],
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Tunnels too, of which the server knows nothing any more.
        for (const socket of open) socket.destroy();
      }),
  };
  return site;
}

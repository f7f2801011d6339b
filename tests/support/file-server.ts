import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one request is answered. Without any of these: the whole file, or the range that was asked for. */
export interface FileAnswer {
  readonly status?: number;
  readonly redirectTo?: string;
  readonly ignoreRange?: boolean;
  /** The connection is destroyed after so many bytes of this answer. */
  readonly cutAfter?: number;
  /** Nothing more comes after so many bytes of this answer. */
  readonly stallAfter?: number;
  /** Other bytes than the file's. */
  readonly bytes?: Buffer;
  readonly etag?: string;
  /** Bytes at a time, and milliseconds between them. */
  readonly pace?: { readonly bytes: number; readonly everyMs: number };
  readonly noLength?: boolean;
}

export interface FileServer {
  readonly url: string;
  readonly requests: { path: string; range: string | undefined; ifRange: string | undefined; sent: number }[];
  close(): Promise<void>;
}

/** Serves one file over real HTTP; each request takes the next answer, the last one stays. */
export async function startFileServer(file: Buffer, answers: readonly FileAnswer[] = [{}]): Promise<FileServer> {
  const left = [...answers];
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    const answer = (left.length > 1 ? left.shift() : left[0]) ?? {};
    const record = {
      path: request.url ?? '',
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
      sent: 0,
    };
    requests.push(record);
    response.on('error', () => undefined);
    void send(request, response, answer, file, record);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: FileAnswer,
  file: Buffer,
  record: { sent: number },
): Promise<void> {
  if (answer.redirectTo !== undefined) return void response.writeHead(302, { location: answer.redirectTo }).end();
  if (answer.status !== undefined) return void response.writeHead(answer.status, { 'content-type': 'text/plain' }).end('no');
  const whole = answer.bytes ?? file;
  const etag = answer.etag ?? '"one"';
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const from = asked && !answer.ignoreRange && isSame ? Number(asked[1]) : 0;
  const body = whole.subarray(from);
  const headers: Record<string, string> = { etag, ...(answer.noLength ? {} : { 'content-length': String(body.length) }) };
  if (from > 0) response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` });
  else response.writeHead(200, headers);
  const stop = answer.cutAfter ?? answer.stallAfter ?? Infinity;
  const step = answer.pace?.bytes ?? 16 * 1024;
  for (let at = 0; at < body.length && at < stop; at += step) {
    if (response.destroyed) return;
    const piece = body.subarray(at, Math.min(at + step, stop));
    await new Promise<void>((resolve) => response.write(piece, () => resolve()));
    record.sent += piece.length;
    if (answer.pace) await new Promise((resolve) => setTimeout(resolve, answer.pace?.everyMs));
  }
  if (answer.stallAfter !== undefined) return;
  if (answer.cutAfter !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    response.destroy();
  } else response.end();
}

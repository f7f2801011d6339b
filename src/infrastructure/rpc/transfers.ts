import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { failure, FailureError } from '../../core/models/failure.ts';
import { readBody } from './read-body.ts';
import { replyFailure, replyJson } from './reply.ts';
import type { Tickets } from './tickets.ts';

/** `GET /downloads/TICKET`: one file, once. */
export function serveDownload(ticket: string, response: ServerResponse, tickets: Tickets): void {
  const file = tickets.takeDownload(ticket);
  if (!file) return replyFailure(response, failure('route_not_found', 'This address is good once, and for a minute.'));
  response.writeHead(200, {
    'content-type': file.type,
    ...('bytes' in file ? { 'content-length': String(file.bytes) } : {}),
    'cache-control': 'no-store',
    'content-disposition': `attachment; filename="glasshouse${file.name.slice(file.name.lastIndexOf('.'))}"; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    // Whatever is in it, it is a file and no page.
    'content-security-policy': `default-src 'none'; sandbox`,
  });
  if ('text' in file) response.end(file.text);
  else {
    response.once('close', () => file.over());
    createReadStream(file.path)
      .on('error', () => response.destroy())
      .pipe(response);
  }
}

/** `PUT /uploads/TICKET`: one text file, once, no longer than was said. */
export async function takeUpload(ticket: string, request: IncomingMessage, response: ServerResponse, tickets: Tickets): Promise<void> {
  const expected = tickets.beginUpload(ticket);
  if (!expected) return replyFailure(response, failure('route_not_found', 'This address is good once, and for a minute.'));
  const bytes = await readBody(request, expected.bytes);
  const text = textIn(bytes);
  if (text === null) throw new FailureError('file_binary', `${expected.name} is not a text file.`);
  if (!tickets.keepUpload(ticket, { name: expected.name, text })) {
    throw new FailureError('file_too_large', 'Too many files wait for their message.');
  }
  replyJson(response, 200, { ticket, characters: text.length });
}

/** The words of a file in UTF-8; null when it is something else. */
function textIn(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? null : text;
  } catch {
    return null;
  }
}

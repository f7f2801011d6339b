import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConversationReader } from '../../application/ports/conversation-reader.ts';
import { failure, FailureError } from '../../core/models/failure.ts';
import { readHandedOver } from '../../core/models/handed-over.ts';
import { mediaTypeOf } from '../../core/models/media-format.ts';
import { readBody } from './read-body.ts';
import { replyFailure, replyJson } from './reply.ts';
import type { Tickets, Upload } from './tickets.ts';

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

/** `PUT /uploads/TICKET`: one picture, PDF or text file, once, no longer than was said. */
export async function takeUpload(ticket: string, request: IncomingMessage, response: ServerResponse, tickets: Tickets): Promise<void> {
  const expected = tickets.beginUpload(ticket);
  if (!expected) return replyFailure(response, failure('route_not_found', 'This address is good once, and for a minute.'));
  const { name } = expected;
  const data = await readBody(request, expected.bytes);
  const read = readHandedOver(name, data);
  if (!read.ok) throw new FailureError(read.failure.code, read.failure.message);
  const upload: Upload =
    read.value.kind === 'text'
      ? { name, text: read.value.text }
      : { name, media: { ...read.value.format, hash: process.getBuiltinModule('node:crypto').hash('sha256', data) }, data };
  if (!tickets.keepUpload(ticket, upload)) throw new FailureError('file_too_large', 'Too many files wait for their message.');
  replyJson(response, 200, { ticket, ...('text' in upload ? { characters: upload.text.length } : { media: upload.media }) });
}

/**
 * `GET /media/CONVERSATION/HASH`, behind the token: the bytes of a picture or a PDF that the conversation keeps. Nothing else is given
 * out here, whatever else is kept under a hash.
 */
export async function serveMedia(
  [conversationId = '', hash = '']: readonly string[],
  response: ServerResponse,
  reader: ConversationReader,
): Promise<void> {
  const data = /^[0-9a-f]{64}$/.test(hash) ? await reader.media(conversationId, hash) : null;
  const mediaType = data === null ? null : mediaTypeOf(data);
  if (data === null || mediaType === null) return replyFailure(response, failure('route_not_found', 'There is no such picture.'));
  response.writeHead(200, {
    'content-type': mediaType,
    'content-length': String(data.length),
    // What lies under a hash never changes, and is private.
    'cache-control': 'private, no-store',
    'content-disposition': 'attachment',
    'content-security-policy': `default-src 'none'; sandbox`,
  });
  response.end(data);
}

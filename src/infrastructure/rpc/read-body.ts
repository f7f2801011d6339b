import type { IncomingMessage } from 'node:http';
import { FailureError } from '../../core/models/failure.ts';

/**
 * The whole body of a request, at most `limit` bytes; what goes beyond is not read.
 * @throws FailureError `file_too_large`
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => new FailureError('file_too_large', `A request may bring ${limit.toLocaleString('en-US')} bytes here at most.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > limit) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/**
 * The body as JSON; undefined where there is none.
 * @throws FailureError `file_too_large`, `usage` for anything that is not JSON and called so
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const body = await readBody(request, limit);
  if (body.length === 0) return undefined;
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new FailureError('usage', 'The body of a request is JSON, and its content type says so.');
  }
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new FailureError('usage', 'The body of the request is not JSON.');
  }
}

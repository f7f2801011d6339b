import type { ServerResponse } from 'node:http';
import { adviceFor, type Failure } from '../../core/models/failure.ts';
import { statusOf } from './failure-status.ts';

/** On every answer: nothing of it is to be guessed, framed, or told elsewhere. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export function replyJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** A failure outside of the procedures, in the same shape as theirs. */
export function replyFailure(response: ServerResponse, { code, message }: Failure): void {
  const status = statusOf(code);
  replyJson(response, status, { defined: false, code, status, message, data: { advice: adviceFor(code) } });
}

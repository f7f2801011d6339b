import type { IncomingMessage } from 'node:http';
import { failure, type Failure } from '../../core/models/failure.ts';

/** Why a request is turned away; null when it may pass. */
export type Refusal = Failure | null;

export interface Guard {
  /** Whether it was addressed to this server by one of its own names, and by nobody else's page. Wanted of every request. */
  checkAddress(request: IncomingMessage): Refusal;
  /** Whether it brings the token. Wanted of everything but the page's files, `/health`, and what a ticket opens. */
  checkToken(request: IncomingMessage): Refusal;
  /**
   * Shows that this server knows the token, before anybody sends it: HMAC-SHA-256 over `nonce:port`, keyed by the token, as hexadecimal.
   * With its own port, so that another program cannot pass it on as its own from another one. Null for what is no nonce.
   */
  prove(nonce: string): string | null;
}

/** 8 to 64 bytes: long enough never to come twice. */
const NONCE = /^[0-9a-f]{16,128}$/i;

/**
 * The wall around the server (S4): a page elsewhere can make a browser send requests here, also under another name for 127.0.0.1.
 * So the Host must be one of ours, an Origin that is sent must be one of ours, and the token comes in a header that no page elsewhere
 * can send. There is no cookie: one of 127.0.0.1 would go to every other local server.
 */
export function createGuard(port: number, token: string): Guard {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
  const origins = new Set([...hosts].map((host) => `http://${host}`));
  const { createHash, createHmac, timingSafeEqual } = process.getBuiltinModule('node:crypto');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return {
    checkAddress(request) {
      const { host, origin } = request.headers;
      if (host === undefined || !hosts.has(host.toLowerCase())) return failure('forbidden', 'This host is not known here.');
      if (origin !== undefined && !origins.has(origin.toLowerCase())) return failure('forbidden', 'This origin is not known here.');
      return null;
    },
    checkToken(request) {
      // Digests have one length: how long the comparison takes says nothing of the token.
      const given = digest(request.headers.authorization ?? '');
      return timingSafeEqual(given, expected) ? null : failure('unauthorized', 'The token is missing or wrong.');
    },
    prove(nonce) {
      return NONCE.test(nonce) ? createHmac('sha256', token).update(`${nonce}:${port}`).digest('hex') : null;
    },
  };
}

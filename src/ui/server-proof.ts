import { candidates, keepToken } from './token.ts';

/**
 * What stands at this window's address: the server that knows the key, with the key; some other program, which must never be sent one;
 * or nobody.
 */
export type Proof =
  | { readonly state: 'proven'; readonly token: string }
  | { readonly state: 'unproven' }
  | { readonly state: 'unreachable' };

/** Milliseconds that the answer may take. */
const PATIENCE = 10_000;
/** Milliseconds for which a proof is good while no stream holds the server: what a page asks at once as it opens needs one. */
const GOOD_FOR = 1_000;

let asked: Promise<Proof> | null = null;
let goodUntil = 0;

/**
 * Lets the server prove that it knows this window's key (S4). When a server dies, any program of this machine can take its port, and the
 * page would hand it the key with its next call. So it first sends a number that was never used, and the server answers with
 * HMAC-SHA-256 over that number and its port, keyed by the key. Callers at the same time share one proof.
 */
export function proveServer(): Promise<Proof> {
  if (asked && performance.now() < goodUntil) return asked;
  goodUntil = Number.POSITIVE_INFINITY;
  const mine = prove();
  asked = mine;
  void mine.then((proof) => {
    if (asked === mine) goodUntil = proof.state === 'proven' ? performance.now() + GOOD_FOR : 0;
  });
  return mine;
}

/** The line to the server broke: what answers next may be another program. */
export function forgetProof(): void {
  asked = null;
}

async function prove(): Promise<Proof> {
  const nonce = inHex(crypto.getRandomValues(new Uint8Array(32)));
  let proof: unknown;
  try {
    const response = await fetch(`/health?nonce=${nonce}`, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
    const answer: unknown = await response.json();
    proof = typeof answer === 'object' && answer !== null && 'proof' in answer ? answer.proof : undefined;
  } catch (error) {
    // Who answers, but not with JSON, is somebody else.
    return { state: error instanceof SyntaxError ? 'unproven' : 'unreachable' };
  }
  for (const token of candidates()) {
    if ((await proofBy(token, nonce)) !== proof) continue;
    keepToken(token);
    return { state: 'proven', token };
  }
  return { state: 'unproven' };
}

async function proofBy(token: string, nonce: string): Promise<string> {
  const { subtle } = crypto;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await subtle.importKey('raw', bytes(token), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  // An address without a port has the scheme's own.
  const signed = await subtle.sign('HMAC', key, bytes(`${nonce}:${location.port || '80'}`));
  return inHex(new Uint8Array(signed));
}

function inHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

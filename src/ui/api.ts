import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { GlasshouseClient } from '../contract/client.ts';
import { proveServer } from './server-proof.ts';
import { useConnection } from './stores/connection-store.ts';
import { candidates } from './token.ts';
import { say } from './words/say.ts';

/** Told when the server does not take this window's token (any more). */
export const refusal = { notify: (): void => undefined };

const link = new RPCLink({
  url: () => `${location.origin}/rpc`,
  headers: async () => ({ authorization: `Bearer ${await provenToken()}` }),
  fetch: async (request, init) => {
    const response = await globalThis.fetch(request, { ...init, cache: 'no-store', credentials: 'omit' });
    if (response.status === 401) refusal.notify();
    return response;
  },
});

/** What answers at this address does not know this window's key: nothing was sent to it. */
class StrangerError extends Error {}

/** The key, for a server that has shown that it knows it: by the stream that it holds open, or by a proof that the call waits for. */
async function provenToken(): Promise<string> {
  const [kept] = candidates();
  if (kept !== undefined && useConnection.getState().state === 'open') return kept;
  const proof = await proveServer();
  switch (proof.state) {
    case 'proven':
      return proof.token;
    case 'unproven':
      throw new StrangerError();
    case 'unreachable':
      throw new Error('the server is not there');
  }
}

/** Every procedure of the server, typed. All answer at once; what they cause comes over the event stream. */
export const api = createORPCClient(link) as unknown as GlasshouseClient;

/** The bytes of a picture that a conversation keeps. Rejects when they are gone. */
export async function fetchMedia(conversationId: string, hash: string, signal: AbortSignal): Promise<Blob> {
  const response = await globalThis.fetch(`/media/${encodeURIComponent(conversationId)}/${hash}`, {
    headers: { authorization: `Bearer ${await provenToken()}` },
    credentials: 'omit',
    signal,
  });
  if (!response.ok) throw new Error(`no picture: ${response.status}`);
  return response.blob();
}

/** Brings a file to the server, ahead of the message that it goes with. @returns its ticket; rejects as calls do */
export async function upload(name: string, file: Blob): Promise<string> {
  const { ticket, url } = await api.uploads.ticket({ name, bytes: file.size });
  const response = await globalThis.fetch(url, { method: 'PUT', body: file, credentials: 'omit' });
  if (response.ok) return ticket;
  const reason = (await response.json().catch(() => null)) as { code?: string; message?: string } | null;
  throw new ORPCError(reason?.code ?? 'upload_missing', { message: reason?.message ?? `${name} did not arrive.` });
}

/** Why a call failed, in words that can be shown. */
export interface CallFailure {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** What was thrown by a call, as a value. A connection that broke has the code `unreachable`. */
export function failureOf(error: unknown): CallFailure {
  if (error instanceof ORPCError) {
    const data: unknown = error.data;
    const advice = typeof data === 'object' && data !== null && 'advice' in data ? String(data.advice) : '';
    return { code: error.code, message: error.message, advice };
  }
  if (error instanceof StrangerError) {
    return {
      code: 'unreachable',
      message: say`Another program answers in the place of Glasshouse.`,
      advice: say`Nothing was sent to it. Start Glasshouse again and follow the address that it prints.`,
    };
  }
  return {
    code: 'unreachable',
    message: say`Glasshouse does not answer.`,
    advice: say`It may have been closed: start it again.`,
  };
}

/** A failure in a sentence or two. Advice for a terminal (it names commands) is left out: the page has buttons. */
export function failureInWords({ message, advice }: CallFailure): string {
  return advice === '' || advice.includes('`') ? message : `${message} ${advice}`;
}

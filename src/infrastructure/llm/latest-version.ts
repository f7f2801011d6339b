import { createHttpStream } from './http-stream.ts';

/** Milliseconds for the whole answer, and bytes of it. */
const PATIENCE = 10_000;
const LIMIT = 1_000_000;

/** The `version` in the JSON document at an address; null: there is none, or nobody answers. Never rejects. */
export async function latestVersion(env: Readonly<Record<string, string | undefined>>, address: string): Promise<string | null> {
  const http = createHttpStream({ env });
  try {
    const headers = { accept: 'application/json' };
    const sent = await http.send({ method: 'GET', url: address, headers, signal: AbortSignal.timeout(PATIENCE), silenceMs: PATIENCE });
    if (!sent.ok || sent.value.status !== 200) return null;
    const document = JSON.parse(await sent.value.text(LIMIT, PATIENCE)) as { version?: unknown } | null;
    return typeof document?.version === 'string' ? document.version : null;
  } catch {
    return null;
  } finally {
    http.close();
  }
}

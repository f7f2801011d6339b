import { createHttpStream, proxyOf } from './http-stream.ts';

/** Milliseconds for the whole test. */
const PATIENCE = 15_000;

/** What came of asking an address. No key and no cookie goes with it. */
export interface TestedNetwork {
  readonly address: string;
  readonly through: string | null;
  readonly ok: boolean;
  readonly words: string;
  readonly milliseconds: number;
}

/** Asks an address by the way out that the environment names, as models are asked. Any answer is a good one. Never rejects. */
export async function testNetwork(env: Readonly<Record<string, string | undefined>>, address: string): Promise<TestedNetwork> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return { address, through: null, ok: false, words: 'this is no http or https address', milliseconds: 0 };
  }
  const http = createHttpStream({ env });
  const startedAt = Date.now();
  try {
    const through = proxyOf(env, url);
    const sent = await http.send({ method: 'GET', url: url.href, headers: {}, signal: AbortSignal.timeout(PATIENCE), silenceMs: PATIENCE });
    const milliseconds = Date.now() - startedAt;
    if (!sent.ok) return { address, through, ok: false, words: sent.failure.message, milliseconds };
    sent.value.abandon();
    // What a proxy answers itself when it does not let us through.
    const isRefused = through !== null && sent.value.status === 407;
    return {
      address,
      through,
      ok: !isRefused,
      words: isRefused ? 'the proxy wants a name and a password' : `answers (${sent.value.status})`,
      milliseconds,
    };
  } finally {
    http.close();
  }
}

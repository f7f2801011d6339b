import type { HttpStream } from './http-stream.ts';

/** A small question to a model server, beside the conversation. */
export interface Question {
  readonly http: HttpStream;
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds for the whole answer. */
  readonly withinMs: number;
}

export interface ServerSaid {
  readonly status: number;
  /** Undefined where it is not JSON. */
  readonly document: unknown;
}

/** Bytes of an answer; what is longer is no list of models. */
const LIMIT = 8 * 1024 * 1024;

/** What a server answers, or null when it does not within the time. Never rejects. */
export async function askServer(question: Question, method: 'GET' | 'POST', url: string, body?: unknown): Promise<ServerSaid | null> {
  const { withinMs } = question;
  const sent = await question.http.send({
    method,
    url,
    headers: {
      accept: 'application/json',
      ...question.secretHeaders,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.any([question.signal, AbortSignal.timeout(withinMs)]),
    silenceMs: withinMs,
  });
  if (!sent.ok) return null;
  const { status } = sent.value;
  const text = await sent.value.text(LIMIT, withinMs);
  try {
    return { status, document: JSON.parse(text) as unknown };
  } catch {
    return { status, document: undefined };
  }
}

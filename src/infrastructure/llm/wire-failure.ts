import { failure, type Failure, type FailureCode } from '../../core/models/failure.ts';

/** Whom a failure is told of. The `secrets` are taken out of every word that a server sends back. */
export interface Asked {
  /** The model as the person writes it. */
  readonly model: string;
  readonly host: string;
  readonly secrets: readonly string[];
  /** The environment variable that holds the key. */
  readonly keyName: string | null;
}

interface Problem {
  readonly status: number;
  /** The provider's own words for the kind: `type` and `code` of its error. */
  readonly kinds: readonly string[];
  readonly message: string;
  /** Milliseconds that the body itself asks to wait. */
  readonly waitMs?: number;
}

const NO_TOOLS = [
  /does not support tools/i,
  /does not support (?:function|tool)[ -]?calling/i,
  /tool choice requires/i,
  /(?:tools|tool_choice) param(?:eter)? requires --jinja/i,
  /no endpoints found that support tool use/i,
  /tool(?:s| use| calling| calls)? (?:is|are) not supported/i,
  /unsupported (?:parameter|field)\W+tools\b/i,
  /function calling is not (?:enabled|supported)/i,
];

const NO_SIGHT = [
  /(?:does not|doesn't|do not|cannot|can't) (?:support|accept|take|process) (?:\w+ ){0,3}(?:images?|vision|image input|multi-?modal|pdfs?|documents?)/i,
  /(?:images?|image_url|image input|vision|multi-?modal|pdf)\b[^.]{0,60}(?:is|are) not (?:supported|enabled|available)/i,
  /no endpoints found that support (?:image|file) input/i,
  /(?:invalid|unsupported) (?:content )?type\W+(?:image|image_url|input_image|input_file|document)\b/i,
  /unknown variant `?image_url/i,
  /is not a (?:vision|multimodal) model/i,
  /missing data required for image input|mmproj/i,
];

const TOO_LONG = [
  /context[ _-]?(?:length|window|size)/i,
  /prompt is too long/i,
  /maximum (?:prompt|context|input)/i,
  /too many (?:input )?tokens/i,
  /input (?:length|is too long|tokens? exceed)/i,
  /exceeds? the (?:available|maximum) (?:context|number of tokens)/i,
];

const NO_CREDIT = [
  /insufficient[ _](?:quota|balance|credit|funds)/i,
  /credit balance is too low/i,
  /exceeded your current quota/i,
  /billing/i,
];

/** By the provider's own word, where it says one; an `error` event in a stream has no status. */
const BY_KIND: Readonly<Record<string, FailureCode>> = {
  authentication_error: 'model_key_refused',
  invalid_api_key: 'model_key_refused',
  insufficient_quota: 'model_out_of_credit',
  billing_error: 'model_out_of_credit',
  billing_hard_limit_reached: 'model_out_of_credit',
  permission_error: 'model_forbidden',
  not_found_error: 'model_not_found',
  model_not_found: 'model_not_found',
  request_too_large: 'context_too_long',
  context_length_exceeded: 'context_too_long',
  exceed_context_size_error: 'context_too_long',
  rate_limit_error: 'model_rate_limited',
  rate_limit_exceeded: 'model_rate_limited',
  overloaded_error: 'model_overloaded',
  server_is_overloaded: 'model_overloaded',
  api_error: 'model_server_error',
  server_error: 'model_server_error',
  timeout_error: 'model_server_error',
  content_filter: 'model_refused',
  content_policy_violation: 'model_refused',
  invalid_prompt: 'model_refused',
  // Groq: what the model wrote is no call; asked again, it usually writes one.
  tool_use_failed: 'model_server_error',
  // Google's words: the status of an error, and the reasons in its details.
  API_KEY_INVALID: 'model_key_refused',
  UNAUTHENTICATED: 'model_key_refused',
  PERMISSION_DENIED: 'model_forbidden',
  FAILED_PRECONDITION: 'model_forbidden',
  NOT_FOUND: 'model_not_found',
  RESOURCE_EXHAUSTED: 'model_rate_limited',
  UNAVAILABLE: 'model_overloaded',
  INTERNAL: 'model_server_error',
  DEADLINE_EXCEEDED: 'model_server_error',
};

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'model_key_refused',
  402: 'model_out_of_credit',
  403: 'model_forbidden',
  404: 'model_not_found',
  408: 'model_server_error',
  409: 'model_server_error',
  413: 'context_too_long',
  429: 'model_rate_limited',
  498: 'model_overloaded',
  503: 'model_overloaded',
  529: 'model_overloaded',
};

function codeFor(problem: Problem): FailureCode {
  const words = problem.message;
  if (NO_TOOLS.some((pattern) => pattern.test(words))) return 'model_no_tools';
  if (problem.status !== 401 && problem.status !== 429 && NO_SIGHT.some((pattern) => pattern.test(words))) return 'model_cannot_see';
  const own = problem.kinds.map((kind) => BY_KIND[kind]).find((code) => code !== undefined);
  // Providers use their most general kind (`invalid_request_error`, `rate_limit_error`) for an empty account, and say so in words.
  // One that says when to come back (Google) speaks of a quota that fills up again.
  if (
    problem.waitMs === undefined &&
    problem.status !== 401 &&
    NO_CREDIT.some((pattern) => pattern.test(words)) &&
    (problem.status < 500 || problem.status === 0)
  )
    return 'model_out_of_credit';
  if ((problem.status === 400 || problem.status === 422 || problem.status === 500) && TOO_LONG.some((pattern) => pattern.test(words)))
    return 'context_too_long';
  // A status that is clear beats the kind; 400 and 500 are used for anything.
  const known = BY_STATUS[problem.status];
  if (own !== undefined && (known === undefined || own === 'model_out_of_credit' || own === 'context_too_long')) return own;
  if (known !== undefined) return known;
  if (problem.status >= 500) return 'model_server_error';
  return own ?? (problem.status === 0 ? 'model_server_error' : 'model_bad_request');
}

const SAYS: Partial<Record<FailureCode, string>> = {
  model_key_refused: 'refused the key',
  model_out_of_credit: 'says the account has no credit left',
  model_forbidden: 'does not let this key use the model',
  model_not_found: 'does not know the model or the address',
  model_rate_limited: 'asks to wait (too many requests)',
  model_overloaded: 'is overloaded',
  model_server_error: 'failed',
  context_too_long: 'says the request is too long for the model',
  model_no_tools: 'takes no tools with this model',
  model_cannot_see: 'takes no such file with this model',
  model_refused: 'withheld an answer',
};

/** The failure that a server's error answer means. `body` is what it sent, whole or its beginning. */
export function failureFromAnswer(asked: Asked, status: number, headers: Readonly<Record<string, string>>, body: string): Failure {
  if (status >= 300 && status < 400) {
    const to = headers['location'];
    const host = to && URL.canParse(to) ? ` (to ${new URL(to).host})` : '';
    return failure(
      'model_bad_response',
      `${asked.host} redirects elsewhere${host}. The key is not taken along; set the final address instead.`,
    );
  }
  const problem = problemFrom(status, body);
  const wait = retryAfter(headers);
  return { ...failureFromProblem(asked, problem), ...(wait === null ? {} : { retryAfterMs: wait }) };
}

/** The failure that an error object in a stream, or in a document with status 200, means. */
export function failureFromError(asked: Asked, error: unknown): Failure {
  return failureFromProblem(asked, readProblem(0, error) ?? { status: 0, kinds: [], message: '' });
}

function failureFromProblem(asked: Asked, problem: Problem): Failure {
  const code = codeFor(problem);
  const key = code === 'model_key_refused' && asked.keyName ? ` in ${asked.keyName}` : '';
  const said = shown(problem.message, asked.secrets);
  const status = problem.status > 0 ? ` (${problem.status})` : '';
  const words = `${asked.model}: ${asked.host} ${SAYS[code] ?? 'refused the request'}${key}${status}${said ? `: ${said}` : '.'}`;
  return { ...failure(code, words), ...(problem.waitMs === undefined ? {} : { retryAfterMs: problem.waitMs }) };
}

/** An address that answers, but not as a model server does. */
export function badResponse(asked: Asked, contentType: string, beginning: string): Failure {
  const words = shown(beginning.replace(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ').replace(/<[^>]*>/g, ' '), asked.secrets);
  const kind = contentType ? ` (${contentType.split(';', 1)[0]?.slice(0, 40)})` : '';
  return failure('model_bad_response', `${asked.host} answered, but not as a model server does${kind}${words ? `: “${words}”` : '.'}`);
}

function problemFrom(status: number, body: string): Problem {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    const isPage = /^\s*</.test(body);
    return { status, kinds: [], message: isPage ? '' : body };
  }
  // Google's compatible address wraps its error in an array.
  const whole = Array.isArray(document) ? document[0] : document;
  return readProblem(status, (whole as { error?: unknown } | null)?.error ?? whole) ?? { status, kinds: [], message: '' };
}

function readProblem(status: number, error: unknown): Problem | null {
  if (typeof error === 'string') return { status, kinds: [], message: error };
  if (typeof error !== 'object' || error === null) return null;
  const { type, code, message, detail, metadata, details } = error as Record<string, unknown>;
  const { reasons, waitMs } = readDetails(details);
  const inner = (metadata as { raw?: unknown } | undefined)?.raw;
  const words = [message ?? detailInWords(detail), inner].filter((part) => typeof part === 'string').join(' — ');
  const numeric = typeof code === 'number' && code >= 400 && code < 600 ? code : status;
  return {
    status: status === 0 || status === 200 ? numeric : status,
    kinds: [...reasons, code, type, (error as { status?: unknown }).status].filter((kind) => typeof kind === 'string'),
    message: words,
    ...(waitMs === null ? {} : { waitMs }),
  };
}

/** Servers that check a request against a schema (Mistral, vLLM) list what does not fit. */
function detailInWords(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail;
  return (detail as (Record<string, unknown> | null)[])
    .slice(0, 3)
    .map((one) => [Array.isArray(one?.['loc']) ? (one['loc'] as unknown[]).join('.') : '', one?.['msg']].filter(Boolean).join(': '))
    .join('; ');
}

/** Google says what is wrong, and how long to wait, in a list of typed details (google.rpc.ErrorInfo, google.rpc.RetryInfo). */
function readDetails(details: unknown): { reasons: readonly unknown[]; waitMs: number | null } {
  const all = Array.isArray(details) ? (details as (Record<string, unknown> | null)[]) : [];
  const delay = all.map((one) => one?.['retryDelay']).find((one) => typeof one === 'string');
  return { reasons: all.map((one) => one?.['reason']), waitMs: delay === undefined ? null : durationMs(delay) };
}

/** A server's words on one line, bounded, without the key, whole or in the shape in which providers echo it. */
function shown(words: string, secrets: readonly string[]): string {
  let line = words.replace(/\s+/g, ' ').trim();
  for (const secret of secrets) line = line.replaceAll(secret, '…');
  line = line.replace(/\b(?:sk|pk|rk|gsk|xai|key)-[A-Za-z0-9_*-]{6,}/g, '…');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/**
 * What the server asks to wait, in milliseconds: `retry-after-ms`, `retry-after` (seconds or an HTTP date), or the reset of
 * what has run out (OpenAI: a duration such as `1m2.5s`; Anthropic: an RFC 3339 time). Null when it says nothing.
 */
function retryAfter(headers: Readonly<Record<string, string>>, now: number = Date.now()): number | null {
  const inMs = Number(headers['retry-after-ms']);
  if (headers['retry-after-ms'] && Number.isFinite(inMs) && inMs >= 0) return Math.ceil(inMs);
  const after = headers['retry-after'];
  if (after) {
    if (/^\s*\d+(?:\.\d+)?\s*$/.test(after)) return Math.ceil(Number(after) * 1000);
    const at = Date.parse(after);
    if (!Number.isNaN(at)) return Math.max(0, at - now);
  }
  let wait: number | null = null;
  for (const what of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    for (const prefix of ['x-ratelimit', 'anthropic-ratelimit']) {
      const value = prefix === 'x-ratelimit' ? headers[`x-ratelimit-reset-${what}`] : headers[`anthropic-ratelimit-${what}-reset`];
      const remaining =
        prefix === 'x-ratelimit' ? headers[`x-ratelimit-remaining-${what}`] : headers[`anthropic-ratelimit-${what}-remaining`];
      if (!value || remaining !== '0') continue;
      const ms = durationMs(value) ?? untilMs(value, now);
      if (ms !== null) wait = Math.max(wait ?? 0, ms);
    }
  }
  return wait;
}

function durationMs(value: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(value)) return null;
  const unit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  let sum = 0;
  for (const [, amount, name] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) sum += Number(amount) * (unit[name ?? ''] ?? 0);
  return Math.ceil(sum);
}

function untilMs(value: string, now: number): number | null {
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

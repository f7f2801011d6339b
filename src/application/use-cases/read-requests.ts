import type { Section } from '../../core/models/request.ts';
import type { RecordedRequest, RecordedSpan, RecordedStep } from '../../core/models/records.ts';
import type { Price, Usage } from '../../core/models/usage.ts';
import type { ModelProfile } from '../../core/reasoning/language-model.ts';
import type { ConversationReader } from '../ports/conversation-reader.ts';

/** What is known of a model since it was opened in this process. */
export type KnownProfile = Pick<ModelProfile, 'window' | 'bytesPerToken' | 'price'>;

export interface ReadRequestsDeps {
  readonly reader: ConversationReader;
  profileOf(model: string): KnownProfile | null;
  /** UTF-8 bytes of a text. */
  bytesOf(text: string): number;
}

export interface RequestSummary {
  readonly id: string;
  readonly stepId: string;
  readonly runId: string;
  readonly createdAt: number;
  readonly model: string;
  readonly method: string;
  readonly url: string;
  readonly bytes: number;
  readonly window: number | null;
  readonly usage: Usage | null;
  readonly cost: number | null;
  /** Days after which its words were taken away. */
  readonly removedAfter?: number;
}

export interface MeasuredSpan extends RecordedSpan {
  readonly bytes: number;
  readonly tokens: number;
  readonly cost: number | null;
}

export interface MeasuredRequest extends RequestSummary {
  readonly headers: Readonly<Record<string, string>>;
  readonly spans: readonly MeasuredSpan[];
  readonly tokensBySection: Readonly<Partial<Record<Section, number>>>;
}

/** Bytes of UTF-8 per token where nothing better is known of the model. */
const BYTES_PER_TOKEN = 4;

/** The requests of a conversation, oldest first. */
export async function listRequests(deps: ReadRequestsDeps, conversationId: string): Promise<readonly RequestSummary[]> {
  const steps = await stepsOf(deps.reader, conversationId);
  return (await deps.reader.requests(conversationId)).map((request) => summary(deps, request, steps.get(request.stepId)));
}

/** One request with the tokens of each span; null when there is none. */
export async function readRequest(deps: ReadRequestsDeps, conversationId: string, requestId: string): Promise<MeasuredRequest | null> {
  const request = (await deps.reader.requests(conversationId)).find((each) => each.id === requestId);
  if (!request) return null;
  const step = (await stepsOf(deps.reader, conversationId)).get(request.stepId);
  const head = summary(deps, request, step);
  const profile = deps.profileOf(head.model);
  const bytes = request.spans.map((span) => deps.bytesOf(span.text));
  const tokens = tokensOf(request.spans, bytes, step?.usage?.exact ? step.usage.input : null, profile?.bytesPerToken ?? BYTES_PER_TOKEN);
  const spans = request.spans.map((span, index): MeasuredSpan => ({
    ...span,
    bytes: bytes[index] ?? 0,
    tokens: tokens[index] ?? 0,
    cost: costOfInput(tokens[index] ?? 0, profile?.price),
  }));
  const tokensBySection: Partial<Record<Section, number>> = {};
  for (const span of spans) tokensBySection[span.section] = (tokensBySection[span.section] ?? 0) + span.tokens;
  return { ...head, headers: request.headers, spans, tokensBySection };
}

async function stepsOf(reader: ConversationReader, conversationId: string): Promise<ReadonlyMap<string, RecordedStep>> {
  const runs = await reader.runs(conversationId);
  return new Map(runs.flatMap((run) => run.steps).map((step) => [step.id, step]));
}

function summary(deps: ReadRequestsDeps, request: RecordedRequest, step: RecordedStep | undefined): RequestSummary {
  const model = step?.model ?? '';
  return {
    id: request.id,
    stepId: request.stepId,
    runId: step?.runId ?? '',
    createdAt: step?.startedAt ?? 0,
    model,
    method: request.method,
    url: request.url,
    bytes: request.spans.reduce((sum, span) => sum + deps.bytesOf(span.text), 0),
    window: deps.profileOf(model)?.window ?? null,
    usage: step?.usage ?? null,
    cost: step?.cost ?? null,
    ...(request.removedAfter === undefined ? {} : { removedAfter: request.removedAfter }),
  };
}

/** Pictures by formula, words by what is left of the provider's count. */
function tokensOf(
  spans: readonly RecordedSpan[],
  bytes: readonly number[],
  counted: number | null,
  bytesPerToken: number,
): readonly number[] {
  const ofMedia = spans.reduce((sum, span) => sum + (span.media?.tokens ?? 0), 0);
  const words = spans.map((span, index) => (span.media ? 0 : (bytes[index] ?? 0)));
  const left = counted === null ? null : Math.max(0, counted - ofMedia);
  const shares = shareTokens(words, left, bytesPerToken);
  return spans.map((span, index) => span.media?.tokens ?? shares[index] ?? 0);
}

/**
 * Tokens of each span, in proportion to its bytes. With the provider's own count they add up to exactly that (largest remainders first);
 * without one they are estimates.
 */
export function shareTokens(bytes: readonly number[], counted: number | null, bytesPerToken: number): readonly number[] {
  const all = bytes.reduce((sum, each) => sum + each, 0);
  if (counted === null || all === 0) return bytes.map((each) => Math.ceil(each / bytesPerToken));
  const shares = bytes.map((each) => (each / all) * counted);
  const whole = shares.map(Math.floor);
  const left = counted - whole.reduce((sum, each) => sum + each, 0);
  const byRemainder = shares.map((share, index) => ({ index, rest: share - Math.floor(share) })).sort((a, b) => b.rest - a.rest);
  for (const { index } of byRemainder.slice(0, left)) whole[index] = (whole[index] ?? 0) + 1;
  return whole;
}

function costOfInput(tokens: number, price: Price | undefined): number | null {
  return price ? (tokens * price.input) / 1_000_000 : null;
}

import { isPicture } from '../../core/models/media.ts';
import type { WireRequest } from '../../core/models/request.ts';
import type { Block, LanguageModel, MediaBlock, ModelProfile, ModelRequest } from '../../core/reasoning/language-model.ts';
import { MessagesDecoder, type KeptThinking } from './anthropic-messages-decoder.ts';
import { effortOf } from './effort.ts';
import type { HttpStream } from './http-stream.ts';
import { mediaTokens } from './model-sight.ts';
import { streamModel } from './model-stream.ts';
import { SpanWriter } from './span-writer.ts';
import { inputAsObject, turnsOf, type CallItem, type ReasoningItem, type ResultItem, type TextItem, type Turn } from './turns.ts';
import type { Asked } from './wire-failure.ts';

export interface AnthropicMessagesDeps {
  readonly profile: ModelProfile;
  /** The model as the server names it. */
  readonly model: string;
  /** Without `/v1`. */
  readonly baseUrl: string;
  /** What shows who asks; goes on the wire and nowhere else. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly asked: Asked;
  readonly http: HttpStream;
  /** Tokens that the model may think for; 0 or absent: it is not asked to think. At least 1,024 to count. */
  readonly thinkingTokens?: number;
  /** How it is told of them: the number itself, or, where the model thinks as it finds fit, an effort. */
  readonly thinking: 'budget' | 'adaptive';
  /** Takes no temperature but its own. */
  readonly fixedTemperature: boolean;
  /** Can hold an answer to a form. */
  readonly holdsForm: boolean;
  /** Milliseconds without a byte. Default 3 minutes; the server pings more often. */
  readonly silenceMs?: number;
}

/** The version of the wire that is spoken here. */
const VERSION = '2023-06-01';
const CACHE = ',"cache_control":{"type":"ephemeral"}';

/** A model behind the Anthropic Messages wire. */
export function createAnthropicModel(deps: AnthropicMessagesDeps): LanguageModel {
  const url = `${deps.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/messages`;
  return {
    profile: deps.profile,
    prepare: (request) => prepare(deps, url, request),
    stream: (wire, signal) =>
      streamModel(wire, signal, {
        http: deps.http,
        asked: deps.asked,
        secretHeaders: deps.secretHeaders,
        silenceMs: deps.silenceMs ?? 180_000,
        decoder: new MessagesDecoder(deps.asked),
      }),
  };
}

/**
 * Tools, system and messages in the order in which the provider caches them, then the numbers (C4).
 * Four breakpoints at most, which is all that the wire allows: end of tools, of system, of the stable messages, of all messages.
 */
function prepare(deps: AnthropicMessagesDeps, url: string, request: ModelRequest): WireRequest {
  const writer = new SpanWriter();
  const turns = turnsOf(request);
  writer.raw(`{"model":${JSON.stringify(deps.model)}`);
  writeTools(writer, request);
  writeSystem(writer, request);
  writer.raw(',"messages":[');
  // The wire wants the user to begin; after trimming an answer can stand first.
  if (turns[0]?.role === 'assistant') writer.raw('{"role":"user","content":"(The beginning of the conversation is left out.)"},');
  for (const [index, turn] of turns.entries()) {
    if (index > 0) writer.raw(',');
    if (turn.role === 'user') writeUser(writer, turn, deps.profile);
    else writeAssistant(writer, turn.items);
  }
  writer.raw(`],"max_tokens":${request.maxOutput}`);
  writeNumbers(writer, deps, request, turns);
  writer.raw(',"stream":true}');
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'anthropic-version': VERSION };
  return { method: 'POST', url, headers, spans: writer.spans() };
}

function writeNumbers(writer: SpanWriter, deps: AnthropicMessagesDeps, request: ModelRequest, turns: readonly Turn[]): void {
  const tokens = thinkingFor(deps, request, turns);
  if (tokens > 0 && deps.thinking === 'adaptive') {
    // Without `display` newer models keep what they think to themselves.
    writer.raw(',"thinking":{"type":"adaptive","display":"summarized"}');
  } else if (tokens > 0) writer.raw(`,"thinking":{"type":"enabled","budget_tokens":${tokens}}`);
  else if (request.temperature !== undefined && !deps.fixedTemperature) writer.raw(`,"temperature":${request.temperature}`);
  const { constraint } = request;
  const output = {
    ...(tokens > 0 && deps.thinking === 'adaptive' ? { effort: effortOf(tokens) } : {}),
    ...(constraint && deps.holdsForm ? { format: { type: 'json_schema', schema: constraint.schema } } : {}),
  };
  if (Object.keys(output).length > 0) writer.raw(`,"output_config":${JSON.stringify(output)}`);
}

/** The budget must leave room for the answer, and a call without its thinking (another model's) forbids thinking in the same turn. */
function thinkingFor(deps: AnthropicMessagesDeps, request: ModelRequest, turns: readonly Turn[]): number {
  if (deps.thinking === 'adaptive') return deps.thinkingTokens ?? 0;
  const budget = Math.min(deps.thinkingTokens ?? 0, Math.floor(request.maxOutput / 2));
  if (budget < 1024) return 0;
  const last = turns.findLast((turn) => turn.role === 'assistant');
  const inCall = last !== undefined && last.items.some((item) => item.type === 'call') && turns.at(-1)?.role === 'user';
  return inCall && !(last.items[0]?.type === 'reasoning' && keptThinking(last.items[0])) ? 0 : budget;
}

function writeTools(writer: SpanWriter, request: ModelRequest): void {
  if (request.tools.length === 0) return;
  writer.raw(',"tools":[');
  for (const [index, tool] of request.tools.entries()) {
    const isLast = index === request.tools.length - 1;
    const told = JSON.stringify({ name: tool.name, description: tool.description, input_schema: tool.schema });
    writer.raw(index > 0 ? ',{' : '{');
    writer.words(told.slice(1, -1), { section: 'tools', source: `tool:${tool.name}`, trust: 'trusted' }, { cacheBreakpoint: isLast });
    writer.raw(isLast ? `${CACHE}}` : '}');
  }
  // Calls in the history want their tools, whether or not they may be called again.
  writer.raw(request.isCallless === true ? '],"tool_choice":{"type":"none"}' : ']');
}

function writeSystem(writer: SpanWriter, request: ModelRequest): void {
  const blocks = request.system.filter((block) => /\S/.test(block.text));
  if (blocks.length === 0) return;
  writer.raw(',"system":[');
  for (const [index, block] of blocks.entries()) {
    if (index > 0) writer.raw(',');
    writeText(writer, block, index === blocks.length - 1);
  }
  writer.raw(']');
}

function writeText(writer: SpanWriter, block: Block, breakpoint: boolean): void {
  writer.raw('{"type":"text","text":').string(block, { cacheBreakpoint: breakpoint });
  writer.raw(breakpoint ? `${CACHE}}` : '}');
}

/** Results must come before any word of the same message. */
function writeUser(writer: SpanWriter, turn: Extract<Turn, { role: 'user' }>, profile: ModelProfile): void {
  writer.raw('{"role":"user","content":[');
  let first = true;
  const next = () => {
    if (!first) writer.raw(',');
    first = false;
  };
  for (const result of turn.results) {
    next();
    writer.raw(`{"type":"tool_result","tool_use_id":${JSON.stringify(result.id)}`);
    if (result.isError) writer.raw(',"is_error":true');
    // An empty text is no text to the wire; a result without content is.
    if (result.media.length > 0) writeSeenResult(writer, result, profile);
    else if (/\S/.test(result.block.text)) writer.raw(',"content":').string(result.block, { cacheBreakpoint: result.breakpoint });
    writer.raw(result.breakpoint ? `${CACHE}}` : '}');
  }
  for (const item of turn.said) {
    next();
    if (item.type === 'media') writeMedia(writer, item.block, profile);
    else writeText(writer, item.block, item.breakpoint);
  }
  writer.raw(']}');
}

function writeSeenResult(writer: SpanWriter, result: ResultItem, profile: ModelProfile): void {
  writer.raw(',"content":[');
  if (/\S/.test(result.block.text)) {
    writer.raw('{"type":"text","text":').string(result.block, { cacheBreakpoint: result.breakpoint }).raw('},');
  }
  for (const [index, block] of result.media.entries()) writeMedia(writer.raw(index > 0 ? ',' : ''), block, profile);
  writer.raw(']');
}

function writeMedia(writer: SpanWriter, block: MediaBlock, profile: ModelProfile): void {
  const { name, media } = block;
  const title = isPicture(media) ? '' : `"title":${JSON.stringify(name)},`;
  writer.raw(
    `{"type":"${isPicture(media) ? 'image' : 'document'}",${title}"source":{"type":"base64","media_type":"${media.mediaType}","data":"`,
  );
  writer.media(block, mediaTokens(block, profile)).raw('"}}');
}

function keptThinking(item: ReasoningItem): KeptThinking | null {
  const data = item.providerData as { messagesThinking?: KeptThinking } | null | undefined;
  return data?.messagesThinking ?? null;
}

function writeAssistant(writer: SpanWriter, items: readonly (TextItem | ReasoningItem | CallItem)[]): void {
  const sent = items.filter((item) => item.type !== 'reasoning' || keptThinking(item) !== null);
  writer.raw('{"role":"assistant","content":[');
  // An answer of another model's reasoning alone: the turn must stand, so that the turns around it do not meet.
  if (sent.length === 0) writer.raw('{"type":"text","text":"(no answer)"}');
  for (const [index, item] of sent.entries()) {
    if (index > 0) writer.raw(',');
    if (item.type === 'text') writeText(writer, item.block, item.breakpoint);
    else if (item.type === 'reasoning') writeThinking(writer, item);
    else {
      writer.raw(`{"type":"tool_use","id":${JSON.stringify(item.id)},"name":${JSON.stringify(item.name)},"input":`);
      const input = inputAsObject(item.input);
      writer.words(input.text, input, { cacheBreakpoint: item.breakpoint });
      writer.raw(item.breakpoint ? `${CACHE}}` : '}');
    }
  }
  writer.raw(']}');
}

/** Thinking goes back as it came, signature and all: the provider checks it. */
function writeThinking(writer: SpanWriter, item: ReasoningItem): void {
  const kept = keptThinking(item);
  if (kept?.type === 'redacted') writer.raw(`{"type":"redacted_thinking","data":${JSON.stringify(kept.data)}}`);
  else if (kept)
    writer
      .raw('{"type":"thinking","thinking":')
      .string(item.block)
      .raw(`,"signature":${JSON.stringify(kept.signature)}}`);
}

import { isPicture } from '../../core/models/media.ts';
import type { WireRequest } from '../../core/models/request.ts';
import type { LanguageModel, MediaBlock, ModelEvent, ModelProfile, ModelRequest, ToolSpec } from '../../core/reasoning/language-model.ts';
import { effortOf } from './effort.ts';
import type { HttpStream } from './http-stream.ts';
import { mediaTokens } from './model-sight.ts';
import { streamModel } from './model-stream.ts';
import { ResponsesDecoder, type KeptReasoning, type Phase } from './openai-responses-decoder.ts';
import { SpanWriter } from './span-writer.ts';
import { allowsStrict } from './strict-schema.ts';
import { inPlace, inputAsObject, turnsOf, type CallItem, type ReasoningItem, type TextItem, type Turn } from './turns.ts';
import type { Asked } from './wire-failure.ts';

/**
 * What the provider has refused once and is not asked for again: summaries (they want a verified organisation), and reasoning that it
 * cannot read any more (another organisation's key).
 */
export interface RefusedHere {
  summaries: boolean;
  encrypted: boolean;
}

export interface OpenAiResponsesDeps {
  readonly profile: ModelProfile;
  /** The model as the server names it. */
  readonly model: string;
  readonly baseUrl: string;
  /** Takes `reasoning`. */
  readonly thinks: boolean;
  /** Takes no temperature but its own. */
  readonly fixedTemperature: boolean;
  /** What shows who asks; goes on the wire and nowhere else. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly asked: Asked;
  readonly http: HttpStream;
  readonly refused: RefusedHere;
  /** Tokens that the model may think for; the wire knows efforts only. Absent: the model's own. */
  readonly thinkingTokens?: number;
  /** Milliseconds without a byte. Default 3 minutes. */
  readonly silenceMs?: number;
}

/** The least that the wire takes. */
const LEAST_OUTPUT = 16;

/** A model behind the OpenAI Responses wire, which keeps nothing there (`store: false`): every request holds the whole conversation. */
export function createOpenAiResponsesModel(deps: OpenAiResponsesDeps): LanguageModel {
  const url = `${deps.baseUrl.replace(/\/+$/, '')}/responses`;
  return {
    profile: deps.profile,
    prepare: (request) => prepare(deps, url, request),
    async *stream(wire, signal) {
      const events = streamModel(wire, signal, {
        http: deps.http,
        asked: deps.asked,
        secretHeaders: deps.secretHeaders,
        silenceMs: deps.silenceMs ?? 180_000,
        decoder: new ResponsesDecoder(deps.asked),
      });
      for await (const event of events) yield event.type === 'failed' ? remembered(event, deps.refused) : event;
    },
  };
}

/** What is stable comes first and what changes from step to step last (C4): the numbers stand after the conversation. */
function prepare(deps: OpenAiResponsesDeps, url: string, request: ModelRequest): WireRequest {
  const writer = new SpanWriter();
  writer.raw(`{"model":${JSON.stringify(deps.model)}`);
  writeTools(writer, request);
  writeInstructions(writer, request);
  writer.raw(',"input":[');
  let first = true;
  const next = () => {
    if (!first) writer.raw(',');
    first = false;
  };
  for (const turn of turnsOf(request)) writeTurn(writer, turn, next, deps);
  writer.raw(`],"max_output_tokens":${Math.max(LEAST_OUTPUT, request.maxOutput)}`);
  if (deps.thinks) writeReasoningWish(writer, deps);
  if (request.temperature !== undefined && !deps.fixedTemperature) writer.raw(`,"temperature":${request.temperature}`);
  if (request.constraint) {
    const schema = JSON.stringify(request.constraint.schema);
    writer.raw(`,"text":{"format":{"type":"json_schema","name":"answer","schema":${schema},"strict":false}}`);
  }
  writer.raw(`,"store":false,"prompt_cache_key":"${cacheKey(deps.model, request)}","stream":true}`);
  return { method: 'POST', url, headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, spans: writer.spans() };
}

/** Reasoning comes back as a summary for the person and encrypted for the next step: without `store` the provider keeps none. */
function writeReasoningWish(writer: SpanWriter, deps: OpenAiResponsesDeps): void {
  const wish = {
    ...(deps.thinkingTokens === undefined ? {} : { effort: effortOf(deps.thinkingTokens) }),
    ...(deps.refused.summaries ? {} : { summary: 'auto' }),
  };
  if (Object.keys(wish).length > 0) writer.raw(`,"reasoning":${JSON.stringify(wish)}`);
  writer.raw(',"include":["reasoning.encrypted_content"]');
}

/** Leads the requests of one conversation to the machine that has its beginning: a digest of what stands at the beginning. */
function cacheKey(model: string, request: ModelRequest): string {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(model);
  for (const block of request.system) hash.update(block.text);
  const [message] = request.messages;
  if (message?.role === 'user') for (const block of message.blocks) hash.update(block.text);
  return hash.digest('hex').slice(0, 32);
}

function writeTools(writer: SpanWriter, request: ModelRequest): void {
  if (request.tools.length === 0 || request.isCallless === true) return;
  writer.raw(',"tools":[');
  for (const [index, tool] of request.tools.entries()) {
    const isLast = index === request.tools.length - 1;
    writer.raw(index > 0 ? ',{"type":"function",' : '{"type":"function",');
    writer.words(toldOf(tool), { section: 'tools', source: `tool:${tool.name}`, trust: 'trusted' }, { cacheBreakpoint: isLast });
    writer.raw('}');
  }
  writer.raw(']');
}

/** A tool is told of in every request of a run: written out once. */
const told = new WeakMap<ToolSpec, string>();

function toldOf(tool: ToolSpec): string {
  let text = told.get(tool);
  if (text === undefined) {
    const { name, description, schema } = tool;
    text = JSON.stringify({ name, description, parameters: schema, strict: allowsStrict(schema) }).slice(1, -1);
    told.set(tool, text);
  }
  return text;
}

function writeInstructions(writer: SpanWriter, request: ModelRequest): void {
  const blocks = request.system.filter((block) => /\S/.test(block.text));
  if (blocks.length === 0) return;
  writer.raw(',"instructions":"');
  for (const [index, block] of blocks.entries()) {
    if (index > 0) writer.raw('\\n\\n');
    writer.block(block, { cacheBreakpoint: index === blocks.length - 1 });
  }
  writer.raw('"');
}

function writeTurn(writer: SpanWriter, turn: Turn, next: () => void, { refused, profile }: OpenAiResponsesDeps): void {
  if (turn.role === 'assistant') return writeAssistant(writer, turn.items, next, refused.encrypted);
  for (const result of turn.results) {
    next();
    writer.raw(`{"type":"function_call_output","call_id":${JSON.stringify(result.id)},"output":`);
    if (result.media.length === 0) {
      writer.string(result.block, { cacheBreakpoint: result.breakpoint }).raw('}');
      continue;
    }
    writer.raw('[{"type":"input_text","text":').string(result.block, { cacheBreakpoint: result.breakpoint }).raw('}');
    for (const block of result.media) writeMedia(writer.raw(','), block, profile);
    writer.raw(']}');
  }
  if (turn.said.length === 0) return;
  next();
  writer.raw('{"type":"message","role":"user","content":[');
  for (const [index, item] of turn.said.entries()) {
    if (index > 0) writer.raw(',');
    if (item.type === 'media') writeMedia(writer, item.block, profile);
    else writer.raw('{"type":"input_text","text":').string(item.block, { cacheBreakpoint: item.breakpoint }).raw('}');
  }
  writer.raw(']}');
}

function writeMedia(writer: SpanWriter, block: MediaBlock, profile: ModelProfile): void {
  const { name, media } = block;
  writer.raw(
    isPicture(media) ? '{"type":"input_image","image_url":"' : `{"type":"input_file","filename":${JSON.stringify(name)},"file_data":"`,
  );
  writer.raw(`data:${media.mediaType};base64,`).media(block, mediaTokens(block, profile)).raw('"}');
}

function keptReasoning(item: ReasoningItem): KeptReasoning | null {
  const data = item.providerData as { responsesReasoning?: KeptReasoning } | null | undefined;
  return data?.responsesReasoning ?? null;
}

/** The phase of the text before it. */
function keptPhase(item: ReasoningItem | TextItem | CallItem | undefined): Phase | null {
  if (item?.type !== 'reasoning') return null;
  const data = item.providerData as { responsesPhase?: Phase } | null | undefined;
  return data?.responsesPhase ?? null;
}

function writeAssistant(
  writer: SpanWriter,
  items: readonly (TextItem | ReasoningItem | CallItem)[],
  next: () => void,
  withoutReasoning: boolean,
): void {
  const placed = inPlace(items, (item) => keptReasoning(item)?.callsBefore ?? null);
  // The wire wants every piece of reasoning followed by what it led to: one at the end led to nothing.
  const end = placed.findLastIndex((item) => item.type !== 'reasoning') + 1;
  for (const [index, item] of placed.slice(0, end).entries()) {
    if (item.type === 'reasoning') {
      const kept = withoutReasoning ? null : keptReasoning(item);
      if (kept) writeReasoning(writer, item, kept, next);
      continue;
    }
    next();
    if (item.type === 'text') {
      const phase = keptPhase(placed[index + 1]);
      writer.raw('{"type":"message","role":"assistant","content":[{"type":"output_text","text":');
      writer.string(item.block, { cacheBreakpoint: item.breakpoint }).raw(phase ? `}],"phase":"${phase}"}` : '}]}');
    } else {
      writer.raw(`{"type":"function_call","call_id":${JSON.stringify(item.id)},"name":${JSON.stringify(item.name)},"arguments":`);
      // The arguments are JSON inside a JSON string.
      writer.string(inputAsObject(item.input), { cacheBreakpoint: item.breakpoint }).raw('}');
    }
  }
}

function writeReasoning(writer: SpanWriter, item: ReasoningItem, kept: KeptReasoning, next: () => void): void {
  next();
  writer.raw(`{"type":"reasoning","id":${JSON.stringify(kept.id)},"summary":[`);
  if (item.block.text !== '') writer.raw('{"type":"summary_text","text":').string(item.block).raw('}');
  writer.raw(`],"encrypted_content":${JSON.stringify(kept.encrypted)}}`);
}

const NO_SUMMARIES = /verified to generate reasoning summar|reasoning\.summary/i;
const UNREADABLE = /encrypted content|encrypted_content/i;

/** A refusal of what can be left out is remembered, so that the next try goes without. */
function remembered(event: Extract<ModelEvent, { type: 'failed' }>, refused: RefusedHere): ModelEvent {
  const { failure } = event;
  if (failure.code !== 'model_bad_request' && failure.code !== 'model_forbidden') return event;
  const without = NO_SUMMARIES.test(failure.message) ? 'summaries' : UNREADABLE.test(failure.message) ? 'encrypted' : null;
  if (without === null) return event;
  refused[without] = true;
  return { ...event, failure: { ...failure, message: `${failure.message} From now on it is left out: try again.` } };
}

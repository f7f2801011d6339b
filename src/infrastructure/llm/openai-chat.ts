import type { WireRequest } from '../../core/models/request.ts';
import type { LanguageModel, ModelProfile, ModelRequest, ToolSpec } from '../../core/reasoning/language-model.ts';
import type { HttpStream } from './http-stream.ts';
import { streamModel } from './model-stream.ts';
import { ChatDecoder } from './openai-chat-decoder.ts';
import { mediaTokens } from './model-sight.ts';
import type { Preset } from './presets.ts';
import { SpanWriter } from './span-writer.ts';
import {
  inputAsObject,
  picturesOf,
  turnsOf,
  type CallItem,
  type MediaItem,
  type ReasoningItem,
  type ResultItem,
  type TextItem,
  type Turn,
} from './turns.ts';
import type { Asked } from './wire-failure.ts';

export interface OpenAiChatDeps {
  readonly profile: ModelProfile;
  /** The model as the server names it. */
  readonly model: string;
  readonly baseUrl: string;
  readonly preset: Preset;
  readonly fixedTemperature: boolean;
  /** What shows who asks; goes on the wire and nowhere else. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly asked: Asked;
  readonly http: HttpStream;
  readonly silenceMs?: number;
}

/** A model behind the OpenAI chat completions wire. */
export function createOpenAiChatModel(deps: OpenAiChatDeps): LanguageModel {
  const url = `${deps.baseUrl.replace(/\/+$/, '')}/chat/completions`;
  return {
    profile: deps.profile,
    prepare: (request) => prepare(deps, url, request),
    stream: (wire, signal) =>
      streamModel(wire, signal, {
        http: deps.http,
        asked: deps.asked,
        secretHeaders: deps.secretHeaders,
        silenceMs: deps.silenceMs ?? deps.preset.silenceMs,
        decoder: new ChatDecoder(deps.asked, deps.preset.reasoningBack === 'reasoning_details'),
      }),
  };
}

/** What is stable comes first and what changes from step to step last (C4): the numbers stand after the messages. */
function prepare(deps: OpenAiChatDeps, url: string, request: ModelRequest): WireRequest {
  const writer = new SpanWriter();
  writer.raw(`{"model":${JSON.stringify(deps.model)}`);
  writeTools(writer, request);
  writer.raw(',"messages":[');
  const cacheParts = deps.preset.cacheControl?.test(deps.model) ?? false;
  let first = true;
  const next = () => {
    if (!first) writer.raw(',');
    first = false;
  };
  const system = request.system
    .filter((block) => /\S/.test(block.text))
    .map((block): TextItem => ({ type: 'text', block, breakpoint: false }));
  const lastOfSystem = system.at(-1);
  if (lastOfSystem) {
    lastOfSystem.breakpoint = true;
    next();
    writer.raw('{"role":"system","content":');
    writeTexts(writer, system, cacheParts);
    writer.raw('}');
  }
  for (const turn of turnsOf(request, deps.preset.callIds)) writeTurn(writer, turn, next, deps, cacheParts);
  writer.raw(`],"${deps.preset.maxTokensField}":${request.maxOutput}`);
  if (request.temperature !== undefined && !deps.fixedTemperature) writer.raw(`,"temperature":${request.temperature}`);
  writeConstraint(writer, request, deps.preset);
  writer.raw(',"stream":true');
  if (deps.preset.includeUsage) writer.raw(',"stream_options":{"include_usage":true}');
  writer.raw('}');
  return { method: 'POST', url, headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, spans: writer.spans() };
}

function writeTools(writer: SpanWriter, request: ModelRequest): void {
  if (request.tools.length === 0 || request.isCallless === true) return;
  writer.raw(',"tools":[');
  for (const [index, tool] of request.tools.entries()) {
    if (index > 0) writer.raw(',');
    writer.raw('{"type":"function","function":');
    writer.words(
      toldOf(tool),
      { section: 'tools', source: `tool:${tool.name}`, trust: 'trusted' },
      { cacheBreakpoint: index === request.tools.length - 1 },
    );
    writer.raw('}');
  }
  writer.raw(']');
}

/** A tool is told of in every request of a run: written out once. */
const told = new WeakMap<ToolSpec, string>();

function toldOf(tool: ToolSpec): string {
  let text = told.get(tool);
  if (text === undefined) {
    text = JSON.stringify({ name: tool.name, description: tool.description, parameters: tool.schema });
    told.set(tool, text);
  }
  return text;
}

function writeConstraint(writer: SpanWriter, request: ModelRequest, preset: Preset): void {
  if (!request.constraint || preset.constraint === 'none') return;
  if (preset.constraint === 'grammar') writer.raw(`,"grammar":${JSON.stringify(request.constraint.grammar)}`);
  else {
    const schema = JSON.stringify(request.constraint.schema);
    writer.raw(`,"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":${schema}}}`);
  }
}

function writeTurn(writer: SpanWriter, turn: Turn, next: () => void, deps: OpenAiChatDeps, cacheParts: boolean): void {
  const { preset, profile } = deps;
  if (turn.role === 'assistant') {
    next();
    writeAssistant(writer, turn.items, preset, cacheParts);
    return;
  }
  for (const result of turn.results) {
    next();
    writer.raw(`{"role":"tool","tool_call_id":${JSON.stringify(result.id)},"content":`);
    writeTexts(writer, [result], cacheParts);
    writer.raw('}');
  }
  // A result is words alone on this wire: its picture follows as the person's.
  const said = [...picturesOf(turn.results), ...turn.said];
  if (said.length === 0) return;
  next();
  if (turn.results.length > 0 && preset.answersResults) writer.raw('{"role":"assistant","content":"I have read the results."},');
  writer.raw('{"role":"user","content":');
  writeSaid(writer, said, profile, cacheParts);
  writer.raw('}');
}

function writeSaid(writer: SpanWriter, said: readonly (TextItem | MediaItem)[], profile: ModelProfile, cacheParts: boolean): void {
  const texts = said.filter((item) => item.type === 'text');
  if (texts.length === said.length) return writeTexts(writer, texts, cacheParts);
  writer.raw('[');
  for (const [index, item] of said.entries()) {
    if (index > 0) writer.raw(',');
    if (item.type === 'text') {
      writer.raw('{"type":"text","text":').string(item.block, { cacheBreakpoint: item.breakpoint });
      writer.raw(item.breakpoint && cacheParts ? ',"cache_control":{"type":"ephemeral"}}' : '}');
      continue;
    }
    writer.raw(`{"type":"image_url","image_url":{"url":"data:${item.block.media.mediaType};base64,`);
    writer.media(item.block, mediaTokens(item.block, profile)).raw('"}}');
  }
  writer.raw(']');
}

/** Plain text where there can be plain text, which every server takes; parts only to carry a cache mark. */
function writeTexts(writer: SpanWriter, texts: readonly (TextItem | ResultItem)[], cacheParts: boolean): void {
  const inParts = cacheParts && texts.some((item) => item.breakpoint);
  writer.raw(inParts ? '[' : '"');
  for (const [index, item] of texts.entries()) {
    const options = { cacheBreakpoint: item.breakpoint };
    if (inParts) {
      writer.raw(`${index > 0 ? ',' : ''}{"type":"text","text":"`).block(item.block, options);
      writer.raw(item.breakpoint ? '","cache_control":{"type":"ephemeral"}}' : '"}');
    } else {
      if (index > 0) writer.raw('\\n\\n');
      writer.block(item.block, options);
    }
  }
  writer.raw(inParts ? ']' : '"');
}

function writeAssistant(
  writer: SpanWriter,
  items: readonly (TextItem | ReasoningItem | CallItem)[],
  preset: Preset,
  cacheParts: boolean,
): void {
  const texts = items.filter((item) => item.type === 'text');
  const calls = items.filter((item) => item.type === 'call');
  writer.raw('{"role":"assistant"');
  if (texts.length > 0) {
    writer.raw(',"content":');
    writeTexts(writer, texts, cacheParts);
  } else {
    // A message of calls alone has null; some servers refuse the key's absence, and none an empty text after reasoning.
    writer.raw(calls.length > 0 ? ',"content":null' : ',"content":""');
  }
  writeReasoning(writer, items, preset, calls.length > 0);
  if (calls.length > 0) {
    writer.raw(',"tool_calls":[');
    for (const [index, call] of calls.entries()) {
      const name = JSON.stringify(call.name);
      writer.raw(`${index > 0 ? ',' : ''}{"id":${JSON.stringify(call.id)},"type":"function","function":{"name":${name},"arguments":`);
      // The arguments are JSON inside a JSON string.
      writer.string(inputAsObject(call.input), { cacheBreakpoint: call.breakpoint });
      writer.raw('}}');
    }
    writer.raw(']');
  }
  writer.raw('}');
}

/** Reasoning goes back only with the calls that it led to; an answer's own is never wanted again. */
function writeReasoning(
  writer: SpanWriter,
  items: readonly (TextItem | ReasoningItem | CallItem)[],
  preset: Preset,
  hasCalls: boolean,
): void {
  if (!hasCalls || preset.reasoningBack === 'none') return;
  const reasoning = items.filter((item) => item.type === 'reasoning');
  if (preset.reasoningBack === 'reasoning_content') {
    const spoken = reasoning.filter((item) => item.block.text !== '');
    if (spoken.length === 0) return;
    writer.raw(',"reasoning_content":"');
    for (const [index, item] of spoken.entries()) writer.raw(index > 0 ? '\\n\\n' : '').block(item.block);
    writer.raw('"');
    return;
  }
  const kept = reasoning.flatMap((item) => {
    const details = (item.providerData as { reasoningDetails?: unknown } | null | undefined)?.reasoningDetails;
    return Array.isArray(details) ? [{ block: item.block, details: details as unknown[] }] : [];
  });
  if (kept.length === 0) return;
  writer.raw(',"reasoning_details":[');
  for (const [index, { block, details }] of kept.entries()) {
    if (index > 0) writer.raw(',');
    writer.words(JSON.stringify(details).slice(1, -1), block);
  }
  writer.raw(']');
}

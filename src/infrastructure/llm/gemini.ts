import type { WireRequest } from '../../core/models/request.ts';
import type { LanguageModel, ModelProfile, ModelRequest, ToolSpec } from '../../core/reasoning/language-model.ts';
import { GeminiDecoder, isNameless, type KeptPart } from './gemini-decoder.ts';
import { geminiSchema } from './gemini-schema.ts';
import type { HttpStream } from './http-stream.ts';
import { mediaTokens } from './model-sight.ts';
import { streamModel } from './model-stream.ts';
import { SpanWriter } from './span-writer.ts';
import { inPlace, inputAsObject, picturesOf, turnsOf, type CallItem, type ReasoningItem, type TextItem, type Turn } from './turns.ts';
import type { Asked } from './wire-failure.ts';

export interface GeminiDeps {
  readonly profile: ModelProfile;
  /** The model as the server names it. */
  readonly model: string;
  /** With the version of the wire. */
  readonly baseUrl: string;
  /** Takes `thinkingConfig`. */
  readonly thinks: boolean;
  /** Refuses a call in the history that is not signed. */
  readonly wantsSignatures: boolean;
  /** What shows who asks; goes on the wire and nowhere else. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly asked: Asked;
  readonly http: HttpStream;
  /** Tokens that the model may think for. Absent: as many as it likes. */
  readonly thinkingTokens?: number;
  /** Milliseconds without a byte. Default 3 minutes. */
  readonly silenceMs?: number;
}

/** Stands where a call of another model has no signature. Source: https://ai.google.dev/gemini-api/docs/thought-signatures */
const UNSIGNED = 'skip_thought_signature_validator';
/** Tokens; the most that every thinking model of the provider takes. */
const MOST_THINKING = 24_576;

/** A model behind the Gemini wire. */
export function createGeminiModel(deps: GeminiDeps): LanguageModel {
  const places = (deps.model.includes('/') ? deps.model : `models/${deps.model}`).split('/');
  // A name that leads elsewhere is none.
  const path = places
    .filter((place) => !/^\.{0,2}$/.test(place))
    .map(encodeURIComponent)
    .join('/');
  const url = `${deps.baseUrl}/${path}:streamGenerateContent?alt=sse`;
  return {
    profile: deps.profile,
    prepare: (request) => prepare(deps, url, request),
    stream: (wire, signal) =>
      streamModel(wire, signal, {
        http: deps.http,
        asked: deps.asked,
        secretHeaders: deps.secretHeaders,
        silenceMs: deps.silenceMs ?? 180_000,
        decoder: new GeminiDecoder(deps.asked),
      }),
  };
}

/** Tools, system and conversation first, which the provider caches by itself, then the numbers (C4). */
function prepare(deps: GeminiDeps, url: string, request: ModelRequest): WireRequest {
  const writer = new SpanWriter();
  const turns = turnsOf(request);
  writer.raw('{');
  writeTools(writer, request);
  writeSystem(writer, request);
  writer.raw('"contents":[');
  // The wire wants the user to begin; after trimming an answer can stand first.
  if (turns[0]?.role === 'assistant') writer.raw('{"role":"user","parts":[{"text":"(The beginning of the conversation is left out.)"}]},');
  for (const [index, turn] of turns.entries()) {
    if (index > 0) writer.raw(',');
    if (turn.role === 'user') writeUser(writer, turn, deps.profile);
    else writeModel(writer, turn.items, deps.wantsSignatures);
  }
  writer.raw(`],"generationConfig":${JSON.stringify(numbersOf(deps, request))}}`);
  return { method: 'POST', url, headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, spans: writer.spans() };
}

function numbersOf(deps: GeminiDeps, request: ModelRequest): Readonly<Record<string, unknown>> {
  const budget = Math.min(deps.thinkingTokens ?? 0, Math.floor(request.maxOutput / 2), MOST_THINKING);
  const schema = request.constraint ? geminiSchema(request.constraint.schema) : null;
  return {
    maxOutputTokens: request.maxOutput,
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(deps.thinks ? { thinkingConfig: { includeThoughts: true, ...(budget > 0 ? { thinkingBudget: budget } : {}) } } : {}),
    ...(request.constraint ? { responseMimeType: 'application/json', ...(schema ? { responseSchema: schema } : {}) } : {}),
  };
}

function writeTools(writer: SpanWriter, request: ModelRequest): void {
  if (request.tools.length === 0 || request.isCallless === true) return;
  writer.raw('"tools":[{"functionDeclarations":[');
  for (const [index, tool] of request.tools.entries()) {
    const isLast = index === request.tools.length - 1;
    writer.raw(index > 0 ? ',' : '');
    writer.words(toldOf(tool), { section: 'tools', source: `tool:${tool.name}`, trust: 'trusted' }, { cacheBreakpoint: isLast });
  }
  writer.raw(']}],');
}

/** A tool is told of in every request of a run: written out once. */
const told = new WeakMap<ToolSpec, string>();

function toldOf(tool: ToolSpec): string {
  let text = told.get(tool);
  if (text === undefined) {
    const parameters = geminiSchema(tool.schema);
    text = JSON.stringify({ name: tool.name, description: tool.description, ...(parameters ? { parameters } : {}) });
    told.set(tool, text);
  }
  return text;
}

function writeSystem(writer: SpanWriter, request: ModelRequest): void {
  const blocks = request.system.filter((block) => /\S/.test(block.text));
  if (blocks.length === 0) return;
  writer.raw('"systemInstruction":{"parts":[');
  for (const [index, block] of blocks.entries()) {
    const breakpoint = index === blocks.length - 1;
    writer
      .raw(index > 0 ? ',{"text":' : '{"text":')
      .string(block, { cacheBreakpoint: breakpoint })
      .raw('}');
  }
  writer.raw(']},');
}

/**
 * Results stand alone: the wire wants as many parts behind calls as there were calls. Their pictures, and the person's words, follow on
 * their own: only the newest models take a picture inside of a result.
 */
function writeUser(writer: SpanWriter, turn: Extract<Turn, { role: 'user' }>, profile: ModelProfile): void {
  const said = [...picturesOf(turn.results), ...turn.said];
  if (turn.results.length > 0) {
    writer.raw('{"role":"user","parts":[');
    for (const [index, result] of turn.results.entries()) {
      writer.raw(`${index > 0 ? ',' : ''}{"functionResponse":{${idOf(result.id)}"name":${JSON.stringify(result.name)},"response":{`);
      writer
        .raw(result.isError ? '"error":' : '"output":')
        .string(result.block, { cacheBreakpoint: result.breakpoint })
        .raw('}}}');
    }
    writer.raw(said.length > 0 ? ']},' : ']}');
  }
  if (said.length === 0) return;
  writer.raw('{"role":"user","parts":[');
  for (const [index, item] of said.entries()) {
    if (index > 0) writer.raw(',');
    if (item.type === 'text') writer.raw('{"text":').string(item.block, { cacheBreakpoint: item.breakpoint }).raw('}');
    else {
      writer.raw(`{"inlineData":{"mimeType":"${item.block.media.mediaType}","data":"`);
      writer.media(item.block, mediaTokens(item.block, profile)).raw('"}}');
    }
  }
  writer.raw(']}');
}

function idOf(id: string): string {
  return isNameless(id) ? '' : `"id":${JSON.stringify(id)},`;
}

function keptPart(item: ReasoningItem | TextItem | CallItem | undefined): KeptPart | null {
  if (item?.type !== 'reasoning') return null;
  const data = item.providerData as { geminiPart?: KeptPart } | null | undefined;
  return data?.geminiPart ?? null;
}

/** Thoughts and signatures go back as they came, each on the part that it came with: the provider checks them. */
function writeModel(writer: SpanWriter, items: readonly (TextItem | ReasoningItem | CallItem)[], wantsSignatures: boolean): void {
  const placed = inPlace(items, (item) => keptPart(item)?.callsBefore ?? null);
  const signatures = signaturesOf(placed, wantsSignatures);
  let written = 0;
  let calls = 0;
  const next = () => {
    if (written > 0) writer.raw(',');
    written += 1;
  };
  writer.raw('{"role":"model","parts":[');
  for (const [index, item] of placed.entries()) {
    if (item.type === 'reasoning') {
      writeKept(writer, item, next);
      continue;
    }
    next();
    if (item.type === 'text') {
      const kept = keptPart(placed[index + 1]);
      writer.raw('{"text":').string(item.block, { cacheBreakpoint: item.breakpoint });
      writer.raw(`${kept?.textSignature && !kept.alone ? signed(kept.textSignature) : ''}}`);
      continue;
    }
    const input = inputAsObject(item.input);
    writer.raw(`{"functionCall":{${idOf(item.id)}"name":${JSON.stringify(item.name)},"args":`);
    writer.words(input.text, input, { cacheBreakpoint: item.breakpoint });
    writer.raw(`}${signed(signatures.get(calls))}}`);
    calls += 1;
  }
  // An answer of another model's reasoning alone: the turn must stand, so that the turns around it do not meet.
  if (written === 0) writer.raw('{"text":"(no answer)"}');
  writer.raw(']}');
}

function signed(signature: string | undefined): string {
  return signature === undefined ? '' : `,"thoughtSignature":${JSON.stringify(signature)}`;
}

/** Signatures by the place of their call. Of parallel calls only the first is signed. */
function signaturesOf(items: readonly (TextItem | ReasoningItem | CallItem)[], wantsSignatures: boolean): ReadonlyMap<number, string> {
  const signatures = new Map<number, string>();
  for (const item of items) {
    const kept = keptPart(item);
    if (kept?.callSignature) signatures.set(kept.callsBefore, kept.callSignature);
  }
  if (signatures.size === 0 && wantsSignatures) signatures.set(0, UNSIGNED);
  return signatures;
}

function writeKept(writer: SpanWriter, item: ReasoningItem, next: () => void): void {
  const kept = keptPart(item);
  if (kept?.thought && (item.block.text !== '' || kept.thought.signature)) {
    next();
    writer
      .raw('{"text":')
      .string(item.block)
      .raw(`,"thought":true${signed(kept.thought.signature)}}`);
  }
  if (kept?.textSignature && kept.alone) {
    next();
    writer.raw(`{"text":""${signed(kept.textSignature)}}`);
  }
}

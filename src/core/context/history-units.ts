import type { Trim } from '../agent/agent-event.ts';
import type { Media } from '../models/media.ts';
import type { Message, Part } from '../models/message.ts';
import { estimateMedia } from '../models/media-tokens.ts';
import { resultForModel, type ToolCall } from '../models/tool-call.ts';

/**
 * What can be left out of a request as a whole, so that no call is ever cut from its result (C2):
 * a past exchange (the person's message with everything up to their next one), or one step of the exchange that is going on.
 */
export type HistoryUnit =
  | { readonly kind: 'exchange'; readonly messageId: string; readonly bytes: number }
  | { readonly kind: 'step'; readonly messageId: string; readonly stepId: string; readonly bytes: number };

/** The history after a trim: whole exchanges up to its mark are gone, and in the marked exchange the steps up to its mark. */
export function applyTrim(messages: readonly Message[], trim: Trim | null): readonly Message[] {
  if (!trim) return messages;
  const { through } = trim;
  const start = messages.findIndex((message) => message.id === through.messageId);
  if (start < 0) return messages;
  const end = nextPersonMessage(messages, start + 1);
  if (through.kind === 'exchange') return messages.slice(end);
  let reached = false;
  const exchange = messages.slice(start, end).map((message) => {
    if (message.role === 'person' || reached) return message;
    const last = message.parts.findLastIndex((part) => part.stepId === through.stepId);
    if (last < 0) return { ...message, parts: [] };
    reached = true;
    return { ...message, parts: message.parts.slice(last + 1) };
  });
  // Every message was before the mark only if the mark is not here: then nothing of it is left out.
  if (!reached) return messages.slice(start);
  return [...exchange, ...messages.slice(end)].filter((message) => message.role === 'person' || message.parts.length > 0);
}

/** The units of a history, oldest first. The last exchange is split into its steps; its person's message belongs to no unit: it always stays. */
export function unitsOf(messages: readonly Message[], calls: ReadonlyMap<string, ToolCall>): readonly HistoryUnit[] {
  const units: HistoryUnit[] = [];
  const last = messages.findLastIndex((message) => message.role === 'person');
  let index = 0;
  while (index < last) {
    const end = nextPersonMessage(messages, index + 1);
    const first = messages[index];
    if (first) {
      const bytes = messages.slice(index, end).reduce((sum, message) => sum + bytesOf(message.parts, calls), 0);
      units.push({ kind: 'exchange', messageId: first.id, bytes });
    }
    index = end;
  }
  const anchor = messages[last];
  if (!anchor) return units;
  for (const message of messages.slice(last + 1)) {
    for (const [stepId, parts] of stepsOf(message)) {
      units.push({ kind: 'step', messageId: anchor.id, stepId, bytes: bytesOf(parts, calls) });
    }
  }
  return units;
}

/** The parts of an agent's message by the step that made them, in order. */
export function stepsOf(message: Message): ReadonlyMap<string, readonly Part[]> {
  const steps = new Map<string, Part[]>();
  for (const part of message.parts) {
    if (part.type === 'notice') continue;
    const key = part.stepId ?? '';
    const known = steps.get(key);
    if (known) known.push(part);
    else steps.set(key, [part]);
  }
  return steps;
}

function nextPersonMessage(messages: readonly Message[], from: number): number {
  for (let index = from; index < messages.length; index += 1) if (messages[index]?.role === 'person') return index;
  return messages.length;
}

function bytesOf(parts: readonly Part[], calls: ReadonlyMap<string, ToolCall>): number {
  let bytes = 0;
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'file' || part.type === 'reasoning') bytes += utf8Length(part.text) + 16;
    if (part.type === 'media') bytes += bytesLike(part.media);
    if (part.type === 'tool_call') {
      const call = calls.get(part.callId);
      for (const { media } of call?.media ?? []) bytes += bytesLike(media);
      if (call) bytes += utf8Length(JSON.stringify(call.input) ?? '') + utf8Length(resultForModel(call).text) + 80;
    }
  }
  return bytes;
}

/** The bytes of words that would take as many tokens. What is left in the end is counted anew. */
function bytesLike(media: Media): number {
  return estimateMedia(media) * 4;
}

const BEYOND_ASCII = /[^\0-\x7f]/;

/** UTF-8 bytes of a text, without encoding it. */
export function utf8Length(text: string): number {
  // Most texts are ASCII; a search for what is not is many times quicker than to look at every character.
  if (!BEYOND_ASCII.test(text)) return text.length;
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7ff) bytes += code >= 0xd800 && code <= 0xdfff ? 1 : 2;
    else if (code > 0x7f) bytes += 1;
  }
  return bytes;
}

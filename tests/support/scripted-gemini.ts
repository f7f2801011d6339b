/** One scripted reply in the Gemini wire, as the provider documents it. */
import { pieces, USAGE, type ScriptedContent, type ScriptedToolCall, type ScriptedUsage, type WireEvent } from './scripted-wires.ts';

function usageOf(usage: ScriptedUsage | undefined) {
  const all = { ...USAGE, ...usage };
  return {
    promptTokenCount: all.input,
    cachedContentTokenCount: all.cachedRead,
    candidatesTokenCount: all.output - all.reasoning,
    thoughtsTokenCount: all.reasoning,
    totalTokenCount: all.input + all.output,
  };
}

/** Arguments are an object on this wire, or not there. */
function callPart(call: ScriptedToolCall, signature: string | undefined): unknown {
  const args = call.rawArguments === undefined ? { args: call.input ?? {} } : call.rawArguments === '' ? {} : { args: call.rawArguments };
  const id = call.id === null || call.id === undefined ? {} : { id: call.id };
  return { functionCall: { ...id, name: call.name, ...args }, ...(signature === undefined ? {} : { thoughtSignature: signature }) };
}

function partsOf(reply: ScriptedContent, size: number): unknown[] {
  const parts: unknown[] = [];
  for (const text of pieces(reply.reasoning ?? '', size)) parts.push({ text, thought: true });
  for (const text of pieces(reply.text ?? '', size)) parts.push({ text });
  // The text's signature comes at its end, on a part without words; of parallel calls the first is signed.
  if (reply.signature !== undefined && !reply.toolCalls?.length) parts.push({ text: '', thoughtSignature: reply.signature });
  for (const [index, call] of (reply.toolCalls ?? []).entries()) parts.push(callPart(call, index === 0 ? reply.signature : undefined));
  return parts;
}

/** One reply as the events of `streamGenerateContent?alt=sse`. */
export function geminiEvents(reply: ScriptedContent, model: string): WireEvent[] {
  const events: WireEvent[] = [];
  const usage = reply.usage === null ? {} : { usageMetadata: usageOf(reply.usage) };
  const push = (rest: object) => events.push({ data: JSON.stringify({ ...rest, modelVersion: model, responseId: 'scripted' }) });
  if (reply.blocked) {
    push({ promptFeedback: { blockReason: reply.blocked }, ...usage });
    return events;
  }
  if (reply.unknownEvents)
    events.push({ event: 'weather', data: '{"rain":true}' }, { data: '{"candidates":[{"content":{"parts":[{"novelty":1}]}}]}' });
  for (const part of partsOf(reply, reply.chunkSize ?? 16))
    push({ candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }], ...usage });
  if (reply.errorEvent) {
    push({ error: { code: 503, status: reply.errorEvent.type, message: reply.errorEvent.message } });
    return events;
  }
  push({ candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: reply.finish ?? 'STOP', index: 0 }], ...usage });
  return events;
}

/** One reply as `generateContent` gives it. */
export function geminiDocument(reply: ScriptedContent, model: string): unknown {
  return {
    candidates: [{ content: { role: 'model', parts: partsOf(reply, Infinity) }, finishReason: reply.finish ?? 'STOP', index: 0 }],
    ...(reply.usage === null ? {} : { usageMetadata: usageOf(reply.usage) }),
    modelVersion: model,
  };
}

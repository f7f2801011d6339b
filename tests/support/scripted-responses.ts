/** One scripted reply in the OpenAI Responses wire, as the provider documents it. */
import { argumentsOf, callId, pieces, USAGE, type ScriptedContent, type ScriptedUsage, type WireEvent } from './scripted-wires.ts';

function usageOf(usage: ScriptedUsage | undefined) {
  const all = { ...USAGE, ...usage };
  return {
    input_tokens: all.input,
    input_tokens_details: { cached_tokens: all.cachedRead },
    output_tokens: all.output,
    output_tokens_details: { reasoning_tokens: all.reasoning },
    total_tokens: all.input + all.output,
  };
}

/** The items of the answer, each with the event types of its pieces. */
function itemsOf(reply: ScriptedContent) {
  const items: { item: Record<string, unknown>; kind: 'reasoning' | 'text' | 'refusal' | 'call'; words: string }[] = [];
  if (reply.reasoning !== undefined || reply.signature !== undefined) {
    const summary = reply.reasoning ? [{ type: 'summary_text', text: reply.reasoning }] : [];
    const encrypted = reply.signature === undefined ? {} : { encrypted_content: reply.signature };
    items.push({ item: { id: 'rs_1', type: 'reasoning', summary, ...encrypted }, kind: 'reasoning', words: reply.reasoning ?? '' });
  }
  if (reply.text) {
    const content = [{ type: 'output_text', text: reply.text, annotations: [] }];
    const phase = reply.phase ? { phase: reply.phase } : {};
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', ...phase, content };
    items.push({ item, kind: 'text', words: reply.text });
  }
  if (reply.refusal) {
    const content = [{ type: 'refusal', refusal: reply.refusal }];
    const item = { id: 'msg_2', type: 'message', role: 'assistant', status: 'completed', content };
    items.push({ item, kind: 'refusal', words: reply.refusal });
  }
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    const id = callId(call, index, 'call_');
    const known = id === undefined ? {} : { call_id: id };
    const item = {
      id: `fc_${index + 1}`,
      type: 'function_call',
      status: 'completed',
      ...known,
      name: call.name,
      arguments: argumentsOf(call),
    };
    items.push({ item, kind: 'call', words: argumentsOf(call) });
  }
  return items;
}

/** An item as it stands when it is announced: nothing of it was said yet. */
function announced(item: Record<string, unknown>): Record<string, unknown> {
  return {
    ...item,
    ...('content' in item ? { content: [], status: 'in_progress' } : {}),
    ...('arguments' in item ? { arguments: '', status: 'in_progress' } : {}),
    ...('summary' in item ? { summary: [] } : {}),
  };
}

/** One reply as the events of a streamed response. */
export function responseEvents(reply: ScriptedContent, model: string): WireEvent[] {
  const events: WireEvent[] = [];
  const push = (type: string, rest: object) =>
    events.push({ event: type, data: JSON.stringify({ type, sequence_number: events.length, ...rest }) });
  const head = { id: 'resp_scripted', object: 'response', created_at: 1_700_000_000, model, error: null, incomplete_details: null };
  push('response.created', { response: { ...head, status: 'in_progress', output: [], usage: null } });
  push('response.in_progress', { response: { ...head, status: 'in_progress', output: [], usage: null } });
  if (reply.unknownEvents) push('response.weather.reported', { rain: true, delta: 'not for you' });
  const items = itemsOf(reply);
  for (const [output_index, { item, kind, words }] of items.entries()) {
    const at = { output_index, item_id: item['id'] };
    push('response.output_item.added', { output_index, item: announced(item) });
    const size = reply.chunkSize ?? 16;
    if (kind === 'reasoning' && words !== '') {
      push('response.reasoning_summary_part.added', { ...at, summary_index: 0, part: { type: 'summary_text', text: '' } });
      for (const delta of pieces(words, size)) push('response.reasoning_summary_text.delta', { ...at, summary_index: 0, delta });
      push('response.reasoning_summary_text.done', { ...at, summary_index: 0, text: words });
    } else if (kind === 'text') {
      push('response.content_part.added', { ...at, content_index: 0, part: { type: 'output_text', text: '', annotations: [] } });
      for (const delta of pieces(words, size)) push('response.output_text.delta', { ...at, content_index: 0, delta });
      push('response.output_text.done', { ...at, content_index: 0, text: words });
    } else if (kind === 'refusal') {
      for (const delta of pieces(words, size)) push('response.refusal.delta', { ...at, content_index: 0, delta });
      push('response.refusal.done', { ...at, content_index: 0, refusal: words });
    } else if (kind === 'call') {
      for (const delta of pieces(words, size)) push('response.function_call_arguments.delta', { ...at, delta });
      push('response.function_call_arguments.done', { ...at, arguments: words });
    }
    push('response.output_item.done', { output_index, item });
  }
  if (reply.errorEvent) {
    push('error', { code: reply.errorEvent.type, message: reply.errorEvent.message, param: null });
    return events;
  }
  const whole = responseDocument(reply, model) as { status: string };
  push(`response.${whole.status}`, { response: whole });
  return events;
}

/** One reply as a whole response. */
export function responseDocument(reply: ScriptedContent, model: string): unknown {
  const incomplete = reply.finish === undefined || reply.finish === 'completed' ? null : { reason: reply.finish };
  return {
    id: 'resp_scripted',
    object: 'response',
    model,
    status: reply.failedWith ? 'failed' : incomplete ? 'incomplete' : 'completed',
    error: reply.failedWith ?? null,
    incomplete_details: incomplete,
    output: itemsOf(reply).map(({ item }) => item),
    usage: reply.usage === null ? null : usageOf(reply.usage),
  };
}

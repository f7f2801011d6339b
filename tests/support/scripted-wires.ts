/** What a scripted reply holds, and its events in the chat and Messages wires, as the providers document them. */

export interface ScriptedToolCall {
  readonly name: string;
  readonly input?: unknown;
  /** The provider's id; null: the server sends none. */
  readonly id?: string | null;
  /** Sent as the arguments instead of `input`, whatever it is (half JSON, for instance). */
  readonly rawArguments?: string;
}

export interface ScriptedUsage {
  readonly input?: number;
  readonly output?: number;
  readonly cachedRead?: number;
  readonly cachedWrite?: number;
  readonly reasoning?: number;
}

export interface ScriptedContent {
  readonly text?: string;
  readonly reasoning?: string;
  /** What must go back with the reasoning: its signature (Messages), its encrypted words (Responses), the signature of the first call or of the text (Gemini). */
  readonly signature?: string;
  /** The model declines in these words (Responses wire). */
  readonly refusal?: string;
  /** Whether the text is on the way or the answer (Responses wire). */
  readonly phase?: 'commentary' | 'final_answer';
  /** The provider answers nothing to these words, for this reason (Gemini wire). */
  readonly blocked?: string;
  /** A `redacted_thinking` block (Messages wire). */
  readonly redacted?: string;
  /** Name of the reasoning field (chat wire). Default `reasoning_content`. */
  readonly reasoningField?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** The wire's own word: `stop`, `length` …, `end_turn`, `refusal` …, `max_output_tokens` …, `MAX_TOKENS`, `SAFETY` … */
  readonly finish?: string;
  /** null: none is sent. */
  readonly usage?: ScriptedUsage | null;
  /** Characters per delta. Default 16. */
  readonly chunkSize?: number;
  /** Leaves the `index` of tool calls out (chat wire). */
  readonly omitToolIndex?: boolean;
  /** An error event sent after the content, instead of an end. */
  readonly errorEvent?: { readonly type: string; readonly message: string };
  /** The answer ends as failed, with this error in it (Responses wire). */
  readonly failedWith?: { readonly code: string; readonly message: string };
  /** Events of a kind that no client knows are mixed in. */
  readonly unknownEvents?: boolean;
}

export interface WireEvent {
  readonly event?: string;
  readonly data: string;
}

export const USAGE: Required<ScriptedUsage> = { input: 100, output: 20, cachedRead: 0, cachedWrite: 0, reasoning: 0 };

export function pieces(text: string, size: number): string[] {
  const points = Array.from(text);
  const out: string[] = [];
  for (let at = 0; at < points.length; at += size) out.push(points.slice(at, at + size).join(''));
  return out;
}

export function argumentsOf(call: ScriptedToolCall): string {
  return call.rawArguments ?? JSON.stringify(call.input ?? {});
}

export function callId(call: ScriptedToolCall, index: number, prefix: string): string | undefined {
  return call.id === null ? undefined : (call.id ?? `${prefix}${index + 1}`);
}

function chatUsage(usage: ScriptedUsage | undefined) {
  const all = { ...USAGE, ...usage };
  return {
    prompt_tokens: all.input,
    completion_tokens: all.output,
    total_tokens: all.input + all.output,
    prompt_tokens_details: { cached_tokens: all.cachedRead },
    completion_tokens_details: { reasoning_tokens: all.reasoning },
  };
}

/** One reply as the events of a chat completion stream, `[DONE]` included. */
export function chatEvents(reply: ScriptedContent, model: string, includeUsage: boolean): WireEvent[] {
  const size = reply.chunkSize ?? 16;
  const events: WireEvent[] = [];
  const head = { id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 1_700_000_000, model };
  const push = (delta: unknown, finish: string | null = null) =>
    events.push({ data: JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] }) });
  push({ role: 'assistant', content: '' });
  if (reply.unknownEvents) events.push({ event: 'weather', data: '{"rain":true}' }, { data: '{"object":"novelty","sort":1}' });
  for (const text of pieces(reply.reasoning ?? '', size)) push({ [reply.reasoningField ?? 'reasoning_content']: text });
  for (const text of pieces(reply.text ?? '', size)) push({ content: text });
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    const place = reply.omitToolIndex ? {} : { index };
    const id = callId(call, index, 'call_');
    push({
      tool_calls: [{ ...place, ...(id === undefined ? {} : { id }), type: 'function', function: { name: call.name, arguments: '' } }],
    });
    for (const text of pieces(argumentsOf(call), size)) push({ tool_calls: [{ ...place, function: { arguments: text } }] });
  }
  if (reply.errorEvent) {
    events.push({ data: JSON.stringify({ error: { ...reply.errorEvent, code: reply.errorEvent.type } }) });
    return events;
  }
  push({}, reply.finish ?? (reply.toolCalls?.length ? 'tool_calls' : 'stop'));
  if (includeUsage && reply.usage !== null) events.push({ data: JSON.stringify({ ...head, choices: [], usage: chatUsage(reply.usage) }) });
  events.push({ data: '[DONE]' });
  return events;
}

/** One reply as a whole chat completion, as servers answer that ignore `stream`. */
export function chatCompletion(reply: ScriptedContent, model: string): unknown {
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.text ?? null,
          ...(reply.reasoning ? { [reply.reasoningField ?? 'reasoning_content']: reply.reasoning } : {}),
          ...(reply.toolCalls?.length
            ? {
                tool_calls: reply.toolCalls.map((call, index) => ({
                  id: callId(call, index, 'call_'),
                  type: 'function',
                  function: { name: call.name, arguments: argumentsOf(call) },
                })),
              }
            : {}),
        },
        finish_reason: reply.finish ?? (reply.toolCalls?.length ? 'tool_calls' : 'stop'),
      },
    ],
    ...(reply.usage === null ? {} : { usage: chatUsage(reply.usage) }),
  };
}

function messageUsage(usage: ScriptedUsage | undefined) {
  const all = { ...USAGE, ...usage };
  return {
    input_tokens: all.input - all.cachedRead - all.cachedWrite,
    cache_creation_input_tokens: all.cachedWrite,
    cache_read_input_tokens: all.cachedRead,
    output_tokens: all.output,
  };
}

function messageBlocks(reply: ScriptedContent, size: number): { start: unknown; deltas: unknown[] }[] {
  const blocks: { start: unknown; deltas: unknown[] }[] = [];
  if (reply.reasoning !== undefined) {
    blocks.push({
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        ...pieces(reply.reasoning, size).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: reply.signature ?? 'c2lnbmF0dXJl' },
      ],
    });
  }
  if (reply.redacted !== undefined) blocks.push({ start: { type: 'redacted_thinking', data: reply.redacted }, deltas: [] });
  if (reply.text) {
    blocks.push({ start: { type: 'text', text: '' }, deltas: pieces(reply.text, size).map((text) => ({ type: 'text_delta', text })) });
  }
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    blocks.push({
      start: { type: 'tool_use', id: callId(call, index, 'toolu_'), name: call.name, input: {} },
      deltas: ['', ...pieces(argumentsOf(call), size)].map((text) => ({ type: 'input_json_delta', partial_json: text })),
    });
  }
  return blocks;
}

/** One reply as the events of a Messages stream. */
export function messageEvents(reply: ScriptedContent, model: string): WireEvent[] {
  const events: WireEvent[] = [];
  const push = (event: string, rest: object) => events.push({ event, data: JSON.stringify({ type: event, ...rest }) });
  const usage = messageUsage(reply.usage ?? undefined);
  const message = { id: 'msg_scripted', type: 'message', role: 'assistant', content: [], model, stop_reason: null, stop_sequence: null };
  push('message_start', { message: { ...message, ...(reply.usage === null ? {} : { usage: { ...usage, output_tokens: 1 } }) } });
  push('ping', {});
  if (reply.unknownEvents) push('weather_report', { rain: true });
  for (const [index, block] of messageBlocks(reply, reply.chunkSize ?? 16).entries()) {
    push('content_block_start', { index, content_block: block.start });
    for (const delta of block.deltas) push('content_block_delta', { index, delta });
    if (reply.unknownEvents) push('content_block_delta', { index, delta: { type: 'novel_delta', novelty: 1 } });
    push('content_block_stop', { index });
  }
  if (reply.errorEvent) {
    push('error', { error: reply.errorEvent });
    return events;
  }
  const stop = reply.finish ?? (reply.toolCalls?.length ? 'tool_use' : 'end_turn');
  push('message_delta', {
    delta: { stop_reason: stop, stop_sequence: null },
    ...(reply.usage === null ? {} : { usage: { output_tokens: usage.output_tokens } }),
  });
  push('message_stop', {});
  return events;
}

/** One reply as a whole message, as servers answer that ignore `stream`. */
export function messageDocument(reply: ScriptedContent): unknown {
  const calls = (reply.toolCalls ?? []).map((call, index) => ({
    type: 'tool_use',
    id: callId(call, index, 'toolu_'),
    name: call.name,
    input: call.input ?? {},
  }));
  return {
    type: 'message',
    role: 'assistant',
    content: [...(reply.text ? [{ type: 'text', text: reply.text }] : []), ...calls],
    stop_reason: reply.finish ?? (calls.length > 0 ? 'tool_use' : 'end_turn'),
    usage: messageUsage(reply.usage ?? undefined),
  };
}

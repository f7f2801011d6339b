import { afterEach, describe, expect, it } from 'vitest';
import { bodyOf } from '../../src/core/models/request.ts';
import type { ModelMessage } from '../../src/core/reasoning/language-model.ts';
import { startScriptedModelServer, type ScriptedModelServer, type ScriptedReply } from '../support/scripted-model-server.ts';
import { answered, block, catalogFor, collect, heard, openModel, READ_FILE, request } from '../support/model-conversations.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const FIRST: ModelMessage = { role: 'user', blocks: [block('Read both')] };

/** Every address that a wire can be given, on the scripted server. */
function addresses(server: ScriptedModelServer): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: server.url,
    OPENAI_RESPONSES_BASE_URL: `${server.url}/v1`,
    OPENAI_BASE_URL: `${server.url}/v1`,
    GOOGLE_GEMINI_BASE_URL: server.url,
    MISTRAL_BASE_URL: `${server.url}/v1`,
    GLASSHOUSE_WINDOW: '60000',
  };
}

/** Asks, takes the answer as the app stores it, and asks again with its results: the body that arrived second. */
async function secondBody(id: string, replies: readonly ScriptedReply[], options: { thinkingTokens?: number } = {}) {
  const server = await startScriptedModelServer([...replies, { text: 'done' }]);
  const catalog = catalogFor(addresses(server), options);
  open.push(server, catalog);
  const model = await openModel(catalog, id);
  const first = model.prepare(request({ messages: [FIRST], tools: [READ_FILE], maxOutput: 8000 }));
  const events = await collect(model, first);
  const messages = [FIRST, ...answered(events, ['one', 'two'])];
  const second = model.prepare(request({ messages, tools: [READ_FILE], maxOutput: 8000 }));
  await collect(model, second);
  const received = server.requests[1]?.body.toString('utf8') ?? '';
  expect(received).toBe(bodyOf(second));
  return {
    body: JSON.parse(received) as Record<string, unknown>,
    first: JSON.parse(bodyOf(first)) as Record<string, unknown>,
    heard: heard(events),
    spans: second.spans,
  };
}

const TWO_CALLS: ScriptedReply['toolCalls'] = [
  { id: 'call_1', name: 'read_file', input: { path: 'a' } },
  { id: 'call_2', name: 'read_file', input: { path: 'b' } },
];

describe('C1: what a model thought goes back as it came, with the calls that it led to', () => {
  it('encrypted, on the Responses wire', async () => {
    const { body, first, spans } = await secondBody('openai/gpt-5.4', [
      { reasoning: 'Two files are wanted.', signature: 'gAAAA-opaque', text: 'I look.', phase: 'commentary', toolCalls: TWO_CALLS },
    ]);
    expect(first).toMatchObject({ store: false, stream: true, reasoning: { summary: 'auto' }, include: ['reasoning.encrypted_content'] });
    expect(body['prompt_cache_key']).toBe(first['prompt_cache_key']);
    expect(body['input']).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Read both' }] },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'Two files are wanted.' }],
        encrypted_content: 'gAAAA-opaque',
      },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }], phase: 'commentary' },
      { type: 'function_call', call_id: 'call_1', name: 'read_file', arguments: '{"path":"a"}' },
      { type: 'function_call', call_id: 'call_2', name: 'read_file', arguments: '{"path":"b"}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'one' },
      { type: 'function_call_output', call_id: 'call_2', output: 'two' },
    ]);
    expect(spans.find((span) => span.text === 'Two files are wanted.')).toMatchObject({ section: 'history', source: 'message:answer' });
    expect(spans.find((span) => span.text === 'two')).toMatchObject({ section: 'history', source: 'tool:read_file' });
  });

  it('on the Responses wire each piece before the call that it led to, and none at the end', async () => {
    const item = (output_index: number, value: object) =>
      `data: ${JSON.stringify({ type: 'response.output_item.done', output_index, item: value })}\n\n`;
    const reasoning = (id: string) => ({ type: 'reasoning', id, summary: [], encrypted_content: `secret of ${id}` });
    const fileCall = (id: string) => ({ type: 'function_call', call_id: id, name: 'read_file', arguments: '{"path":"a"}' });
    const rawStream = [
      item(0, reasoning('rs_a')),
      item(1, fileCall('call_1')),
      item(2, reasoning('rs_b')),
      item(3, fileCall('call_2')),
      item(4, reasoning('rs_c')),
      'data: {"type":"response.completed","response":{"status":"completed"}}\n\n',
    ].join('');
    const { body, heard: answer } = await secondBody('openai/gpt-5.4', [{ rawStream }]);
    expect(answer.calls.map((one) => one.input)).toEqual(['{"path":"a"}', '{"path":"a"}']);
    expect((body['input'] as { type: string; id?: string }[]).map((one) => one.id ?? one.type)).toEqual([
      'message',
      'rs_a',
      'function_call',
      'rs_b',
      'function_call',
      'function_call_output',
      'function_call_output',
    ]);
  });

  it('signed, on the Gemini wire: thoughts and the first of parallel calls, ids as they came', async () => {
    const { body, first } = await secondBody(
      'google/gemini-3.1-pro-preview',
      [{ reasoning: 'Two files.', signature: 'U0lH', text: 'I look.', toolCalls: TWO_CALLS, chunkSize: 100 }],
      { thinkingTokens: 2000 },
    );
    expect(first['generationConfig']).toEqual({
      maxOutputTokens: 8000,
      thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 },
    });
    expect(body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Read both' }] },
      {
        role: 'model',
        parts: [
          { text: 'Two files.', thought: true },
          { text: 'I look.' },
          { functionCall: { id: 'call_1', name: 'read_file', args: { path: 'a' } }, thoughtSignature: 'U0lH' },
          { functionCall: { id: 'call_2', name: 'read_file', args: { path: 'b' } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'call_1', name: 'read_file', response: { output: 'one' } } },
          { functionResponse: { id: 'call_2', name: 'read_file', response: { output: 'two' } } },
        ],
      },
    ]);
  });

  it('on the Gemini wire calls without an id go back without one, and the signature of a text on the part that it came on', async () => {
    const nameless = await secondBody('google/gemini-2.5-flash', [{ toolCalls: [{ name: 'read_file', input: { path: 'a' } }] }]);
    expect((nameless.body['contents'] as unknown[]).slice(1)).toEqual([
      { role: 'model', parts: [{ functionCall: { name: 'read_file', args: { path: 'a' } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'read_file', response: { output: 'one' } } }] },
    ]);
    const alone = await secondBody('google/gemini-3-flash-preview', [{ text: 'Hello.', signature: 'VFhU', chunkSize: 100 }]);
    expect((alone.body['contents'] as unknown[])[1]).toEqual({
      role: 'model',
      parts: [{ text: 'Hello.' }, { text: '', thoughtSignature: 'VFhU' }],
    });
    const part = { text: 'Hello.', thoughtSignature: 'T04=' };
    const rawStream = `data: ${JSON.stringify({ candidates: [{ content: { parts: [part] }, finishReason: 'STOP' }] })}\n\n`;
    const within = await secondBody('google/gemini-3-flash-preview', [{ rawStream }]);
    expect((within.body['contents'] as unknown[])[1]).toEqual({ role: 'model', parts: [part] });
  });

  it('signed, on the Messages wire, for models that think as they find fit', async () => {
    const reply = { reasoning: 'Hm.', signature: 'U0lH', toolCalls: TWO_CALLS };
    const { body, first } = await secondBody('anthropic/claude-opus-4-8', [reply], { thinkingTokens: 5000 });
    expect(first).toMatchObject({ thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'medium' } });
    const answer = (body['messages'] as { content: unknown[] }[])[1];
    expect(answer?.content[0]).toEqual({ type: 'thinking', thinking: 'Hm.', signature: 'U0lH' });
    expect(body['thinking']).toEqual(first['thinking']);
  });

  it('Mistral’s thoughts come in pieces, and its ids have nine characters wherever a call came from', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'I look.' },
    ];
    const toolCalls = [{ id: 'D681PevKs', index: 0, function: { name: 'read_file', arguments: '{"path":"a"}' } }];
    const usage = { prompt_tokens: 9, completion_tokens: 3 };
    const rawStream = `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\ndata: ${JSON.stringify({ choices: [{ delta: { tool_calls: toolCalls }, finish_reason: 'tool_calls' }], usage })}\n\ndata: [DONE]\n\n`;
    const { body, first, heard: answer } = await secondBody('mistral/magistral-medium-latest', [{ rawStream }]);
    expect(answer).toMatchObject({ reasoning: 'Hm.', text: 'I look.', last: { reason: 'tool_calls', usage: { input: 9, output: 3 } } });
    expect(first).toMatchObject({ max_tokens: 8000 });
    expect(first).not.toHaveProperty('stream_options');
    expect((body['messages'] as Record<string, unknown>[]).at(-1)).toMatchObject({ tool_call_id: 'D681PevKs' });
  });
});

describe('a conversation that changes its model', () => {
  const foreign: readonly ModelMessage[] = [
    FIRST,
    {
      role: 'assistant',
      blocks: [
        { type: 'tool_call', providerCallId: 'toolu_01A/long-one', name: 'read_file', input: block('{"path":"a"}') },
        { type: 'tool_call', providerCallId: 'toolu_02', name: 'read_file', input: block('{"path": "b') },
      ],
    },
    {
      role: 'tool',
      results: [
        { providerCallId: 'toolu_01A/long-one', name: 'read_file', isError: false, block: block('one') },
        { providerCallId: 'toolu_02', name: 'read_file', isError: true, block: block('bad input') },
      ],
    },
    { role: 'user', blocks: [block('And now?')] },
  ];

  async function bodyFor(id: string) {
    const catalog = catalogFor({ GLASSHOUSE_WINDOW: '60000' });
    open.push(catalog);
    return JSON.parse(bodyOf((await openModel(catalog, id)).prepare(request({ messages: foreign })))) as Record<string, unknown>;
  }

  it('tells Gemini that the first call of a step was not its own, where it wants signatures', async () => {
    const [, calls, results, words] = (await bodyFor('google/gemini-3-flash-preview'))['contents'] as {
      parts: Record<string, unknown>[];
    }[];
    expect(calls?.parts.map((part) => part['thoughtSignature'])).toEqual(['skip_thought_signature_validator', undefined]);
    expect(results?.parts[1]).toEqual({ functionResponse: { id: 'toolu_02', name: 'read_file', response: { error: 'bad input' } } });
    expect(words).toEqual({ role: 'user', parts: [{ text: 'And now?' }] });
    const older = (await bodyFor('google/gemini-2.5-pro'))['contents'] as { parts: Record<string, unknown>[] }[];
    expect(older[1]?.parts[0]).not.toHaveProperty('thoughtSignature');
  });

  it('gives Mistral ids of nine characters, and an answer between a result and a person', async () => {
    const messages = (await bodyFor('mistral/mistral-large-latest'))['messages'] as Record<string, unknown>[];
    const calls = messages[2]?.['tool_calls'] as { id: string }[];
    const ids = calls.map((one) => one.id);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(new Set(ids).size).toBe(2);
    expect(messages.slice(3, 5).map((message) => message['tool_call_id'])).toEqual(ids);
    expect(messages.slice(5).map((message) => message['role'])).toEqual(['assistant', 'user']);
  });

  it('gives the Responses wire no reasoning that is not its own', async () => {
    const input = (await bodyFor('openai/gpt-5.4'))['input'] as { type: string; arguments?: string }[];
    expect(input.map((one) => one.type)).toEqual([
      'message',
      'function_call',
      'function_call',
      'function_call_output',
      'function_call_output',
      'message',
    ]);
    expect(JSON.parse(input[2]?.arguments ?? '')).toEqual({ invalid_arguments: '{"path": "b' });
  });
});

describe('what a model does not take it is not sent', () => {
  const cases: [string, readonly string[], readonly string[]][] = [
    ['anthropic/claude-3-haiku', ['temperature'], ['thinking', 'output_config']],
    ['anthropic/claude-sonnet-4-6', ['thinking', 'output_config'], ['temperature']],
    ['anthropic/claude-haiku-4-5', ['thinking'], ['temperature', 'output_config']],
    ['openai/gpt-4.1', ['temperature'], ['reasoning', 'include']],
    ['openai/gpt-5.5', ['reasoning', 'include'], ['temperature']],
    ['openai/gpt-5-chat-latest', [], ['reasoning', 'include', 'temperature']],
  ];
  it.each(cases)('%s, asked to think and given a temperature', async (id, there, absent) => {
    const catalog = catalogFor({}, { thinkingTokens: 2000 });
    open.push(catalog);
    const body = JSON.parse(bodyOf((await openModel(catalog, id)).prepare(request({ maxOutput: 8000, temperature: 0.3 })))) as object;
    expect(Object.keys(body)).toEqual(expect.arrayContaining([...there]));
    for (const name of absent) expect(body).not.toHaveProperty(name);
  });

  it('newer models behind the Messages wire get no temperature, whether they think or not', async () => {
    const catalog = catalogFor({});
    open.push(catalog);
    const sent = (await openModel(catalog, 'anthropic/claude-opus-4-8')).prepare(request({ temperature: 0.3 }));
    expect(JSON.parse(bodyOf(sent))).not.toHaveProperty('temperature');
  });
});

describe('what the Responses wire refuses', () => {
  const refusal = (status: number, message: string): ScriptedReply => ({
    status,
    body: JSON.stringify({ error: { type: 'invalid_request_error', message } }),
  });

  it('is not asked for again: summaries, and reasoning that it cannot read', async () => {
    const server = await startScriptedModelServer([
      { signature: 'sealed', toolCalls: TWO_CALLS },
      refusal(400, 'Your organization must be verified to generate reasoning summaries.'),
      refusal(400, 'The encrypted content for item rs_1 could not be verified.'),
      { text: 'done' },
    ]);
    const catalog = catalogFor(addresses(server));
    open.push(server, catalog);
    const model = await openModel(catalog, 'openai/gpt-5.4');
    const events = await collect(model, model.prepare(request({ messages: [FIRST] })));
    const messages = [FIRST, ...answered(events, ['one', 'two'])];
    for (let tries = 0; tries < 2; tries += 1) {
      const last = (await collect(model, model.prepare(request({ messages })))).at(-1);
      expect(last).toMatchObject({ type: 'failed', failure: { code: 'model_bad_request' } });
      expect(last?.type === 'failed' && last.failure.message).toContain('From now on it is left out: try again.');
    }
    expect(heard(await collect(model, model.prepare(request({ messages })))).text).toBe('done');
    const bodies = server.requests.map((one) => JSON.parse(one.body.toString('utf8')) as { reasoning?: object; input: { type: string }[] });
    expect(bodies.map((body) => body.reasoning)).toEqual([{ summary: 'auto' }, { summary: 'auto' }, undefined, undefined]);
    expect(bodies.map((body) => body.input.some((item) => item.type === 'reasoning'))).toEqual([false, true, true, false]);
    const reopened = await openModel(catalog, 'openai/gpt-5.2');
    expect(bodyOf(reopened.prepare(request()))).not.toContain('"summary"');
  });

  it('a refusal of the model is heard and said to be one', async () => {
    const server = await startScriptedModelServer([{ refusal: 'I cannot help with that.' }]);
    const catalog = catalogFor(addresses(server));
    open.push(server, catalog);
    const model = await openModel(catalog, 'openai/gpt-5.4');
    expect(heard(await collect(model, model.prepare(request())))).toMatchObject({
      text: 'I cannot help with that.',
      last: { type: 'finished', reason: 'refused' },
    });
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpStream } from '../../src/infrastructure/llm/http-stream.ts';
import { bodyOf, type WireRequest } from '../../src/core/models/request.ts';
import type { LanguageModel, ModelMessage, ModelRequest } from '../../src/core/reasoning/language-model.ts';
import { startScriptedModelServer, type ScriptedReply } from '../support/scripted-model-server.ts';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from '../support/test-certificate.ts';
import { block, catalogFor, collect, heard, KEY, noLocalModels, openModel, READ_FILE, request } from '../support/model-conversations.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Body = { messages: Record<string, unknown>[]; tools?: unknown[]; system?: unknown; [name: string]: unknown };

function contentOf(body: Body, index: number): Record<string, unknown>[] {
  const content = body.messages[index]?.['content'];
  if (!Array.isArray(content)) throw new Error(`message ${index} has no parts`);
  return content as Record<string, unknown>[];
}

function parse(wire: WireRequest): Body {
  return JSON.parse(bodyOf(wire)) as Body;
}

async function chatModel(id = 'openai-compatible/scripted'): Promise<LanguageModel> {
  const catalog = catalogFor({
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    OPENAI_RESPONSES_BASE_URL: 'http://127.0.0.1:9/v1',
    GLASSHOUSE_WINDOW: '32000',
  });
  cleanups.push(() => catalog.close());
  return openModel(catalog, id);
}

async function responsesModel(): Promise<LanguageModel> {
  return chatModel('openai/scripted');
}

async function geminiModel(): Promise<LanguageModel> {
  return chatModel('google/gemini-2.5-flash');
}

async function messagesModel(options: { thinkingTokens?: number } = {}): Promise<LanguageModel> {
  const catalog = catalogFor({}, options);
  cleanups.push(() => catalog.close());
  return openModel(catalog, 'anthropic/claude-sonnet-4-5');
}

const call = (id: string, input = '{"path":"a"}') => ({
  type: 'tool_call' as const,
  providerCallId: id,
  name: 'read_file',
  input: block(input, 'history', `call:${id}`),
});
const result = (id: string, text: string, isError = false) => ({
  providerCallId: id,
  name: 'read_file',
  isError,
  block: block(text, 'history', 'tool:read_file'),
});

const LONG: readonly ModelMessage[] = [
  { role: 'user', blocks: [block('First'), block('   ')] },
  { role: 'user', blocks: [block('Second')] },
  {
    role: 'assistant',
    blocks: [{ type: 'text', block: block('') }, { type: 'text', block: block('I look.') }, call('call_1'), call('call.2')],
  },
  { role: 'tool', results: [result('call.2', 'two', true)] },
  { role: 'tool', results: [result('call_1', 'one')] },
];

describe('the shape of a request', () => {
  it('joins neighbours of one role, drops blank texts, puts the tail last (chat)', async () => {
    const body = parse(
      (await chatModel()).prepare(request({ messages: LONG, tail: [block('Plan: none', 'plan', 'core')], tools: [READ_FILE] })),
    );
    expect(body.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'First\n\nSecond' },
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '{"path":"a"}' } },
          { id: 'call_2', type: 'function', function: { name: 'read_file', arguments: '{"path":"a"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_2', content: 'two' },
      { role: 'tool', tool_call_id: 'call_1', content: 'one' },
      { role: 'user', content: 'Plan: none' },
    ]);
    expect(Object.keys(body).slice(0, 3)).toEqual(['model', 'tools', 'messages']);
  });

  it('puts results before words in the same message, and marks four places of the cache at most (messages)', async () => {
    const sent = (await messagesModel()).prepare(
      request({ messages: LONG, stableMessages: 1, tail: [block('Plan: none', 'plan', 'core')], tools: [READ_FILE] }),
    );
    const body = parse(sent);
    const cache_control = { type: 'ephemeral' };
    expect(body.system).toEqual([{ type: 'text', text: 'Be brief.', cache_control }]);
    expect(body.tools).toEqual([{ name: 'read_file', description: READ_FILE.description, input_schema: READ_FILE.schema, cache_control }]);
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'First', cache_control },
          { type: 'text', text: 'Second' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'call_1', name: 'read_file', input: { path: 'a' } },
          { type: 'tool_use', id: 'call_2', name: 'read_file', input: { path: 'a' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_2', is_error: true, content: 'two' },
          { type: 'tool_result', tool_use_id: 'call_1', content: 'one', cache_control },
          { type: 'text', text: 'Plan: none' },
        ],
      },
    ]);
    expect(sent.spans.filter((span) => span.cacheBreakpoint)).toHaveLength(4);
    expect(bodyOf(sent).match(/cache_control/g)).toHaveLength(4);
  });

  it.each([
    ['chat', chatModel],
    ['messages', messagesModel],
    ['responses', responsesModel],
    ['gemini', geminiModel],
  ] as const)('C4: a step more keeps the bytes of the prefix (%s)', async (_, open) => {
    const model = await open();
    const marks = (text: string) => text.replaceAll(',"cache_control":{"type":"ephemeral"}', '');
    const before = marks(bodyOf(model.prepare(request({ messages: LONG, tools: [READ_FILE] }))));
    const more: ModelMessage[] = [
      ...LONG,
      { role: 'assistant', blocks: [call('call_1')] },
      { role: 'tool', results: [result('call_1', 'again')] },
    ];
    const after = marks(bodyOf(model.prepare(request({ messages: more, tools: [READ_FILE] }))));
    const shared = before.slice(0, before.lastIndexOf('"one"') + 5);
    expect(shared.length).toBeGreaterThan(200);
    expect(after.startsWith(shared)).toBe(true);
    // The same id in a later answer is another call.
    expect(after).toContain('"call_1_2"');
    expect(bodyOf(model.prepare(request({ messages: more })))).toBe(bodyOf(model.prepare(request({ messages: more }))));
  });

  const orphans: [string, ModelMessage[]][] = [
    [
      'a call at the end',
      [
        { role: 'user', blocks: [block('x')] },
        { role: 'assistant', blocks: [call('a')] },
      ],
    ],
    [
      'a call before words',
      [
        { role: 'assistant', blocks: [call('a')] },
        { role: 'user', blocks: [block('x')] },
      ],
    ],
    [
      'one call of two',
      [
        { role: 'assistant', blocks: [call('a'), call('b')] },
        { role: 'tool', results: [result('a', 'x')] },
      ],
    ],
    [
      'a result alone',
      [
        { role: 'user', blocks: [block('x')] },
        { role: 'tool', results: [result('a', 'x')] },
      ],
    ],
    [
      'a result twice',
      [
        { role: 'assistant', blocks: [call('a')] },
        { role: 'tool', results: [result('a', 'x'), result('a', 'x')] },
      ],
    ],
  ];
  it('tells the Responses wire of everything in its own words', async () => {
    const model = await responsesModel();
    const strict = { ...READ_FILE, name: 'read_strictly', schema: { ...READ_FILE.schema, additionalProperties: false } };
    const sent = model.prepare(
      request({ messages: LONG, tail: [block('Plan: none', 'plan', 'core')], tools: [READ_FILE, strict], maxOutput: 5, temperature: 0.2 }),
    );
    const { input, tools, ...rest } = parse(sent) as Body & { input: unknown[]; tools: { strict: boolean }[] };
    expect(Object.keys(parse(sent)).slice(0, 4)).toEqual(['model', 'tools', 'instructions', 'input']);
    expect(tools).toEqual([
      { type: 'function', name: 'read_file', description: READ_FILE.description, parameters: READ_FILE.schema, strict: false },
      { type: 'function', name: 'read_strictly', description: READ_FILE.description, parameters: strict.schema, strict: true },
    ]);
    expect(rest).toMatchObject({ instructions: 'Be brief.', max_output_tokens: 16, temperature: 0.2, store: false, stream: true });
    expect(rest).not.toHaveProperty('reasoning');
    expect(rest).not.toHaveProperty('include');
    expect(input).toEqual([
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'First' },
          { type: 'input_text', text: 'Second' },
        ],
      },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
      { type: 'function_call', call_id: 'call_1', name: 'read_file', arguments: '{"path":"a"}' },
      { type: 'function_call', call_id: 'call_2', name: 'read_file', arguments: '{"path":"a"}' },
      { type: 'function_call_output', call_id: 'call_2', output: 'two' },
      { type: 'function_call_output', call_id: 'call_1', output: 'one' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Plan: none' }] },
    ]);
    expect(sent.spans.find((span) => span.text === 'Plan: none')).toMatchObject({ section: 'plan', source: 'core' });
  });

  it('tells the Gemini wire of everything in its own words, and begins with a user', async () => {
    const model = await geminiModel();
    const sent = model.prepare(
      request({ messages: LONG.slice(2), tail: [block('Plan: none', 'plan', 'core')], tools: [READ_FILE], temperature: 0.2 }),
    );
    expect(sent.url).toBe('https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
    expect(JSON.parse(bodyOf(sent))).toEqual({
      tools: [{ functionDeclarations: [{ name: 'read_file', description: READ_FILE.description, parameters: READ_FILE.schema }] }],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: '(The beginning of the conversation is left out.)' }] },
        {
          role: 'model',
          parts: [
            { text: 'I look.' },
            { functionCall: { id: 'call_1', name: 'read_file', args: { path: 'a' } } },
            { functionCall: { id: 'call_2', name: 'read_file', args: { path: 'a' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'call_2', name: 'read_file', response: { error: 'two' } } },
            { functionResponse: { id: 'call_1', name: 'read_file', response: { output: 'one' } } },
          ],
        },
        { role: 'user', parts: [{ text: 'Plan: none' }] },
      ],
      generationConfig: { maxOutputTokens: 500, temperature: 0.2, thinkingConfig: { includeThoughts: true } },
    });
  });

  it.each(orphans)('R2: %s is refused loudly', async (_, messages) => {
    const models = [await chatModel(), await messagesModel(), await responsesModel(), await geminiModel()];
    for (const model of models) expect(() => model.prepare(request({ messages }))).toThrow(/call/);
  });

  it('half-written arguments go back as a text inside an object', async () => {
    const messages: ModelMessage[] = [
      { role: 'user', blocks: [block('x')] },
      { role: 'assistant', blocks: [call('a', '{"path": "a'), call('b', '')] },
      { role: 'tool', results: [result('a', 'bad input', true), result('b', '')] },
    ];
    const chat = parse((await chatModel()).prepare(request({ messages }))).messages[2] as {
      content: unknown;
      tool_calls: { function: { arguments: string } }[];
    };
    expect(chat.content).toBeNull();
    expect(chat.tool_calls.map((one) => JSON.parse(one.function.arguments) as unknown)).toEqual([{ invalid_arguments: '{"path": "a' }, {}]);
    const messagesBody = parse((await messagesModel()).prepare(request({ messages })));
    expect(contentOf(messagesBody, 1).map((one) => one['input'])).toEqual([{ invalid_arguments: '{"path": "a' }, {}]);
    expect(contentOf(messagesBody, 2)[1]).not.toHaveProperty('content');
  });

  it('thinking comes back signed and is sent back as it came; other models’ thinking is left out', async () => {
    const server = await startScriptedModelServer([
      { reasoning: 'Hm, let me see.', signature: 'U0lH', redacted: 'b3BhcXVl', toolCalls: [{ name: 'read_file', input: { path: 'a' } }] },
    ]);
    const catalog = catalogFor({ ANTHROPIC_BASE_URL: server.url }, { thinkingTokens: 2000 });
    cleanups.push(
      () => server.close(),
      () => catalog.close(),
    );
    const model = await openModel(catalog, 'anthropic/claude-sonnet-4-5');
    const first = model.prepare(request({ maxOutput: 8000, temperature: 0.3 }));
    expect(parse(first)).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 2000 } });
    expect(parse(first)).not.toHaveProperty('temperature');
    const answer = heard(await collect(model, first));
    expect(answer.kept).toHaveLength(2);
    const messages: ModelMessage[] = [
      { role: 'user', blocks: [block('Hello')] },
      {
        role: 'assistant',
        blocks: [
          { type: 'reasoning', block: block(answer.reasoning), providerData: answer.kept[0] },
          { type: 'reasoning', block: block(''), providerData: answer.kept[1] },
          { type: 'reasoning', block: block('another model thought this') },
          call('toolu_1'),
        ],
      },
      { role: 'tool', results: [result('toolu_1', 'text')] },
    ];
    const second = parse(model.prepare(request({ messages, maxOutput: 8000 })));
    expect(contentOf(second, 1).slice(0, 2)).toEqual([
      { type: 'thinking', thinking: 'Hm, let me see.', signature: 'U0lH' },
      { type: 'redacted_thinking', data: 'b3BhcXVl' },
    ]);
    expect(second.messages[1]?.['content']).toHaveLength(3);
    expect(second['thinking']).toBeDefined();
    // A call that another model made without thinking forbids it in the same turn.
    const foreign: ModelMessage[] = [
      { role: 'user', blocks: [block('x')] },
      { role: 'assistant', blocks: [call('a')] },
      { role: 'tool', results: [result('a', 'x')] },
    ];
    expect(parse(model.prepare(request({ messages: foreign, maxOutput: 8000 })))['thinking']).toBeUndefined();
  });
});

describe('servers and their habits', () => {
  async function ask(reply: ScriptedReply, id = 'openai-compatible/scripted') {
    const server = await startScriptedModelServer([reply]);
    const catalog = catalogFor({ OPENAI_BASE_URL: `${server.url}/v1`, OLLAMA_BASE_URL: `${server.url}/v1`, GLASSHOUSE_WINDOW: '9000' });
    cleanups.push(
      () => server.close(),
      () => catalog.close(),
    );
    const model = await openModel(catalog, id);
    return { heard: heard(await collect(model, model.prepare(request()))), server };
  }

  it('tells parallel calls apart without an index, and with the same index for all', async () => {
    const toolCalls = [
      { name: 'read_file', input: { path: 'a' } },
      { name: 'read_file', input: { path: 'b' } },
    ];
    const without = await ask({ toolCalls, omitToolIndex: true, chunkSize: 3 });
    expect(without.heard.calls.map((one) => one.input)).toEqual(['{"path":"a"}', '{"path":"b"}']);
    const chunk = (id: string, path: string) =>
      `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index: 0, id, function: { name: 'read_file', arguments: JSON.stringify({ path }) } }] }, finish_reason: null }] })}\n\n`;
    const rawStream = `${chunk('x', 'a')}${chunk('y', 'b')}data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]`;
    const same = await ask({ rawStream });
    expect(same.heard.calls).toEqual([
      { id: 'x', name: 'read_file', input: '{"path":"a"}' },
      { id: 'y', name: 'read_file', input: '{"path":"b"}' },
    ]);
    expect(same.heard.last).toMatchObject({ reason: 'tool_calls' });
  });

  it('knows both names of the reasoning field, and a refusal', async () => {
    expect((await ask({ reasoning: 'thinking', reasoningField: 'reasoning', text: 'x' }, 'ollama/m')).heard.reasoning).toBe('thinking');
    const refusal = await ask({
      rawStream: 'data: {"choices":[{"delta":{"refusal":"I cannot."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    });
    expect(refusal.heard).toMatchObject({ text: 'I cannot.', last: { reason: 'refused' } });
  });

  it('sends no key to a server of one’s own', async () => {
    const { server } = await ask({ text: 'x' }, 'ollama/m');
    expect(server.requests[0]?.headers['authorization']).toBeUndefined();
  });

  const windows: [string, string, string, Record<string, unknown>, number][] = [
    [
      'Ollama, loaded',
      'OLLAMA_BASE_URL',
      'ollama/qwen',
      { '/api/ps': { models: [{ name: 'qwen:latest', context_length: 16384 }] } },
      16384,
    ],
    [
      'Ollama, by its parameters',
      'OLLAMA_BASE_URL',
      'ollama/qwen',
      { '/api/ps': { models: [] }, '/api/show': { parameters: 'stop "x"\nnum_ctx 8192' } },
      8192,
    ],
    ['Ollama, which does not say', 'OLLAMA_BASE_URL', 'ollama/qwen', { '/api/ps': { models: [] }, '/api/show': {} }, 4096],
    ['llama.cpp', 'LLAMACPP_BASE_URL', 'llamacpp/any', { '/props': { default_generation_settings: { n_ctx: 12288 } } }, 12288],
    ['vLLM', 'VLLM_BASE_URL', 'vllm/org/m', { '/v1/models': { data: [{ id: 'org/m', max_model_len: 20480 }] } }, 20480],
    [
      'LM Studio',
      'LMSTUDIO_BASE_URL',
      'lmstudio/m',
      { '/api/v0/models': { data: [{ id: 'm', loaded_context_length: 6000, max_context_length: 100000 }] } },
      6000,
    ],
    [
      'a compatible server',
      'OPENAI_BASE_URL',
      'openai-compatible/m',
      { '/v1/models': { data: [{ id: 'm', context_window: 131072 }] } },
      131072,
    ],
    ['a compatible server that does not say', 'OPENAI_BASE_URL', 'openai-compatible/m', {}, 32768],
    ['Mistral', 'MISTRAL_BASE_URL', 'mistral/m', { '/v1/models': { data: [{ id: 'm', max_context_length: 40960 }] } }, 40960],
    ['Together, in a bare list', 'TOGETHER_BASE_URL', 'together/org/m', { '/v1/models': [{ id: 'org/m', context_length: 24576 }] }, 24576],
    ['Groq', 'GROQ_BASE_URL', 'groq/m', { '/v1/models': { data: [{ id: 'm', context_window: 65536 }] } }, 65536],
    ['xAI, which does not say', 'XAI_BASE_URL', 'xai/grok', {}, 131072],
    [
      'another server of the Responses wire',
      'OPENAI_RESPONSES_BASE_URL',
      'openai/m',
      { '/v1/models': { data: [{ id: 'm', max_model_len: 9000 }] } },
      9000,
    ],
    [
      'a Claude that is not listed here',
      'ANTHROPIC_BASE_URL',
      'anthropic/claude-next-9',
      { '/v1/models/claude-next-9': { max_input_tokens: 600_000 } },
      600_000,
    ],
    [
      'a model that is not listed here',
      'GOOGLE_GEMINI_BASE_URL',
      'google/gemini-9-pro',
      { '/v1/models/gemini-9-pro': { inputTokenLimit: 500000 } },
      500000,
    ],
  ];
  it.each(windows)('C2: asks for the window that is served: %s', async (_, variable, id, routes, window) => {
    const server = await startScriptedModelServer([], { routes });
    const catalog = catalogFor({ [variable]: `${server.url}/v1` });
    cleanups.push(
      () => server.close(),
      () => catalog.close(),
    );
    const { profile } = await openModel(catalog, id);
    expect(profile.window).toBe(window);
    expect(profile.maxOutput).toBeLessThanOrEqual(window / 4);
    expect(profile.destination).toEqual({ kind: 'machine' });
    expect(profile.strategy).toBe('native');
    expect(JSON.stringify(profile)).not.toContain(KEY);
  });

  it('llama.cpp gets the grammar, OpenAI’s own models their own field for the limit', async () => {
    const constraint = { grammar: 'root ::= "x"', schema: { type: 'object' } };
    const catalog = catalogFor({ GLASSHOUSE_WINDOW: '8000' });
    cleanups.push(() => catalog.close());
    const llama = parse((await openModel(catalog, 'llamacpp/any')).prepare(request({ constraint })));
    expect(llama).toMatchObject({ grammar: 'root ::= "x"', max_tokens: 500, stream: true });
    const gpt = parse((await openModel(catalog, 'openai-compatible/gpt-5-mini')).prepare(request({ temperature: 0 })));
    expect(gpt).toMatchObject({ max_completion_tokens: 500 });
    expect(gpt).not.toHaveProperty('temperature');
  });

  it('OpenRouter’s reasoning details and DeepSeek’s reasoning go back with the calls they led to', async () => {
    const reasoningDetails = [{ type: 'reasoning.text', text: 'why', signature: 's', index: 0 }];
    const messages: ModelMessage[] = [
      { role: 'user', blocks: [block('x')] },
      { role: 'assistant', blocks: [{ type: 'reasoning', block: block('why'), providerData: { reasoningDetails } }, call('a')] },
      { role: 'tool', results: [result('a', 'x')] },
      {
        role: 'assistant',
        blocks: [
          { type: 'reasoning', block: block('no more') },
          { type: 'text', block: block('done') },
        ],
      },
    ];
    const { createModelCatalog } = await import('../../src/infrastructure/llm/catalog.ts');
    const { memorySecrets } = await import('../support/memory-secrets.ts');
    const catalog = createModelCatalog({
      env: { GLASSHOUSE_WINDOW: '60000' },
      secrets: memorySecrets({ OPENROUTER_API_KEY: KEY, DEEPSEEK_API_KEY: KEY }),
      embedded: async () => noLocalModels,
    });
    cleanups.push(() => catalog.close());
    const sent: ModelRequest = request({ messages });
    const router = parse((await openModel(catalog, 'openrouter/anthropic/claude')).prepare(sent));
    expect(router.messages[2]?.['reasoning_details']).toEqual(reasoningDetails);
    expect(router.messages[0]?.['content']).toEqual([{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }]);
    const deepseek = parse((await openModel(catalog, 'deepseek/deepseek-chat')).prepare(sent));
    expect(deepseek.messages[2]?.['reasoning_content']).toBe('why');
    expect(deepseek.messages[4]).toEqual({ role: 'assistant', content: 'done' });
  });
});

describe('the way to the server', () => {
  /** Forwards what is asked of it to one place, whatever the name: plain requests and tunnels. */
  async function startProxy(to: number) {
    const seen: string[] = [];
    const proxy: Server = createServer((incoming, outgoing) => {
      seen.push(`${incoming.method} ${incoming.url}`);
      const onward = httpRequest(
        { host: '127.0.0.1', port: to, method: incoming.method, path: new URL(incoming.url ?? '').pathname, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(onward);
    });
    proxy.on('connect', (incoming, socket) => {
      seen.push(`CONNECT ${incoming.url}`);
      const onward = connect(to, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    cleanups.push(
      () => proxy.closeAllConnections(),
      () => proxy.close(),
    );
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, seen };
  }

  it('goes through the proxy, except where NO_PROXY or this machine is meant', async () => {
    const server = await startScriptedModelServer([{ text: 'through' }, { text: 'direct' }]);
    cleanups.push(() => server.close());
    const proxy = await startProxy(server.port);
    const say = async (env: Record<string, string>) => {
      const catalog = catalogFor({ GLASSHOUSE_WINDOW: '8000', ...env });
      cleanups.push(() => catalog.close());
      const model = await openModel(catalog, 'openai-compatible/m');
      return heard(await collect(model, model.prepare(request())));
    };
    expect((await say({ OPENAI_BASE_URL: 'http://model.example/v1', HTTP_PROXY: proxy.url })).text).toBe('through');
    expect(proxy.seen).toEqual(['POST http://model.example/v1/chat/completions']);
    expect((await say({ OPENAI_BASE_URL: `${server.url}/v1`, HTTP_PROXY: proxy.url })).text).toBe('direct');
    const around = await say({ OPENAI_BASE_URL: 'http://model.example/v1', http_proxy: proxy.url, NO_PROXY: 'model.example' });
    expect(around.last).toMatchObject({ type: 'failed', failure: { code: 'model_unreachable' } });
    expect(proxy.seen).toHaveLength(1);
    const dead = await say({ OPENAI_BASE_URL: 'http://model.example/v1', HTTP_PROXY: 'http://name:password@127.0.0.1:9' });
    expect(dead.last).toMatchObject({
      failure: { code: 'model_unreachable', message: 'Cannot reach model.example through the proxy 127.0.0.1:9: nothing listens there.' },
    });
  });

  it('does not trust a certificate that signs itself, unless it is named; tunnels through a proxy', async () => {
    const tls = createTlsServer({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }, (incoming, response) => {
      incoming.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"delta":{"content":"secure"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    cleanups.push(
      () => tls.closeAllConnections(),
      () => tls.close(),
    );
    const { port } = tls.address() as AddressInfo;
    const catalog = catalogFor({ OPENAI_BASE_URL: `https://localhost:${port}/v1`, GLASSHOUSE_WINDOW: '8000' });
    cleanups.push(() => catalog.close());
    const model = await openModel(catalog, 'openai-compatible/m');
    const last = (await collect(model, model.prepare(request()))).at(-1);
    expect(last).toMatchObject({ type: 'failed', failure: { code: 'model_unreachable' } });
    expect(last?.type === 'failed' && last.failure.message).toMatch(/cannot be trusted.*NODE_EXTRA_CA_CERTS/);

    const folder = mkdtempSync(join(tmpdir(), 'glasshouse-ca-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), TEST_CERTIFICATE);
    const proxy = await startProxy(port);
    const support = new URL('../support/model-conversations.ts', import.meta.url).href;
    const script = `
      const { catalogFor, collect, heard, openModel, request } = await import(${JSON.stringify(support)});
      const catalog = catalogFor(process.env);
      const model = await openModel(catalog, 'openai-compatible/m');
      const { text, last } = heard(await collect(model, model.prepare(request())));
      console.log(JSON.stringify({ text, last }));
      await catalog.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: {
        ...process.env,
        OPENAI_BASE_URL: 'https://model.example/v1',
        GLASSHOUSE_WINDOW: '8000',
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
        HTTPS_PROXY: proxy.url,
      },
    });
    expect(JSON.parse(stdout)).toMatchObject({ text: 'secure', last: { type: 'finished' } });
    expect(proxy.seen).toEqual(['CONNECT model.example:443']);
  });

  it('a kept connection that the server has dropped is replaced without a word', async () => {
    let requests = 0;
    const flaky = createServer((incoming, response) => {
      requests += 1;
      if (requests === 2) return void incoming.socket.destroy();
      incoming.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
    await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
    cleanups.push(
      () => flaky.closeAllConnections(),
      () => flaky.close(),
    );
    const catalog = catalogFor({
      OPENAI_BASE_URL: `http://127.0.0.1:${(flaky.address() as AddressInfo).port}/v1`,
      GLASSHOUSE_WINDOW: '8000',
    });
    cleanups.push(() => catalog.close());
    const model = await openModel(catalog, 'openai-compatible/m');
    expect(heard(await collect(model, model.prepare(request()))).text).toBe('ok');
    await sleep(50);
    expect(heard(await collect(model, model.prepare(request()))).text).toBe('ok');
    expect(requests).toBe(3);
  });

  it('words that come faster than they are taken are taken together', async () => {
    const packets = 400;
    let sent = 0;
    const server = createServer((_, response) => {
      const timer = setInterval(() => {
        sent += 1;
        response.write(`${sent} `);
        if (sent < packets) return;
        clearInterval(timer);
        response.end();
      }, 1);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const http = createHttpStream({ env: {} });
    cleanups.push(() => http.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const answer = await http.send({ method: 'GET', url, headers: {}, signal: new AbortController().signal, silenceMs: 5000 });
    if (!answer.ok) throw new Error(answer.failure.message);
    let pieces = 0;
    let text = '';
    let behind = 0;
    for await (const bytes of answer.value.bytes) {
      pieces += 1;
      text += Buffer.from(bytes).toString();
      behind = Math.max(behind, sent - text.split(' ').length + 1);
    }
    expect(text).toBe(Array.from({ length: packets }, (_, at) => `${at + 1} `).join(''));
    expect(pieces).toBeLessThan(packets / 2);
    expect(behind).toBeLessThan(packets / 4);
  });

  it('a handshake that never ends is given up on', async () => {
    const mute = createNetServer((socket) => void socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => mute.close());
    const catalog = catalogFor(
      { OPENAI_BASE_URL: `https://127.0.0.1:${(mute.address() as AddressInfo).port}/v1`, GLASSHOUSE_WINDOW: '8000' },
      { connectMs: 300 },
    );
    cleanups.push(() => catalog.close());
    const model = await openModel(catalog, 'openai-compatible/m');
    const began = Date.now();
    const last = (await collect(model, model.prepare(request()))).at(-1);
    expect(last).toMatchObject({ type: 'failed', failure: { code: 'model_unreachable' } });
    expect(last?.type === 'failed' && last.failure.message).toContain('within 300 ms');
    expect(Date.now() - began).toBeLessThan(2000);
  });
});

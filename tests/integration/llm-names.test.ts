import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startScriptedModelServer } from '../support/scripted-model-server.ts';
import { catalogFor, collect, heard, noLocalModels, openModel, request } from '../support/model-conversations.ts';

/** Nothing but what a test names is asked for its models. */
const OWN_SERVERS_OFF = Object.fromEntries(
  ['OPENAI', 'OPENAI_RESPONSES', 'OLLAMA', 'LMSTUDIO', 'LLAMACPP', 'VLLM', 'GROQ', 'MISTRAL', 'XAI', 'TOGETHER'].map((name) => [
    `${name}_BASE_URL`,
    'http://127.0.0.1:9/v1',
  ]),
);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describe('names and keys', () => {
  it.each([
    ['gpt-5', 'model_unknown', 'openai-compatible'],
    ['nobody/m', 'model_unknown', 'embedded'],
    ['anthropic/', 'model_unknown', 'PROVIDER/MODEL'],
    ['anthropic/claude-sonnet-4-5', 'model_key_missing', 'ANTHROPIC_API_KEY'],
    ['openai-compatible/gpt-5', 'model_key_missing', 'OPENAI_API_KEY'],
    ['deepseek/deepseek-chat', 'model_key_missing', 'DEEPSEEK_API_KEY'],
    ['openai/gpt-5.4', 'model_key_missing', 'OPENAI_API_KEY'],
    ['google/gemini-2.5-pro', 'model_key_missing', 'GEMINI_API_KEY'],
    ['groq/m', 'model_key_missing', 'GROQ_API_KEY'],
    ['mistral/m', 'model_key_missing', 'MISTRAL_API_KEY'],
    ['xai/m', 'model_key_missing', 'XAI_API_KEY'],
    ['together/m', 'model_key_missing', 'TOGETHER_API_KEY'],
  ])('%s is %s and says %s', async (id, code, words) => {
    const catalog = catalogFor({}, { key: null });
    const opened = await catalog.open(id, { signal: new AbortController().signal });
    expect(opened).toMatchObject({ ok: false, failure: { code } });
    if (!opened.ok) expect(opened.failure.message).toContain(words);
    await catalog.close();
  });

  it('an address that is none is said so without repeating it', async () => {
    const catalog = catalogFor({ OPENAI_BASE_URL: 'user:pass@nowhere' });
    const opened = await catalog.open('openai-compatible/m', { signal: new AbortController().signal });
    expect(opened).toMatchObject({
      ok: false,
      failure: { code: 'model_unreachable', message: 'OPENAI_BASE_URL is not an http or https address.' },
    });
  });

  it('a name and password in the address are sent, and stored nowhere', async () => {
    const server = await startScriptedModelServer([{ text: 'in' }, { status: 401, body: '{"error":{"message":"wrong: hunter2hunter2"}}' }]);
    const env = { OPENAI_BASE_URL: `http://me:hunter2hunter2@127.0.0.1:${server.port}/v1`, GLASSHOUSE_WINDOW: '8000' };
    const catalog = catalogFor(env, { key: null });
    cleanups.push(
      () => server.close(),
      () => catalog.close(),
    );
    const model = await openModel(catalog, 'openai-compatible/m');
    const sent = model.prepare(request());
    expect(sent.url).toBe(`http://127.0.0.1:${server.port}/v1/chat/completions`);
    expect(heard(await collect(model, sent)).text).toBe('in');
    expect(server.requests[0]?.headers['authorization']).toBe(`Basic ${Buffer.from('me:hunter2hunter2').toString('base64')}`);
    const refused = (await collect(model, sent)).at(-1);
    expect(refused).toMatchObject({ type: 'failed', failure: { code: 'model_key_refused' } });
    expect(JSON.stringify([refused, sent, model.profile])).not.toContain('hunter2');
  });

  it('a key that was not copied whole is refused before it is sent, without repeating it', async () => {
    const catalog = catalogFor({}, { key: 'sk-abc…def' });
    const opened = await catalog.open('openai-compatible/gpt-5', { signal: new AbortController().signal });
    expect(opened).toMatchObject({ ok: false, failure: { code: 'model_key_refused' } });
    expect(JSON.stringify(opened)).not.toContain('sk-abc');
    await catalog.close();
  });

  it('a model that is not listed gets safe numbers, and no price', async () => {
    const catalog = catalogFor({ ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' });
    cleanups.push(() => catalog.close());
    expect((await openModel(catalog, 'anthropic/claude-next-9')).profile).toMatchObject({ window: 200_000, maxOutput: 8192 });
    expect((await openModel(catalog, 'anthropic/other-model')).profile).toMatchObject({ window: 32_768 });
    const own = catalogFor({});
    cleanups.push(() => own.close());
    const cheap = catalogFor({ OPENAI_RESPONSES_BASE_URL: 'http://127.0.0.1:9/v1' });
    cleanups.push(() => cheap.close());
    const dated = (await openModel(own, 'anthropic/claude-sonnet-4-5-20250929')).profile;
    expect(dated.price).toMatchObject({ input: 3, output: 15, cachedRead: 0.3, cachedWrite: 3.75 });
    expect((await openModel(own, 'anthropic/claude-sonnet-4-9')).profile.price).toBeUndefined();
    expect((await openModel(own, 'openai-compatible/gpt-4o-mini-2024-07-18')).profile).toMatchObject({
      window: 128_000,
      maxOutput: 16_384,
    });
    expect((await openModel(own, 'openai-compatible/gpt-9')).profile.price).toBeUndefined();
    expect((await openModel(own, 'openai/gpt-5.4')).profile).toMatchObject({ window: 272_000, maxOutput: 68_000, price: { input: 2.5 } });
    expect((await openModel(own, 'google/gemini-2.5-flash')).profile).toMatchObject({ window: 1_048_576, price: { output: 2.5 } });
    expect((await openModel(cheap, 'openai/gpt-5.4')).profile.price).toBeUndefined();
  });

  it('the strategy can be forced', async () => {
    const catalog = catalogFor({});
    const opened = await catalog.open('anthropic/claude-sonnet-4-5', { signal: new AbortController().signal, strategy: 'guided' });
    expect(opened.ok && opened.value.profile).toMatchObject({
      strategy: 'guided',
      window: 200_000,
      destination: { kind: 'host', host: 'api.anthropic.com' },
    });
    await catalog.close();
  });

  it('finds Google’s key under either of its names', async () => {
    const { createModelCatalog } = await import('../../src/infrastructure/llm/catalog.ts');
    const { memorySecrets } = await import('../support/memory-secrets.ts');
    const server = await startScriptedModelServer([{ text: 'x' }]);
    const catalog = createModelCatalog({
      env: { GOOGLE_GEMINI_BASE_URL: `${server.url}/v1beta/` },
      secrets: memorySecrets({ GOOGLE_API_KEY: 'AIza-second-name' }),
      embedded: async () => noLocalModels,
    });
    cleanups.push(
      () => server.close(),
      () => catalog.close(),
    );
    const model = await openModel(catalog, 'google/gemini-2.5-flash');
    await collect(model, model.prepare(request()));
    server.script([{ status: 401, body: '{"error":{"message":"no"}}' }]);
    const refused = (await collect(model, model.prepare(request()))).at(-1);
    expect(refused?.type === 'failed' && refused.failure.message).toContain('refused the key in GOOGLE_API_KEY');
    expect(server.requests[0]).toMatchObject({
      path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent',
      query: '?alt=sse',
      headers: { 'x-goog-api-key': 'AIza-second-name' },
    });
    expect(catalog.keyHeader('google/gemini-2.5-flash')).toBe('x-goog-api-key: $GEMINI_API_KEY');
    expect(catalog.keyHeader('anthropic/m')).toBe('x-api-key: $ANTHROPIC_API_KEY');
    expect(catalog.keyHeader('groq/m')).toBe('authorization: Bearer $GROQ_API_KEY');
    expect(catalog.keyHeader('ollama/m')).toBeNull();
  });

  it('lists what a provider offers to talk with, known names first, and the known names where it does not say', async () => {
    const server = await startScriptedModelServer([], {
      routes: {
        '/v1/models': { data: ['text-embedding-3', 'gpt-7', 'gpt-5.4', 'gpt-realtime', 'gpt-5.5'].map((id) => ({ id })) },
        '/v1beta/models': {
          models: [
            { name: 'models/gemini-9', supportedGenerationMethods: ['generateContent'] },
            { name: 'models/gemini-2.5-pro', supportedGenerationMethods: ['generateContent', 'countTokens'] },
            { name: 'models/aqa', supportedGenerationMethods: ['generateAnswer'] },
            { name: 'models/gemini-2.5-flash-image', supportedGenerationMethods: ['generateContent'] },
          ],
        },
      },
    });
    const catalog = catalogFor({
      ...OWN_SERVERS_OFF,
      OPENAI_RESPONSES_BASE_URL: `${server.url}/v1`,
      GOOGLE_GEMINI_BASE_URL: server.url,
      ANTHROPIC_BASE_URL: `${server.url}/proxy`,
    });
    cleanups.push(
      () => server.close(),
      () => catalog.close(),
    );
    const listed = (await catalog.list()).filter((one) => one.ready).map((one) => one.id);
    expect(listed.filter((id) => id.startsWith('openai/'))).toEqual(['openai/gpt-5.5', 'openai/gpt-5.4', 'openai/gpt-7']);
    expect(listed.filter((id) => id.startsWith('google/'))).toEqual(['google/gemini-2.5-pro', 'google/gemini-9']);
    expect(listed).toContain('anthropic/claude-opus-4-8');
    const asked = server.otherRequests.filter((one) => one.path === '/v1beta/models');
    expect(asked.map((one) => one.query)).toEqual(['?pageSize=200']);
  });

  it.each([401, 400])('says of a key that a provider refuses (%i) that it was refused, and lists nothing as ready', async (status) => {
    const body =
      status === 401 ? { error: { message: 'no' } } : { error: { code: 400, message: 'no', details: [{ reason: 'API_KEY_INVALID' }] } };
    const server = createServer((incoming, response) => {
      incoming.resume();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const catalog = catalogFor({
      ...OWN_SERVERS_OFF,
      OPENAI_RESPONSES_BASE_URL: url,
      GOOGLE_GEMINI_BASE_URL: url,
      ANTHROPIC_BASE_URL: url,
      GROQ_BASE_URL: url,
    });
    cleanups.push(() => catalog.close());
    const refused = (await catalog.list()).filter((one) => one.missing === 'the key was refused');
    expect(refused.map((one) => one.id)).toEqual(['anthropic/MODEL', 'openai/MODEL', 'google/MODEL', 'groq/MODEL']);
    expect(refused.some((one) => one.ready)).toBe(false);
  });

  it('lists what is ready and what is missing', async () => {
    const server = await startScriptedModelServer([], { routes: { '/v1/models': { data: [{ id: 'qwen3:4b' }] } } });
    const catalog = catalogFor({
      ...OWN_SERVERS_OFF,
      ANTHROPIC_BASE_URL: server.url,
      GOOGLE_GEMINI_BASE_URL: server.url,
      OLLAMA_BASE_URL: `${server.url}/v1`,
      OPENAI_BASE_URL: `${server.url}/v1`,
      LMSTUDIO_BASE_URL: 'http://127.0.0.1:9/v1',
    });
    cleanups.push(
      () => server.close(),
      () => catalog.close(),
    );
    const began = Date.now();
    const listed = await catalog.list();
    expect(Date.now() - began).toBeLessThan(2500);
    expect(listed).toContainEqual(expect.objectContaining({ id: 'ollama/qwen3:4b', destination: { kind: 'machine' }, ready: true }));
    expect(listed).toContainEqual({
      id: 'lmstudio/MODEL',
      destination: { kind: 'machine' },
      ready: false,
      missing: 'no server answers at 127.0.0.1:9',
    });
    expect(listed).toContainEqual({
      id: 'deepseek/MODEL',
      destination: { kind: 'host', host: 'api.deepseek.com' },
      ready: false,
      missing: 'DEEPSEEK_API_KEY is not set',
    });
    expect(listed).toContainEqual({
      id: 'openai/MODEL',
      destination: { kind: 'machine' },
      ready: false,
      missing: 'no server answers at 127.0.0.1:9',
    });
    expect(listed.some((one) => one.id.startsWith('anthropic/') && one.ready)).toBe(true);
  });
});

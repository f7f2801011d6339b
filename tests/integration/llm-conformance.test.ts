import { afterEach, describe, expect, it } from 'vitest';
import { bodyOf } from '../../src/core/models/request.ts';
import type { ModelCatalog } from '../../src/application/ports/model-catalog.ts';
import type { ModelEvent } from '../../src/core/reasoning/language-model.ts';
import { startScriptedModelServer, type ScriptedReply } from '../support/scripted-model-server.ts';
import { pdfOf } from '../support/documents.ts';
import { png, shownAs } from '../support/pictures.ts';
import { googleError, WIRES } from '../support/conforming-wires.ts';
import { block, catalogFor, collect, heard, KEY, openModel, READ_FILE, request } from '../support/model-conversations.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe.each(WIRES)('the $wire wire', (facts) => {
  const { id, env } = facts;

  async function serve(replies: readonly ScriptedReply[], options: { silenceMs?: number } = {}) {
    const server = await startScriptedModelServer(replies);
    const catalog: ModelCatalog = catalogFor(env(server), options);
    open.push(server, catalog);
    return { server, model: await openModel(catalog, id) };
  }

  async function ask(reply: ScriptedReply, options: { silenceMs?: number } = {}): Promise<ModelEvent[]> {
    const { model } = await serve([reply], options);
    return collect(model, model.prepare(request()));
  }

  async function failureOf(reply: ScriptedReply, options: { silenceMs?: number } = {}) {
    const last = (await ask(reply, options)).at(-1);
    if (last?.type !== 'failed') throw new Error(`expected a failure, got ${JSON.stringify(last)}`);
    return last.failure;
  }

  it('C1: the server receives the joined spans byte for byte, the key in a header and nowhere else', async () => {
    const { server, model } = await serve([{ text: 'ok' }]);
    const awkward = 'line\nquote " back \\ tab\t nul \u0000 ☃ 𝄞 \u2028 lone \ud800 end';
    const sent = model.prepare(
      request({ tools: [READ_FILE], messages: [{ role: 'user', blocks: [block(awkward, 'input', 'message:1', 'untrusted')] }] }),
    );
    await collect(model, sent);
    const received = server.requests[0];
    expect(received?.body.equals(Buffer.from(bodyOf(sent)))).toBe(true);
    expect(() => JSON.parse(received?.body.toString('utf8') ?? '')).not.toThrow();
    expect(JSON.stringify(sent)).not.toContain(KEY);
    const [name, value] = facts.keyHeader;
    expect(received?.headers[name]).toBe(value);
    expect(`${received?.path}${received?.query}`).not.toContain(KEY);
    const span = sent.spans.find((one) => one.source === 'message:1');
    expect(span).toMatchObject({ section: 'input', trust: 'untrusted' });
    expect(JSON.parse(`"${span?.text}"`)).toBe(awkward);
    expect(sent.spans.find((one) => one.source === 'tool:read_file')?.section).toBe('tools');
  });

  it('streams text, reasoning, parallel calls and usage', async () => {
    const events = await ask({
      reasoning: 'Two files are wanted.',
      text: 'I will read both — schön 𝄞.',
      toolCalls: [
        { name: 'read_file', input: { path: 'ä.txt' } },
        { name: 'read_file', input: { path: 'b.txt' } },
      ],
      usage: { input: 1000, output: 50, cachedRead: 600, cachedWrite: facts.counts.cachedWrite, reasoning: 7 },
      chunkSize: 3,
      unknownEvents: true,
      keepAliveComments: 2,
    });
    const all = heard(events);
    expect(all.reasoning).toBe('Two files are wanted.');
    expect(all.text).toBe('I will read both — schön 𝄞.');
    expect(all.calls.map((call) => [call.name, JSON.parse(call.input)])).toEqual([
      ['read_file', { path: 'ä.txt' }],
      ['read_file', { path: 'b.txt' }],
    ]);
    expect(all.last).toEqual({
      type: 'finished',
      reason: 'tool_calls',
      usage: { input: 1000, output: 50, cachedRead: 600, ...facts.counts, exact: true },
    });
    expect(events.filter((event) => event.type === 'finished' || event.type === 'failed')).toHaveLength(1);
    expect(events.findIndex((event) => event.type === 'reasoning_completed')).toBeLessThan(
      events.findIndex((event) => event.type === 'text_delta'),
    );
  });

  it.each(['\n', '\r\n', '\r'] as const)('hears the same answer wherever the bytes are cut, with line ends %j', async (lineEnd) => {
    const answer: ScriptedReply = {
      text: 'Ünïcödé ☃ 𝄞 done',
      toolCalls: [{ id: 'call_1', name: 'read_file', input: { path: '☃' } }],
      lineEnd,
      chunkSize: 2,
    };
    const whole = heard(await ask(answer));
    for (const splitEvery of [1, 2, 3, 7, 64]) expect(heard(await ask({ ...answer, splitEvery }))).toEqual(whole);
    expect(whole.text).toBe('Ünïcödé ☃ 𝄞 done');
  });

  it.each(facts.reasons)('the finish %s means %s', async (finish, reason) => {
    expect((await ask({ text: 'x', finish })).at(-1)).toMatchObject({ type: 'finished', reason });
  });

  if (facts.halfArguments)
    it('passes half-written arguments on as they are', async () => {
      const all = heard(await ask({ toolCalls: [{ name: 'read_file', rawArguments: '{"path": "a' }], finish: facts.lengthWord }));
      expect(all.calls[0]?.input).toBe('{"path": "a');
      expect(all.last).toMatchObject({ type: 'finished', reason: 'length' });
    });

  it('makes an id where the server sends none, and {} where a call has no arguments', async () => {
    const all = heard(await ask({ toolCalls: [{ name: 'now', id: null, rawArguments: '' }] }));
    expect(all.calls[0]?.id).toMatch(/^[a-zA-Z0-9_-]{8,64}$/);
    expect(all.calls[0]?.input).toBe('{}');
  });

  it('a cut after any event ends as model_stream_cut, keeps what came, and never pretends to be done', async () => {
    const answer: ScriptedReply = { text: 'one two three four', toolCalls: [{ name: 'read_file', input: { path: 'a' } }], chunkSize: 6 };
    const whole = heard(await ask(answer));
    let cuts = 0;
    for (let after = 0; after < 30; after += 1) {
      const { model } = await serve([{ ...answer, cutAfterEvents: after }]);
      const all = heard(await collect(model, model.prepare(request())));
      expect(whole.text.startsWith(all.text)).toBe(true);
      if (all.last?.type === 'finished') break;
      expect(all.last).toMatchObject({ type: 'failed', failure: { code: 'model_stream_cut' } });
      cuts += 1;
    }
    expect(cuts).toBeGreaterThanOrEqual(facts.fewestCuts);
    expect(cuts).toBeLessThan(29);
  });

  it('an answer that ends in order without its last event is whole where that says nothing; one without any end is cut', async () => {
    const short = heard(await ask({ text: 'hello', noLastEvent: true }));
    expect(short.text).toBe('hello');
    expect(short.last).toMatchObject(
      facts.needsLastEvent ? { type: 'failed', failure: { code: 'model_stream_cut' } } : { type: 'finished', reason: 'stop' },
    );
    expect((await failureOf({ rawStream: '' })).code).toBe('model_stream_cut');
  });

  it.each([0, 3])('silence after %i events ends as model_silent', async (silence) => {
    const began = Date.now();
    const reason = await failureOf({ text: 'one two three four five', silence }, { silenceMs: 200 });
    expect(reason.code).toBe('model_silent');
    expect(Date.now() - began).toBeLessThan(3000);
  });

  it('comments keep a slow answer alive', async () => {
    const events = await ask({ text: 'abcdef', chunkSize: 1, delayMs: 80, keepAliveComments: 1 }, { silenceMs: 400 });
    expect(heard(events)).toMatchObject({ text: 'abcdef', last: { type: 'finished' } });
  });

  it('a web page with status 200 is a bad response, with its first words', async () => {
    const reason = await failureOf({ html: true });
    expect(reason.code).toBe('model_bad_response');
    expect(reason.message).toContain('Please log in');
    expect(reason.message.length).toBeLessThan(500);
  });

  it('an answer in one JSON document counts although a stream was asked for', async () => {
    const { model } = await serve([
      { text: 'All at once', toolCalls: [{ name: 'read_file', input: { path: 'a' } }], jsonInsteadOfStream: true },
    ]);
    const all = heard(await collect(model, model.prepare(request())));
    expect(all.text).toBe('All at once');
    expect(all.calls[0]?.input).toBe('{"path":"a"}');
    expect(all.last).toMatchObject({ type: 'finished', reason: 'tool_calls' });
  });

  it('R7: a stop ends the stream at once and closes the connection', async () => {
    const { server, model } = await serve([{ text: 'x'.repeat(400), chunkSize: 1, delayMs: 20 }]);
    const controller = new AbortController();
    const events: ModelEvent[] = [];
    let stopped = 0;
    for await (const event of model.stream(model.prepare(request()), controller.signal)) {
      events.push(event);
      if (events.length === 5) {
        stopped = Date.now();
        controller.abort();
      }
    }
    expect(Date.now() - stopped).toBeLessThan(1000);
    expect(events.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'run_cancelled' } });
    await expect.poll(() => server.requests[0]?.closedEarly).toBe(true);
  });

  it('a consumer that leaves closes the connection', async () => {
    const { server, model } = await serve([{ text: 'x'.repeat(400), chunkSize: 1, delayMs: 20 }]);
    for await (const event of model.stream(model.prepare(request()), new AbortController().signal)) if (event.type === 'text_delta') break;
    await expect.poll(() => server.requests[0]?.closedEarly).toBe(true);
  });

  it('uses one connection for several requests, and a new one when the server has closed it', async () => {
    const { server, model } = await serve([{ text: 'a' }, { text: 'b', headers: { connection: 'close' } }, { text: 'c' }]);
    for (const text of ['a', 'b', 'c']) expect(heard(await collect(model, model.prepare(request()))).text).toBe(text);
    expect(server.requests).toHaveLength(3);
  });

  const errors: [string, ScriptedReply, string][] = [
    [
      '401',
      {
        status: 401,
        body: JSON.stringify({
          error: { type: 'authentication_error', code: 'invalid_api_key', message: `Incorrect API key provided: ${KEY}.` },
        }),
      },
      'model_key_refused',
    ],
    ['402', { status: 402, body: '{"error":{"message":"Insufficient Balance"}}' }, 'model_out_of_credit'],
    ['403', { status: 403, body: '{"error":{"type":"permission_error","message":"no access"}}' }, 'model_forbidden'],
    ['404', { status: 404, body: '{"error":{"type":"not_found_error","message":"model: nope"}}' }, 'model_not_found'],
    ['408', { status: 408 }, 'model_server_error'],
    [
      '413',
      { status: 413, body: '{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}' },
      'context_too_long',
    ],
    [
      '400 plain',
      { status: 400, body: '{"error":{"type":"invalid_request_error","message":"temperature: must be at most 1"}}' },
      'model_bad_request',
    ],
    [
      '400 too long',
      { status: 400, body: '{"error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}' },
      'context_too_long',
    ],
    [
      '400 too long (chat)',
      {
        status: 400,
        body: '{"error":{"code":"context_length_exceeded","message":"This model\'s maximum context length is 8192 tokens."}}',
      },
      'context_too_long',
    ],
    [
      '400 low balance',
      { status: 400, body: '{"error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}' },
      'model_out_of_credit',
    ],
    [
      '429 quota',
      {
        status: 429,
        body: '{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"You exceeded your current quota"}}',
      },
      'model_out_of_credit',
    ],
    ['500', { status: 500, body: '{"error":{"type":"api_error","message":"Internal server error"}}' }, 'model_server_error'],
    ['502 page', { status: 502, body: '<html>Bad gateway</html>' }, 'model_server_error'],
    ['503', { status: 503 }, 'model_overloaded'],
    ['529', { status: 529, body: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}' }, 'model_overloaded'],
    [
      'no tools (Ollama)',
      { status: 400, body: '{"error":{"message":"registry.ollama.ai/library/gemma:2b does not support tools"}}' },
      'model_no_tools',
    ],
    [
      'no tools (vLLM)',
      {
        status: 400,
        body: '{"object":"error","message":"\\"auto\\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set","code":400}',
      },
      'model_no_tools',
    ],
    [
      'no tools (llama.cpp)',
      { status: 500, body: '{"error":{"code":500,"message":"tools param requires --jinja flag","type":"server_error"}}' },
      'model_no_tools',
    ],
    [
      'no sight (Ollama)',
      { status: 500, body: '{"error":{"message":"this model is missing data required for image input"}}' },
      'model_cannot_see',
    ],
    [
      'no sight (OpenRouter)',
      { status: 404, body: '{"error":{"message":"No endpoints found that support image input"}}' },
      'model_cannot_see',
    ],
    [
      'no sight (Groq)',
      { status: 400, body: '{"error":{"type":"invalid_request_error","message":"This model does not support image inputs"}}' },
      'model_cannot_see',
    ],
    ['redirect', { status: 307, headers: { location: 'https://elsewhere.example/v1' }, body: '' }, 'model_bad_response'],
  ];
  it.each([...errors, ...facts.errors])('the answer %s becomes its code, without the key', async (_, reply, code) => {
    const reason = await failureOf(reply);
    expect(reason.code).toBe(code);
    expect(reason.message).not.toContain(KEY);
    expect(reason.message).not.toContain('<');
    expect(reason.message.length).toBeLessThan(600);
  });

  /** Times are made when they are sent: they are compared with the clock. */
  const waits: [string, () => Record<string, string>, number, number][] = [
    ['seconds', () => ({ 'retry-after': '7' }), 7000, 7000],
    ['milliseconds', () => ({ 'retry-after-ms': '1500', 'retry-after': '2' }), 1500, 1500],
    ['a date', () => ({ 'retry-after': new Date(Date.now() + 30_000).toUTCString() }), 28_000, 30_000],
    ['a duration', () => ({ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m2.5s' }), 62_500, 62_500],
    [
      'a time',
      () => ({
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': new Date(Date.now() + 20_000).toISOString(),
      }),
      18_000,
      20_000,
    ],
  ];
  it.each(waits)('R9: a 429 with %s says how long to wait', async (_, headers, least, most) => {
    const body = '{"error":{"type":"rate_limit_error","message":"slow down"}}';
    const reason = await failureOf({ status: 429, headers: headers(), body });
    expect(reason.code).toBe('model_rate_limited');
    expect(reason.retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(reason.retryAfterMs).toBeLessThanOrEqual(most);
  });

  it('R9: a wait that stands in the body counts, where the head says none', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' }];
    const reason = await failureOf(googleError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', details));
    expect(reason).toMatchObject({ code: 'model_rate_limited', retryAfterMs: 34_070 });
  });

  it('an error in the middle of a stream keeps what came before it', async () => {
    const all = heard(await ask({ text: 'so far', errorEvent: { type: facts.overloadedWord, message: 'Overloaded' } }));
    expect(all.text).toBe('so far');
    expect(all.last).toMatchObject({ type: 'failed', failure: { code: 'model_overloaded' } });
  });

  it('C1: shows a picture and a PDF in the wire’s own form, as spans with an estimate of tokens', async () => {
    const { server, model } = await serve([{ text: 'A harbour.' }]);
    const [picture, document] = [png(), pdfOf(['An offer.'])];
    const shown = (name: string, data: Buffer) => shownAs(name, data, { section: 'input', source: 'message:1', trust: 'untrusted' });
    const { picture: seen, document: read } = facts.shows(picture.toString('base64'), document.toString('base64'));
    const media = [shown('harbour.png', picture), ...(read === null ? [] : [shown('offer.pdf', document)])];
    const sent = model.prepare(request({ messages: [{ role: 'user', blocks: [block('What is this?', 'input')], media }] }));
    expect(heard(await collect(model, sent)).text).toBe('A harbour.');
    const body = server.requests[0]?.body.toString('utf8') ?? '';
    expect(body).toBe(bodyOf(sent));
    expect(everyObjectIn(JSON.parse(body))).toContainEqual(seen);
    if (read !== null) expect(everyObjectIn(JSON.parse(body))).toContainEqual(read);
    const span = sent.spans.find((one) => one.media);
    expect(span).toMatchObject({ source: 'message:1', trust: 'untrusted', text: picture.toString('base64') });
    expect(span?.media?.tokens).toBeGreaterThan(0);
    expect(model.profile.sight?.takes.includes('application/pdf')).toBe(read !== null);
  });

  it('shows the picture that a call gave', async () => {
    const { server, model } = await serve([{ text: 'It rises.' }]);
    const picture = png();
    const result = shownAs('chart.png', picture, { section: 'history', source: 'call:1', trust: 'trusted' });
    const call = { type: 'tool_call', providerCallId: 'call_1', name: 'view_image', input: block('{"path":"chart.png"}') } as const;
    const results = [{ providerCallId: 'call_1', name: 'view_image', isError: false, block: block('chart.png'), media: [result] }];
    const sent = model.prepare(
      request({
        messages: [
          { role: 'user', blocks: [block('Look.', 'input')] },
          { role: 'assistant', blocks: [call] },
          { role: 'tool', results },
        ],
      }),
    );
    expect(heard(await collect(model, sent)).text).toBe('It rises.');
    expect(everyObjectIn(JSON.parse(server.requests[0]?.body.toString('utf8') ?? ''))).toContainEqual(
      facts.showsResult(picture.toString('base64')),
    );
  });

  it('works without tools and with a constraint', async () => {
    const { server, model } = await serve([{ text: '{"answer":"x"}' }]);
    const sent = model.prepare(request({ constraint: { grammar: 'root ::= "x"', schema: { type: 'object' } }, temperature: 0 }));
    expect(heard(await collect(model, sent)).text).toBe('{"answer":"x"}');
    const body = JSON.parse(server.requests[0]?.body.toString('utf8') ?? '{}') as Record<string, unknown>;
    expect(body['tools']).toBeUndefined();
    if (facts.constraint) expect(body).toMatchObject(facts.constraint);
  });

  it('a server that is not there is unreachable, in words', async () => {
    const { server, model } = await serve([]);
    await server.close();
    const last = (await collect(model, model.prepare(request()))).at(-1);
    expect(last).toMatchObject({ type: 'failed', failure: { code: 'model_unreachable' } });
    expect(last?.type === 'failed' && last.failure.message).toContain('nothing listens there');
  });
});

function everyObjectIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(everyObjectIn)];
}

import { describe, expect, it, onTestFinished } from 'vitest';
import { bodyOf } from '../../src/core/models/request.ts';
import { createHttpStream } from '../../src/infrastructure/llm/http-stream.ts';
import { sightOf } from '../../src/infrastructure/llm/model-sight.ts';
import { createOpenAiChatModel } from '../../src/infrastructure/llm/openai-chat.ts';
import { PRESETS, type Preset } from '../../src/infrastructure/llm/presets.ts';
import { FAKE_PROFILE } from '../support/fake-model.ts';
import { block, collect, heard, KEY, READ_FILE, request } from '../support/model-conversations.ts';
import { png, shownAs } from '../support/pictures.ts';
import { startScriptedModelServer, type ScriptedReply } from '../support/scripted-model-server.ts';

/** The same conversation with every server that speaks the chat wire, each in its own way. */
describe.each(PRESETS)('the preset $name', (preset) => {
  async function serve(replies: readonly ScriptedReply[]) {
    const server = await startScriptedModelServer(replies);
    const http = createHttpStream({ env: {} });
    onTestFinished(() => server.close());
    onTestFinished(() => http.close());
    const model = createOpenAiChatModel({
      profile: { ...FAKE_PROFILE, id: `${preset.name}/scripted` },
      model: 'scripted',
      baseUrl: `${server.url}/v1`,
      preset,
      fixedTemperature: false,
      secretHeaders: { authorization: `Bearer ${KEY}` },
      asked: { model: `${preset.name}/scripted`, host: 'here', secrets: [KEY], keyName: preset.keyName },
      http,
    });
    return { server, model, body: (at: number) => JSON.parse(server.requests[at]?.body.toString('utf8') ?? '{}') as Body };
  }

  it('C1: streams a call, sends its result and a picture back, and counts', async () => {
    const { server, model, body } = await serve([
      { toolCalls: [{ name: 'read_file', input: { path: 'a.txt' } }], usage: { input: 100, output: 5 } },
      { text: 'Done.' },
    ]);
    const first = model.prepare(request({ tools: [READ_FILE] }));
    const { calls, last } = heard(await collect(model, first));
    // The scripted server counts only when it is asked to.
    const usage = preset.includeUsage ? expect.objectContaining({ input: 100, output: 5 }) : null;
    expect(last).toEqual({ type: 'finished', reason: 'tool_calls', usage });
    const id = calls[0]?.id ?? '';
    const picture = shownAs('a.png', png(), { section: 'input', source: 'message:1', trust: 'untrusted' });
    const second = model.prepare(
      request({
        tools: [READ_FILE],
        messages: [
          { role: 'user', blocks: [block('Look.', 'input')], media: [picture] },
          { role: 'assistant', blocks: [{ type: 'tool_call', providerCallId: id, name: 'read_file', input: block('{"path":"a.txt"}') }] },
          { role: 'tool', results: [{ providerCallId: id, name: 'read_file', isError: false, block: block('words') }] },
          { role: 'user', blocks: [block('And now?', 'input')] },
        ],
      }),
    );
    expect(heard(await collect(model, second)).text).toBe('Done.');
    expect(server.requests.map((each) => each.body.toString('utf8'))).toEqual([bodyOf(first), bodyOf(second)]);
    const { messages, ...numbers } = body(1);
    const roles = messages.map((each) => each.role);
    expect(roles).toEqual(['system', 'user', 'assistant', 'tool', ...(preset.answersResults ? ['assistant'] : []), 'user']);
    expect(messages[1]?.content).toContainEqual({ type: 'image_url', image_url: { url: `data:image/png;base64,${picture.base64}` } });
    if (preset.callIds === 'nine') expect(messages[3]?.tool_call_id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(numbers).toMatchObject({ [preset.maxTokensField]: 500, stream: true });
    expect('stream_options' in numbers).toBe(preset.includeUsage);
  });

  it('holds an answer to a form where the server can, and sends no tools then', async () => {
    const { model, body } = await serve([{ text: '{"a":1}' }]);
    const constraint = { grammar: 'root ::= "x"', schema: { type: 'object' } };
    const wire = model.prepare(request({ tools: [READ_FILE], isCallless: true, constraint }));
    expect(heard(await collect(model, wire)).text).toBe('{"a":1}');
    const field = FIELD[preset.constraint];
    expect(Object.keys(body(0)).filter((key) => key === 'grammar' || key === 'response_format')).toEqual(field === null ? [] : [field]);
    expect('tools' in body(0)).toBe(false);
  });

  it('a model of words alone is known as one', () => {
    expect(sightOf(preset.name, 'qwen2.5-coder:7b')).toBeUndefined();
    if (preset.name !== 'deepseek') expect(sightOf(preset.name, 'llava:13b')).toMatchObject({ isSure: true });
  });
});

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: unknown; readonly tool_call_id?: string }[];
}

const FIELD: Readonly<Record<Preset['constraint'], string | null>> = { none: null, json_schema: 'response_format', grammar: 'grammar' };

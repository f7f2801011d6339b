import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliScene, KEY } from '../support/cli.ts';
import { pdfOf } from '../support/documents.ts';
import { hugePng, png } from '../support/pictures.ts';
import { startScriptedModelServer, type ScriptedReply } from '../support/scripted-model-server.ts';
import { ServerScene } from '../support/server.ts';

/** Stands in the bytes of the picture, and nowhere else. */
const MARK = 'planted-in-the-picture-7391';

async function scene(replies: readonly ScriptedReply[]) {
  const server = await startScriptedModelServer(replies);
  onTestFinished(() => server.close());
  const cli = new CliScene({
    ANTHROPIC_BASE_URL: server.url,
    ANTHROPIC_API_KEY: KEY,
    OPENAI_BASE_URL: `${server.url}/v1`,
    OPENAI_API_KEY: KEY,
  });
  const put = (name: string, data: Uint8Array) => writeFileSync(join(cli.workspace, name), data);
  return { server, cli, put, bodies: () => server.requests.map((request) => request.body.toString('utf8')) };
}

const CLAUDE = ['-m', 'anthropic/claude-sonnet-5'];

describe('pictures and PDFs in the terminal', () => {
  it('C1: a picture is sent in every request of the conversation, kept once, shown byte for byte, and gone after a purge', async () => {
    const { cli, put, bodies } = await scene([{ text: 'A harbour.' }, { text: 'Two boats.' }]);
    const picture = png(200, 100, MARK);
    put('harbour.png', picture);
    const run = await cli.run(['run', ...CLAUDE, '--attach', 'harbour.png', 'What is this?']);
    expect([run.code, run.stdout]).toEqual([0, 'A harbour.\n']);
    expect((await cli.run(['run', ...CLAUDE, '--continue', 'How many?'])).stdout).toBe('Two boats.\n');
    const base64 = picture.toString('base64');
    for (const body of bodies()) expect(body.split(base64)).toHaveLength(2);
    const shown = await cli.run(['conversations', 'show', 'last', '--requests', '--json']);
    const { requests } = JSON.parse(shown.stdout) as { requests: { spans: { text: string }[] }[] };
    expect(requests.map((request) => request.spans.map((span) => span.text).join(''))).toEqual(bodies());
    // Once as bytes, and never as the text that was sent.
    expect(countIn(cli.home, Buffer.from(MARK))).toBe(1);
    expect(countIn(cli.home, Buffer.from(base64.slice(60, 140)))).toBe(0);
    expect((await cli.run(['conversations', 'show', 'last'])).stdout).toContain('harbour.png, PNG, 200 × 100 pixels');
    for (const format of ['markdown', 'html', 'json']) {
      expect((await cli.run(['conversations', 'export', 'last', '--format', format])).stdout).toContain(base64);
    }
    expect((await cli.run(['conversations', 'delete', 'last', '--yes'])).code).toBe(0);
    expect(countIn(cli.home, Buffer.from(MARK))).toBe(0);
  });

  it('a model that sees only words says so, and nothing is lost', async () => {
    const { cli, put, server } = await scene([{ text: 'Now I see.' }]);
    put('harbour.png', png());
    const blind = await cli.run(['run', '-m', 'openai-compatible/gpt-3.5-turbo', '--attach', 'harbour.png', 'What is this?']);
    expect(blind.code).toBe(1);
    expect(blind.stderr).toContain('harbour.png is a PNG picture, which openai-compatible/gpt-3.5-turbo does not take. (model_cannot_see)');
    expect(server.requests).toHaveLength(0);
    expect((await cli.run(['conversations', 'show', 'last'])).stdout).toContain('harbour.png');
  });

  it('what is no picture, cut, or too large is one failure under its name, and nothing is begun', async () => {
    const { cli, put, server } = await scene([]);
    put('fake.png', Buffer.from('words'));
    put('cut.png', png().subarray(0, 60));
    put('huge.png', hugePng());
    const codes = [];
    for (const name of ['fake.png', 'cut.png', 'huge.png', 'none.png']) {
      const { code, stderr } = await cli.run(['run', ...CLAUDE, '--attach', name, 'Look.']);
      expect(stderr).toContain(name);
      codes.push([code, /\((\w+)\)/.exec(stderr)?.[1]]);
    }
    expect(codes).toEqual([
      [1, 'media_unsupported'],
      [1, 'media_damaged'],
      [1, 'media_too_large'],
      [1, 'path_not_found'],
    ]);
    expect(server.requests).toHaveLength(0);
    expect((await cli.run(['conversations', 'list'])).stdout).not.toContain('Look.');
  });

  it('a PDF goes as it is where the wire takes it; elsewhere the model reads it by a tool', async () => {
    const offer = pdfOf(['The offer is 4,200.']);
    const taken = await scene([{ text: '4,200.' }]);
    taken.put('offer.pdf', offer);
    expect((await taken.cli.run(['run', ...CLAUDE, '--attach', 'offer.pdf', 'How much?'])).stdout).toBe('4,200.\n');
    expect(taken.bodies()[0]).toContain(offer.toString('base64'));

    const read = await scene([{ toolCalls: [{ name: 'read_document', input: { path: 'attached:offer.pdf' } }] }, { text: '4,200.' }]);
    read.put('offer.pdf', offer);
    const run = await read.cli.run(['run', '-m', 'openai-compatible/scripted', '--attach', 'offer.pdf', 'How much?']);
    expect([run.code, run.stdout]).toEqual([0, '4,200.\n']);
    expect(read.bodies()[0]).toContain('read it with read_document, path \\\\\\"attached:offer.pdf\\\\\\"'.replaceAll('\\\\\\', '\\'));
    expect(read.bodies()[0]).not.toContain(offer.toString('base64'));
    expect(read.bodies()[1]).toContain('The offer is 4,200.');
  });

  it('view_image shows a picture of the workspace, and is not offered to models that cannot see', async () => {
    const { cli, put, bodies } = await scene([
      { toolCalls: [{ name: 'view_image', input: { path: 'chart.png' } }] },
      { text: 'It rises.' },
      { text: 'No.' },
    ]);
    const chart = png(64, 48, MARK);
    put('chart.png', chart);
    expect((await cli.run(['run', ...CLAUDE, 'Does the chart rise?'])).stdout).toBe('It rises.\n');
    expect(bodies()[1]).toContain(`"type":"image","source":{"type":"base64","media_type":"image/png","data":"${chart.toString('base64')}"`);
    await cli.run(['run', '-m', 'openai-compatible/gpt-3.5-turbo', 'Does it?']);
    expect(bodies()[0]).toContain('"name":"view_image"');
    expect(bodies()[2]).not.toContain('view_image');
    expect((await cli.run(['conversations', 'export', 'last', '--format', 'html'])).code).toBe(0);
  });
});

describe('pictures over HTTP', () => {
  it('S4: an uploaded picture is sent, told of by its hash, given out behind the token alone, and edited along', async () => {
    const server = await ServerScene.start([{ text: 'A harbour.' }, { text: 'A harbour again.' }]);
    const picture = png(32, 16, MARK);
    const { ticket, url } = await server.client.uploads.ticket({ name: 'harbour.png', bytes: picture.length });
    const put = await fetch(`${server.url}${url}`, { method: 'PUT', body: picture });
    expect(await put.json()).toMatchObject({ ticket, media: { mediaType: 'image/png', width: 32, height: 16 } });
    const sent = await server.send('What is this?', { uploads: [ticket], workspace: server.cli.workspace });
    await server.untilEnded(sent.conversationId);
    const view = await server.client.conversations.get({ id: sent.conversationId });
    const part = view.messages[0]?.parts[0];
    expect(part).toMatchObject({ type: 'media', name: 'harbour.png', media: { mediaType: 'image/png', bytes: picture.length } });
    const hash = part?.type === 'media' ? part.media.hash : '';
    const address = `${server.url}/media/${sent.conversationId}/${hash}`;
    expect((await fetch(address)).status).toBe(401);
    const given = await fetch(address, { headers: { authorization: `Bearer ${server.token}` } });
    expect([given.status, given.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(Buffer.from(await given.arrayBuffer()).equals(picture)).toBe(true);
    const other = await fetch(`${server.url}/media/another/${hash}`, { headers: { authorization: `Bearer ${server.token}` } });
    expect(other.status).toBe(404);
    await server.client.messages.edit({
      commandId: crypto.randomUUID(),
      conversationId: sent.conversationId,
      messageId: view.messages[0]?.id ?? '',
      text: 'And now?',
    });
    await server.untilEnded(sent.conversationId);
    expect(server.model.requests[1]?.body.toString('utf8')).toContain(picture.toString('base64'));
  });
});

/** How often bytes stand in the files of a folder. */
function countIn(folder: string, needle: Buffer): number {
  let count = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const data = readFileSync(join(entry.parentPath, entry.name));
    for (let at = data.indexOf(needle); at !== -1; at = data.indexOf(needle, at + 1)) count += 1;
  }
  return count;
}

describe('answers in a form', () => {
  const SCHEMA = { type: 'object', properties: { total: { type: 'integer' } }, required: ['total'], additionalProperties: false };
  const run = async (answer: string, model = CLAUDE[1] ?? '') => {
    const shown = await scene([{ toolCalls: [{ name: 'now', input: {} }] }, { text: 'I think it is 42.' }, { text: answer }]);
    shown.put('form.json', Buffer.from(JSON.stringify(SCHEMA)));
    return { ...shown, result: await shown.cli.run(['run', '-m', model, '--schema', 'form.json', 'How much?']) };
  };

  it.each(['anthropic/claude-sonnet-5', 'openai-compatible/scripted'])(
    'prints JSON that is valid, and nothing else (%s)',
    async (model) => {
      const { result, bodies } = await run('{ "total": 42 }', model);
      expect([result.code, result.stdout]).toEqual([0, '{"total":42}\n']);
      const last = JSON.parse(bodies()[2] ?? '{}') as Record<string, unknown>;
      expect(last).toMatchObject(
        model.startsWith('anthropic')
          ? { output_config: { format: { type: 'json_schema', schema: SCHEMA } }, tool_choice: { type: 'none' } }
          : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA } } },
      );
      expect(bodies()[1]).not.toContain('"additionalProperties":false},"required":["total"]');
    },
  );

  it('an answer that is not valid is a failure that says where, and prints nothing', async () => {
    const { result } = await run('```json\n{"total":"many"}\n```');
    expect([result.code, result.stdout]).toEqual([1, '']);
    expect(result.stderr).toContain('The answer is not valid by the schema at total');
    expect(result.stderr).toContain('(answer_invalid)');
  });

  it('a file that is no schema is refused before anything is sent', async () => {
    const { cli, put, server } = await scene([]);
    put('form.json', Buffer.from('[1]'));
    const { code, stderr } = await cli.run(['run', ...CLAUDE, '--schema', 'form.json', 'How much?']);
    expect([code, server.requests.length]).toEqual([2, 0]);
    expect(stderr).toContain('form.json is not a JSON Schema');
  });
});

import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ServerScene } from '../support/server.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request with exactly these headers: `fetch` would not let a test name its own Host. */
function ask(port: number, { method, path, headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const end = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      response.on('end', end);
      // A stream has no end: its head is enough.
      if (String(response.headers['content-type']).startsWith('text/event-stream')) {
        end();
        request.destroy();
      }
    });
    request.on('error', reject);
    request.end(body);
  });
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string; readonly tags?: readonly string[] }>>>>;
}

const FOREIGN_HOSTS = ['evil.example', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example', '0.0.0.0', '192.168.0.2', '[::ffff:7f00:1]'];
const FOREIGN_ORIGINS = ['http://evil.example', 'null', 'http://localhost', 'http://127.0.0.1:1', 'file://', 'https://127.0.0.1'];

/** What is tried at every door: each must be turned away. */
function attempts(scene: ServerScene): [string, Readonly<Record<string, string>>, number][] {
  const known = { host: `127.0.0.1:${scene.port}` };
  const token = { authorization: `Bearer ${scene.token}` };
  return [
    ['no token', known, 401],
    ['a wrong token', { ...known, authorization: `Bearer ${'x'.repeat(43)}` }, 401],
    ['half a token', { ...known, authorization: `Bearer ${scene.token.slice(0, 20)}` }, 401],
    ['the token in another scheme', { ...known, authorization: `Basic ${scene.token}` }, 401],
    ['the token as a cookie', { ...known, cookie: `token=${scene.token}` }, 401],
    ...FOREIGN_HOSTS.map((host): [string, Record<string, string>, number] => [`the Host ${host}`, { ...token, host }, 403]),
    ...FOREIGN_ORIGINS.map((origin): [string, Record<string, string>, number] => [
      `the Origin ${origin}`,
      { ...token, ...known, origin },
      403,
    ]),
  ];
}

describe('the wall around the server', () => {
  it('S4: turns away a wrong or missing token, a foreign Host and a foreign Origin at every operation of the document', async () => {
    const scene = await ServerScene.start();
    const document = (await (await scene.fetch('/api/openapi.json')).json()) as Document;
    expect(document.openapi).toMatch(/^3\.1/);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((name) => ['get', 'put', 'post', 'patch', 'delete'].includes(name))
        .map((method) => ({ method, path })),
    );
    expect(operations.length).toBeGreaterThan(30);
    for (const { method, path } of operations) {
      const address = `/api${path.replaceAll(/\{\w+\}/g, 'x')}`;
      for (const [what, headers, status] of attempts(scene)) {
        const body = method === 'get' ? undefined : '{}';
        const asked = { method: method.toUpperCase(), path: address, headers: { ...headers, 'content-type': 'application/json' } };
        const answer = await ask(scene.port, body === undefined ? asked : { ...asked, body });
        expect(answer.status, `${method} ${path} with ${what}`).toBe(status);
        expect(JSON.parse(answer.body)).toMatchObject({ code: status === 401 ? 'unauthorized' : 'forbidden' });
      }
    }
  });

  it.each([
    ['GET', '/events'],
    ['POST', '/rpc/conversations/list'],
    ['POST', '/rpc/nothing'],
    ['POST', '/launch'],
    ['GET', '/api/openapi.json'],
    ['GET', '/api/nothing'],
    ['GET', '/rpc'],
    ['GET', '/events/more'],
  ])('S4: turns them away at %s %s', async (method, path) => {
    const scene = await ServerScene.start();
    for (const [what, headers, status] of attempts(scene)) {
      expect((await ask(scene.port, { method, path, headers })).status, what).toBe(status);
    }
  });

  it.each([
    ['GET', '/health'],
    ['GET', '/'],
    ['GET', '/c/0195d2a4'],
    ['GET', '/assets/page-12345678.js'],
    ['GET', '/open/x'],
    ['GET', '/downloads/x'],
    ['PUT', '/uploads/x'],
  ])('S4: wants a known Host and Origin at %s %s, where no token is wanted', async (method, path) => {
    const scene = await ServerScene.start();
    for (const [what, headers, status] of attempts(scene)) {
      if (status !== 403) continue;
      expect((await ask(scene.port, { method, path, headers })).status, what).toBe(403);
    }
  });

  it('S4: lets in by each of its own names, with and without its own Origin', async () => {
    const scene = await ServerScene.start();
    for (const name of [`127.0.0.1:${scene.port}`, `localhost:${scene.port}`, `[::1]:${scene.port}`]) {
      for (const origin of [{}, { origin: `http://${name}` }]) {
        const headers = { host: name, authorization: `Bearer ${scene.token}`, ...origin };
        expect((await ask(scene.port, { method: 'GET', path: '/api/rules', headers })).status, name).toBe(200);
        expect((await ask(scene.port, { method: 'GET', path: '/health', headers: { host: name } })).status, name).toBe(200);
      }
    }
  });

  it('S4: sends no cookie, lets no page elsewhere read, and tells browsers to guess nothing', async () => {
    const scene = await ServerScene.start();
    const headers = { host: `127.0.0.1:${scene.port}`, authorization: `Bearer ${scene.token}` };
    for (const path of ['/health', '/api/rules', '/api/openapi.json', '/events', '/nothing.js', '/downloads/x']) {
      const answer = await ask(scene.port, { method: 'GET', path, headers });
      expect(answer.headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      for (const name of Object.keys(answer.headers)) expect(name).not.toMatch(/^(access-control-|set-cookie)/);
    }
    // A question of a browser whether it may: no.
    const preflight = await ask(scene.port, {
      method: 'OPTIONS',
      path: '/api/rules',
      headers: { host: headers.host, origin: 'http://evil.example', 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(403);
  });

  it('S4: proves at /health that it knows the token, for its own port, before anybody sends it', async () => {
    const scene = await ServerScene.start();
    const health = async (query: string) => {
      const answer = await ask(scene.port, { method: 'GET', path: `/health${query}`, headers: { host: `127.0.0.1:${scene.port}` } });
      return { status: answer.status, body: JSON.parse(answer.body) as unknown };
    };
    const proof = (nonce: string, port: number) => createHmac('sha256', scene.token).update(`${nonce}:${port}`).digest('hex');
    expect(await health('')).toEqual({ status: 200, body: { status: 'ok' } });
    for (const nonce of ['0123456789abcdef', 'f'.repeat(128)]) {
      expect(await health(`?nonce=${nonce}`)).toEqual({ status: 200, body: { status: 'ok', proof: proof(nonce, scene.port) } });
      expect(proof(nonce, scene.port)).not.toBe(proof(nonce, scene.port + 1));
    }
    for (const nonce of ['', '0123456789abcde', 'f'.repeat(129), 'g'.repeat(32), '0123456789abcdef%3A1']) {
      const { status, body } = await health(`?nonce=${nonce}`);
      expect({ status, body }, nonce).toMatchObject({ status: 400, body: { code: 'usage' } });
      expect(body).not.toHaveProperty('proof');
    }
  });

  it('reads no more of a body than it takes, and nothing that is not JSON', async () => {
    const scene = await ServerScene.start();
    const headers = { host: `127.0.0.1:${scene.port}`, authorization: `Bearer ${scene.token}`, 'content-type': 'application/json' };
    const asked = { method: 'POST', path: '/rpc/messages/send', headers };
    const large = await ask(scene.port, { ...asked, headers: { ...headers, 'content-length': String(2 ** 21) }, body: '' }).catch(
      () => null,
    );
    if (large) expect(large.status).toBe(413);
    const chunked = await ask(scene.port, { ...asked, body: JSON.stringify({ json: { text: 'x'.repeat(1_200_000) } }) });
    expect(chunked.status).toBe(413);
    expect((await ask(scene.port, { ...asked, body: '{"json":' })).status).toBe(400);
    expect((await ask(scene.port, { ...asked, headers: { ...headers, 'content-type': 'text/plain' }, body: '{}' })).status).toBe(400);
    // JSON, but not what a call is wrapped in.
    for (const body of ['null', '7', '"words"', '[]', '{"json":null}', '{"json":{},"meta":7}']) {
      for (const path of ['/rpc/messages/send', '/api/messages']) {
        const answer = await ask(scene.port, { ...asked, path, body });
        // A procedure's own failure comes wrapped, as its answers do.
        const told = JSON.parse(answer.body) as { json?: { code: string; message: string }; code: string; message: string };
        const { code, message } = told.json ?? told;
        expect({ status: answer.status, code }, `${path} with ${body}`).toEqual({ status: 400, code: 'usage' });
        expect(message.length).toBeGreaterThan(10);
      }
    }
    // It goes on as if nothing had been.
    expect((await scene.fetch('/api/rules')).status).toBe(200);
  });

  it('gives files of the page alone, however a path is written', async () => {
    const scene = await ServerScene.start();
    const headers = { host: `127.0.0.1:${scene.port}` };
    const outside = [
      '/../main.js',
      '/..%2fmain.js',
      '/%2e%2e/main.js',
      '/assets/../../main.js',
      '//etc/passwd',
      '/\\..\\main.js',
      '/.stamp',
      '/a/..;/main.js',
      '/%00.js',
    ];
    for (const path of outside) {
      const answer = await ask(scene.port, { method: 'GET', path, headers });
      // Nothing, or the page.
      expect(answer.status === 404 || String(answer.headers['content-type']).startsWith('text/html'), path).toBe(true);
      expect(answer.body).not.toContain('enableCompileCache');
    }
  });
});

describe('tickets', () => {
  it('S4: open one download, once', async () => {
    const scene = await ServerScene.start([{ text: 'The answer is **42**.' }]);
    const { conversationId } = await scene.send('What is it?');
    await scene.untilEnded(conversationId);
    const { url } = await scene.client.conversations.export({ id: conversationId, format: 'markdown' });
    const host = { host: `127.0.0.1:${scene.port}` };
    const first = await ask(scene.port, { method: 'GET', path: url, headers: host });
    expect(first.status).toBe(200);
    expect(first.headers['content-disposition']).toMatch(/^attachment; /);
    expect(first.headers['content-security-policy']).toContain('sandbox');
    expect(first.body).toContain('The answer is **42**.');
    expect((await ask(scene.port, { method: 'GET', path: url, headers: host })).status).toBe(404);
  });

  it('S4: take one upload, once, no longer than was said, and only text', async () => {
    const scene = await ServerScene.start([{ text: 'Read.' }]);
    const put = (url: string, body: string | Uint8Array<ArrayBuffer>) => fetch(scene.url + url, { method: 'PUT', body });
    const good = await scene.client.uploads.ticket({ name: 'notes.txt', bytes: 100 });
    expect((await put(good.url, 'the cake is in the oven')).status).toBe(200);
    expect((await put(good.url, 'again')).status).toBe(404);
    const long = await scene.client.uploads.ticket({ name: 'long.txt', bytes: 4 });
    expect((await put(long.url, 'five!')).status).toBe(413);
    const binary = await scene.client.uploads.ticket({ name: 'a.bin', bytes: 9 });
    expect((await put(binary.url, new Uint8Array([0xff, 0xfe, 0]))).status).toBe(415);

    const { conversationId } = await scene.send('What is where?', { uploads: [good.ticket] });
    const view = await scene.untilEnded(conversationId);
    expect(view.messages[0]?.parts[0]).toMatchObject({
      type: 'file',
      name: 'notes.txt',
      text: 'the cake is in the oven',
      trust: 'untrusted',
    });
    expect(scene.model.requests[0]?.body.toString('utf8')).toContain('the cake is in the oven');
    await expect(scene.send('Again.', { uploads: [good.ticket] })).rejects.toMatchObject({ code: 'upload_missing' });
  });
});

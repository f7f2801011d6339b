import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CliScene } from '../support/cli.ts';
import { ServerScene } from '../support/server.ts';

const READY = /^Glasshouse is ready: http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]{43})\n$/;

describe('npm start', () => {
  it('prints one line when it is ready, and keeps a token of 256 bits that only its owner can read', async () => {
    const scene = await ServerScene.start();
    expect(scene.program.stdout()).toMatch(READY);
    const file = join(scene.cli.home, 'token');
    expect(readFileSync(file, 'utf8').trim()).toBe(scene.token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(scene.cli.home, 'server.json')).mode & 0o777).toBe(0o600);
    expect(await (await fetch(`${scene.url}/health`)).json()).toEqual({ status: 'ok' });
    expect(scene.program.stderr()).toBe('');
  });

  it('is what npm starts, and ends with the npm that started it', async () => {
    const cli = new CliScene();
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const npm = spawn('npm', ['start', '--silent', '--', '--port', '0', '--no-open'], { cwd: root, env: { ...process.env, ...cli.env } });
    const line = await new Promise<string>((resolve) => {
      let text = '';
      npm.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (text.endsWith('\n')) resolve(text);
      });
    });
    expect(line).toMatch(READY);
    const [, port = ''] = READY.exec(line) ?? [];
    npm.kill('SIGTERM');
    const isServing = () =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        (answer) => answer.ok,
        () => false,
      );
    const startedAt = performance.now();
    while ((await isServing()) && performance.now() - startedAt < 5_000) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(existsSync(join(cli.home, 'server.json'))).toBe(false);
  });

  it('keeps its token over a restart, and gives it up when told to', async () => {
    const scene = await ServerScene.start();
    const first = scene.token;
    scene.program.child.kill('SIGTERM');
    await scene.program.done;
    await scene.restart();
    expect(scene.token).toBe(first);
    scene.program.child.kill('SIGTERM');
    await scene.program.done;
    await scene.restart(['--rotate-token']);
    expect(scene.token).not.toBe(first);
    const old = await fetch(`${scene.url}/api/rules`, { headers: { authorization: `Bearer ${first}` } });
    expect(old.status).toBe(401);
    expect((await scene.fetch('/api/rules')).status).toBe(200);
  });

  it('finds the running one at a second start: the same line, exit 0', async () => {
    const scene = await ServerScene.start();
    const second = await scene.cli.serve().done;
    expect(second).toMatchObject({ code: 0, stderr: '', stdout: scene.program.stdout() });
    // It took nothing away from the first.
    expect((await scene.fetch('/api/rules')).status).toBe(200);
  });

  it('S4: opens the page by a ticket that is good once: no command line holds the token', async () => {
    const cli = new CliScene();
    const browser = join(cli.root, 'xdg-open');
    writeFileSync(browser, `#!/bin/sh\necho "$@" >> '${join(cli.root, 'opened')}'\n`, { mode: 0o755 });
    const env = { DISPLAY: ':99', PATH: `${cli.root}:${cli.env['PATH'] ?? ''}` };
    const opened = async (count: number) => {
      for (let tries = 0; tries < 250; tries += 1) {
        const text = existsSync(join(cli.root, 'opened')) ? readFileSync(join(cli.root, 'opened'), 'utf8') : '';
        const addresses = text.split('\n').filter((line) => line !== '');
        if (addresses.length === count) return addresses;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('no browser was opened');
    };
    const program = cli.serve([], { opens: true, env });
    await program.until(/#token=\S+\n/);
    const [, token = ''] = /#token=(\S+)/.exec(program.stdout()) ?? [];
    const [first = ''] = await opened(1);
    expect(first).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/open\/[\w-]{32}$/);
    const answer = await fetch(first, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/#token=${token}`]);
    expect((await fetch(first, { redirect: 'manual' })).status).toBe(404);
    // The second start opens the same page, by a ticket of its own.
    expect((await cli.serve([], { opens: true, env }).done).code).toBe(0);
    const [, second = ''] = await opened(2);
    expect(second).not.toBe(first);
    expect((await fetch(second, { redirect: 'manual' })).headers.get('location')).toBe(`/#token=${token}`);
  });

  it('waits for one that is just ending, and takes its place', async () => {
    const scene = await ServerScene.start([{ text: 'word '.repeat(3), delayMs: 2_000, firstDelayMs: 10_000 }]);
    await scene.send('Talk.');
    scene.program.child.kill('SIGTERM');
    await scene.restart();
    expect((await scene.fetch('/api/rules')).status).toBe(200);
  });

  it('is one server however many are started at once', async () => {
    const cli = new CliScene();
    const all = [cli.serve(), cli.serve(), cli.serve()];
    await Promise.all(all.map((each) => each.until(/#token=\S+\n/)));
    const lines = new Set(all.map((each) => each.stdout()));
    expect(lines.size).toBe(1);
    const ended = await Promise.race([Promise.all(all.map((each) => each.done)), new Promise((resolve) => setTimeout(resolve, 1_500))]);
    expect(ended).toBeUndefined();
    expect(all.filter((each) => each.child.exitCode === null)).toHaveLength(1);
  });

  it('starts anew after kill -9, whatever the dead one left behind', async () => {
    const scene = await ServerScene.start();
    scene.program.child.kill('SIGKILL');
    await scene.program.done;
    await scene.restart();
    expect((await scene.fetch('/api/rules')).status).toBe(200);
  });

  it('takes the next port when somebody else has the wished one', async () => {
    const other = createServer((_, response) => response.end('not Glasshouse'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const scene = await ServerScene.start([], ['--port', String(port)]);
      expect(scene.port).toBeGreaterThan(port);
      expect((await scene.fetch('/health')).status).toBe(200);
    } finally {
      other.close();
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('R4: ends within 2 s on %s; a run at work stands suspended, with every word', async (signal) => {
    const words = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');
    const scene = await ServerScene.start([{ text: words, chunkSize: 8, delayMs: 5 }, { text: 'I go on.' }]);
    const tap = await scene.listen();
    const { conversationId } = await scene.send('Talk.');
    await tap.untilEvent('part_delta', 5);
    const startedAt = performance.now();
    scene.program.child.kill(signal);
    expect((await scene.program.done).code).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const shown = tap.events.flatMap((event) => (event.type === 'part_delta' ? [event.text] : [])).join('');
    await scene.restart();
    const view = await scene.client.conversations.get({ id: conversationId });
    expect(view.runs).toMatchObject([{ state: { name: 'suspended' }, isHere: false }]);
    const part = view.messages.at(-1)?.parts[0];
    expect(part).toMatchObject({ type: 'text', state: 'interrupted' });
    expect(part?.type === 'text' && part.text.startsWith(shown)).toBe(true);
    // Nothing is sent until the person goes on (R4).
    expect(scene.model.requests).toHaveLength(1);
    await scene.client.runs.resume({ conversationId });
    const after = await scene.untilEnded(conversationId);
    expect(after.runs.at(-1)?.state.name).toBe('completed');
  });

  it('R7: takes a running command with it', async () => {
    const scene = await ServerScene.start([
      { toolCalls: [{ name: 'run_command', input: { command: 'touch begun; sleep 3; touch ended' } }] },
    ]);
    const { conversationId } = await scene.send('Work.');
    const view = await scene.until(conversationId, (each) => each.interactions.length > 0);
    await scene.client.interactions.answer({ interactionId: view.interactions[0]?.id ?? '', answer: { kind: 'allow' } });
    await scene.until(conversationId, (each) => each.calls[0]?.state === 'started');
    await new Promise((resolve) => setTimeout(resolve, 300));
    scene.program.child.kill('SIGTERM');
    expect((await scene.program.done).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(statSync(join(scene.cli.workspace, 'begun'), { throwIfNoEntry: false })).toBeDefined();
    expect(statSync(join(scene.cli.workspace, 'ended'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('tells a program around it that it is ready, and writes a token that it was given nowhere', async () => {
    const cli = new CliScene();
    const token = randomBytes(32).toString('base64url');
    const program = cli.serve(['--ready-json', '--token-stdin'], { input: `${token}\n` });
    await program.until('}\n');
    const ready = JSON.parse(program.stdout()) as { url: string; port: number; pid: number };
    expect(ready).toEqual({ url: `http://127.0.0.1:${ready.port}/`, port: ready.port, pid: program.child.pid });
    const answer = await fetch(`${ready.url}api/rules`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect(statSync(join(cli.home, 'token'), { throwIfNoEntry: false })).toBeUndefined();
    expect(readFileSync(join(cli.home, 'server.json'), 'utf8')).not.toContain(token);
    // Who does not know it cannot be told it.
    const second = await cli.serve().done;
    expect(second).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    [['--prot', '1'], '--prot'],
    [['--port', 'abc'], '"abc"'],
    [['--port', '70000'], '"70000"'],
    [['now'], 'now'],
  ])('exits 2 for %j, and names what is wrong', async (args, named) => {
    const cli = new CliScene();
    const ended = await cli.serve(args).done;
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain(named);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  it('shows its options', async () => {
    const ended = await new CliScene().serve(['--help']).done;
    expect(ended.code).toBe(0);
    for (const option of ['--port', '--no-open', '--rotate-token', '--ready-json', '--token-stdin']) expect(ended.stdout).toContain(option);
  });

  it('says what is wrong with a data folder, and touches nothing', async () => {
    const cli = new CliScene();
    writeFileSync(cli.home, 'a file');
    const ended = await cli.serve().done;
    expect(ended.code).toBe(5);
    expect(ended.stdout).toBe('');
    expect(readFileSync(cli.home, 'utf8')).toBe('a file');
  });
});

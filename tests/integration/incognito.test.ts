import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scriptedScene } from '../support/cli.ts';
import { ServerScene } from '../support/server.ts';

const SERVER = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const WORDS = 'the-heron-nests-by-the-third-lock';

/** Every file below a folder that holds the words. */
function holders(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path).includes(WORDS));
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

describe('incognito', () => {
  it('R1 and R4 excepted: a run in a terminal leaves nothing in the data folder, and what the person has set counts in it', async () => {
    const { cli, server } = await scriptedScene([{ text: 'Usual.' }, { text: `Incognito: ${WORDS}.` }]);
    await cli.run(['settings', 'set', 'instructions', 'Measure in fathoms.']);
    await cli.run(['run', '--model', 'openai-compatible/scripted', 'Say something']);
    const run = await cli.run(['run', '--incognito', '--model', 'openai-compatible/scripted', `Where? ${WORDS}`]);
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining(WORDS)]);
    expect(server.requests[1]?.body.toString()).toContain('Measure in fathoms.');
    expect(holders(cli.root)).toEqual([]);
    const { stdout } = await cli.run(['conversations', 'list', '--json']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const both = await cli.run(['run', '--incognito', '--continue', 'And?']);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--incognito is for a new conversation')]);
  });

  it('a window has a server of its own: nothing of it on the disk while it is open, nor seen from the usual one, and it ends with it', async () => {
    const scene = await ServerScene.start([{ text: `Yes, ${WORDS}.` }]);
    const { url } = await scene.client.system.incognito({});
    const entered = await fetch(url, { redirect: 'manual' });
    const { origin, hash } = new URL(entered.headers.get('location') ?? '', url);
    const token = hash.slice('#token='.length);
    expect(new URL(url).origin).not.toBe(scene.url);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(404);
    expect(await (await fetch(origin)).text()).toContain('<html data-incognito ');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const call = async (path: string, json: unknown) =>
      (await (await fetch(`${origin}/rpc/${path}`, { method: 'POST', headers, body: JSON.stringify({ json }) })).json()) as {
        json: Record<string, unknown>;
      };
    const window = new AbortController();
    const stream = await fetch(`${origin}/events`, { headers, signal: window.signal });
    const { json: sent } = await call('messages/send', {
      commandId: randomUUID(),
      workspace: scene.cli.workspace,
      text: `Is it so? ${WORDS}`,
    });
    expect(sent).toHaveProperty('conversationId');
    const id = String(sent['conversationId']);
    await expect.poll(async () => JSON.stringify((await call('conversations/get', { id })).json)).toContain(`Yes, ${WORDS}.`);
    await call('memory/set', { key: 'draft:new', value: WORDS });
    expect(holders(scene.cli.root)).toEqual([]);
    expect((await scene.client.conversations.list({})).conversations).toEqual([]);
    await stream.body?.cancel();
    window.abort();
    await expect
      .poll(
        () =>
          fetch(`${origin}/health`).then(
            () => 'open',
            () => 'gone',
          ),
        { timeout: 20_000, interval: 500 },
      )
      .toBe('gone');
    expect(holders(scene.cli.root)).toEqual([]);
  }, 40_000);

  it('ends with the server that opened it, however that ends', async () => {
    const scene = await ServerScene.start();
    const { url } = await scene.client.system.incognito({});
    const health = () =>
      fetch(new URL('/health', url)).then(
        () => 'open',
        () => 'gone',
      );
    expect(await health()).toBe('open');
    scene.program.child.kill('SIGKILL');
    await expect.poll(health, { timeout: 10_000, interval: 200 }).toBe('gone');
  }, 30_000);

  it('can be started by hand, beside the usual server', async () => {
    const scene = await ServerScene.start();
    const child = spawn(process.execPath, [SERVER, '--incognito', '--port', '0', '--no-open'], {
      env: scene.cli.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const line = await new Promise<string>((resolve) => void child.stdout.setEncoding('utf8').once('data', resolve));
    expect(line).toMatch(/^Glasshouse is ready: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
    const gone = ended(child);
    child.kill('SIGTERM');
    expect(await gone).toBe(0);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BoundedJob, runBounded } from '../../src/infrastructure/tools/run-bounded.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'glasshouse-bounded-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A companion as it stands in the bundle, with this body; `request` and `send` are there. */
function run(body: string, change: Partial<BoundedJob> = {}, signal = new AbortController().signal) {
  const path = join(folder, 'companion.js');
  writeFileSync(path, `process.once('message', async (request) => { const send = (reply) => process.send(reply);\n${body}\n});`);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const job = {
    program: pathToFileURL(path),
    request: { word: 'hello' },
    input: null,
    limitMs: 10_000,
    heapMb: 64,
    residentMb: 512,
    subject: 'the work',
  };
  return runBounded<unknown>({ ...job, ...change }, signal);
}

describe('a companion process', () => {
  it('S7: reads its own folder and no other, writes nothing, starts no program, reaches no network, has no environment', async () => {
    const server = createServer((_, response) => response.end('inside'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const nosy = `
      const [{ readFileSync, writeFileSync }, { execFileSync }] = await Promise.all([import('node:fs'), import('node:child_process')]);
      const tries = {
        own: () => readFileSync(${JSON.stringify(join(folder, 'companion.js'))}, 'utf8').length > 0,
        passwords: () => readFileSync('/etc/passwd', 'utf8'),
        memory: () => readFileSync('/proc/self/environ', 'utf8'),
        write: () => writeFileSync(${JSON.stringify(join(folder, 'left-behind'))}, 'x'),
        start: () => execFileSync('true'),
        fetch: () => fetch('http://127.0.0.1:${port}/').then((answer) => answer.text()),
      };
      const found = { environment: Object.keys(process.env).filter((name) => !name.startsWith('NODE_')) };
      for (const [name, attempt] of Object.entries(tries)) found[name] = await Promise.resolve().then(attempt).then((given) => given, (error) => 'no: ' + (error.cause?.code ?? error.code));
      send(found);`;
    const denied = 'no: ERR_ACCESS_DENIED';
    expect(await run(nosy)).toEqual({
      ok: true,
      value: { environment: [], own: true, passwords: denied, memory: denied, write: denied, start: denied, fetch: denied },
    });
    server.close();
  });

  it('is given its request, and an open file or bytes as its input', async () => {
    const echo = `let text = ''; for await (const piece of process.stdin) text += piece; send([request.word, text]);`;
    writeFileSync(join(folder, 'a.txt'), 'from a file');
    const file = openSync(join(folder, 'a.txt'), 'r');
    expect(await run(echo, { input: file })).toEqual({ ok: true, value: ['hello', 'from a file'] });
    closeSync(file);
    const large = Buffer.alloc(5_000_000, 'x');
    expect(await run(`let size = 0; for await (const piece of process.stdin) size += piece.length; send(size);`, { input: large })).toEqual(
      { ok: true, value: 5_000_000 },
    );
    expect(await run(echo)).toEqual({ ok: true, value: ['hello', ''] });
  });

  it('names how it ended without an answer', async () => {
    const codeOf = async (body: string, change: Partial<BoundedJob> = {}) => {
      const ran = await run(body, change);
      return ran.ok ? 'an answer' : ran.failure.message;
    };
    expect(await codeOf('while (true) {}', { limitMs: 500 })).toBe('The work took more than 0.5 seconds.');
    expect(await codeOf('process.exit(0)')).toBe('The process for the work ended without an answer.');
    expect(await codeOf('const all = []; while (true) all.push(new Array(1000).fill(all))')).toBe('The work needs too much memory.');
    const outside = 'const all = []; setInterval(() => all.push(Buffer.alloc(20e6, 1)), 5)';
    if (process.platform === 'linux') expect(await codeOf(outside, { residentMb: 200 })).toBe('The work needs too much memory.');
  });

  it('R7: is gone when it is stopped, late, or done', async () => {
    const pidFrom = `send(process.pid); setInterval(() => {}, 1000);`;
    const done = await run(pidFrom);
    const pid = done.ok ? Number(done.value) : 0;
    const isGone = () => {
      try {
        return !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('companion');
      } catch {
        return true;
      }
    };
    await expect.poll(isGone).toBe(true);
    const stop = new AbortController();
    const running = run('while (true) {}', {}, stop.signal);
    setTimeout(() => stop.abort(), 200);
    expect(await running).toMatchObject({ ok: false, failure: { code: 'tool_cancelled' } });
    expect(await run('', {}, AbortSignal.abort())).toMatchObject({ ok: false, failure: { code: 'tool_cancelled' } });
  });

  it('ends by itself when nobody is there to end it, however busy it is', async () => {
    const path = join(folder, 'busy.ts');
    const module = new URL('../../src/infrastructure/tools/end-in-time.ts', import.meta.url).href;
    writeFileSync(
      path,
      `import { endInTime } from ${JSON.stringify(module)};\nendInTime(500);\nsetTimeout(() => { while (true) {} }, 100);`,
    );
    const child = spawn(process.execPath, [path], { stdio: 'ignore' });
    const giveUp = setTimeout(() => child.kill('SIGTERM'), 20_000);
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    clearTimeout(giveUp);
    expect(signal).toBe('SIGKILL');
  });
});

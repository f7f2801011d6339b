import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callOf, MODEL, scriptedScene } from '../support/cli.ts';
import { failureOf, outputOf, toolScene, type ToolScene } from '../support/tool-scene.ts';

let scene: ToolScene;
beforeEach(() => {
  scene = toolScene();
});
afterEach(() => scene.dispose());

const run = (code: string) => scene.call('run_javascript', { code });

describe('run_javascript', () => {
  it('gives what is printed, then the last value', async () => {
    expect(outputOf(await run('const a = [3, 1, 2]; console.log("sorted", a.toSorted()); a.length'))).toBe('sorted [1, 2, 3]\n3');
    expect(outputOf(await run('({ name: "x", list: [1n, null], at: new Date(0), map: new Map([["k", new Set([1])]]) })'))).toBe(
      '{ name: "x", list: [1n, null], at: 1970-01-01T00:00:00.000Z, map: Map {"k" => Set {1}} }',
    );
    expect(outputOf(await run('"text"'))).toBe('text');
    expect(outputOf(await run('let a = 1;'))).toBe('(no output, and no value)');
    expect(outputOf(await run('const a = {}; a.a = a; a'))).toBe('{ a: [circular] }');
  });

  it('takes code with a return or an await for the body of a function', async () => {
    expect(outputOf(await run('return 6 * 7'))).toBe('42');
    expect(outputOf(await run('const x = await Promise.resolve(20); return x + 1'))).toBe('21');
    expect(outputOf(await run('Promise.resolve("later")'))).toBe('later');
  });

  it('tells an error with its line, and what was printed before it; the same each time', async () => {
    const code = 'console.log("before")\nconst f = () => nothing.at;\nf()';
    const outcomes = [await run(code), await run(code)];
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(outcomes[0]).toMatchObject({
      ok: false,
      failure: { code: 'tool_failed', message: "ReferenceError: 'nothing' is not defined (line 2, called from line 3)" },
      output: expect.stringMatching(/^before\n\[ReferenceError/),
    });
    expect(failureOf(await run('const = 1')).message).toMatch(/^SyntaxError: /);
    expect(failureOf(await run('throw "a word"')).message).toBe('Thrown: a word');
    expect(failureOf(await run('return Promise.reject(new TypeError("no"))')).message).toMatch(/^TypeError: no/);
    expect(failureOf(await run('new Promise(() => {})')).message).toBe('The code waits for something that never comes.');
  });

  it('S7: knows no files, no network, no processes, no timers', async () => {
    const names = [
      'require',
      'process',
      'fetch',
      'XMLHttpRequest',
      'WebSocket',
      'setTimeout',
      'Deno',
      'Bun',
      'std',
      'os',
      'WebAssembly',
      'Worker',
      'scriptArgs',
    ];
    expect(outputOf(await run(`${JSON.stringify(names)}.filter((name) => name in globalThis)`))).toBe('[]');
    for (const name of ['node:fs', 'fs', 'std', 'os', './a.js']) {
      expect((await run(`await import(${JSON.stringify(name)}); return 'imported'`)).ok, name).toBe(false);
    }
    expect(outputOf(await run('({}).constructor.constructor("return typeof process + typeof require")()'))).toBe('undefinedundefined');
  });

  it('ends what runs for ever, wants all memory, or calls itself without end', async () => {
    expect(failureOf(await run('while (true) {}'))).toEqual({ code: 'tool_timeout', message: 'The code took more than 5 seconds.' });
    expect(failureOf(await run('const a = []; while (true) a.push(new Array(10000).fill(a.length))')).message).toBe(
      'The code needs more than 64 MB of memory.',
    );
    expect(failureOf(await run('const f = () => f() + 1; f()')).message).toMatch(/^(?:InternalError|RangeError): .*stack/i);
    expect(failureOf(await run('try { while (true) {} } catch {} while (true) {}')).code).toBe('tool_timeout');
    const much = outputOf(await run('for (let i = 0; i < 1e5; i++) console.log("x".repeat(100))'));
    expect(much.length).toBeLessThan(250_000);
    expect(outputOf(await run('1 + 1'))).toBe('2');
  });

  it('R7: a stop ends it at once', async () => {
    const stop = new AbortController();
    const running = scene.call('run_javascript', { code: 'while (true) {}' }, stop.signal);
    setTimeout(() => stop.abort(), 300);
    const startedAt = Date.now();
    expect(failureOf(await running).code).toBe('tool_cancelled');
    expect(Date.now() - startedAt).toBeLessThan(1000);
  });
});

describe('in the program', () => {
  it('runs unasked, as what changes nothing', async () => {
    const { cli, server } = await scriptedScene([
      callOf('run_javascript', { code: 'console.log("six times seven"); 6 * 7' }),
      { text: 'Done.' },
    ]);
    const run = await cli.run(['run', ...MODEL, 'Multiply.']);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('✓ Ran JavaScript');
    expect(server.requests[1]?.body.toString('utf8')).toContain('six times seven\\n42');
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { specOf } from '../../src/core/tools/tool-registry.ts';
import { TOOL_NAME } from '../../src/core/tools/tool.ts';
import { createBubblewrapSandbox } from '../../src/infrastructure/system/bubblewrap-sandbox.ts';
import { plainExpression } from '../../src/infrastructure/tools/calculator.ts';
import { localTime } from '../../src/infrastructure/tools/now.ts';
import { failureOf, outputOf, toolScene, type ToolScene } from '../support/tool-scene.ts';

let scene: ToolScene;
beforeEach(() => {
  scene = toolScene({ clock: () => new Date('2026-11-24T07:42:46Z'), environment: { PLANTED_API_KEY: 'planted' } });
});
afterEach(() => scene.dispose());

const scope = () => ({ workspace: scene.workspace, conversationId: 'c' });

describe('the default tools', () => {
  it('are told in at most 4,250 bytes, in order, with names that providers accept', () => {
    expect(scene.tools.map((tool) => tool.name)).toEqual([
      'read_file',
      'read_document',
      'view_image',
      'list_directory',
      'find_files',
      'search_files',
      'write_file',
      'edit_file',
      'run_command',
      'search_web',
      'fetch_page',
      'calculate',
      'run_javascript',
      'ask_person',
      'update_plan',
      'now',
      'read_output',
    ]);
    // One is told of to models that can see, and to no others.
    const forAll = scene.tools.filter((tool) => tool.needsSight !== true);
    expect(JSON.stringify(forAll.map(specOf)).length).toBeLessThanOrEqual(4250);
    expect(JSON.stringify(scene.tools.map(specOf)).length).toBeLessThanOrEqual(4450);
    for (const tool of scene.tools) expect(tool.name).toMatch(TOOL_NAME);
  });

  it('have examples that their own schema accepts, and words for them', () => {
    for (const tool of scene.tools) {
      expect(tool.examples.length, tool.name).toBeGreaterThan(0);
      for (const { input } of tool.examples) {
        expect(tool.input.parse(input), tool.name).toEqual(input);
        for (const words of Object.values(tool.describe(input))) expect(words, tool.name).toMatch(/^[A-Z]/);
      }
    }
  });

  it('S1: only writing, running and reaching out is unsafe', () => {
    expect(scene.tools.filter((tool) => tool.effect === 'unsafe').map((tool) => tool.name)).toEqual([
      'write_file',
      'edit_file',
      'run_command',
      'fetch_page',
    ]);
  });
});

describe('run_command', () => {
  it('streams what comes and returns all of it; without network its words are trusted', async () => {
    const outcome = await scene.call('run_command', { command: 'echo one; sleep 0.2; echo two; echo $PLANTED_API_KEY' });
    expect(outcome).toEqual({ ok: true, output: 'one\ntwo', trust: 'trusted' });
    expect(scene.progress.join('')).toBe('one\ntwo\n\n');
    expect(scene.progress.length).toBeGreaterThan(1);
    expect(await scene.call('run_command', { command: 'echo x', network: true })).toMatchObject({ trust: 'untrusted' });
    expect(outputOf(await scene.call('run_command', { command: 'true' }))).toBe('(no output)');
  });

  it('says with what code a command ended, beside its output', async () => {
    const outcome = await scene.call('run_command', { cmd: 'echo partly; exit 4' });
    expect(outcome).toMatchObject({ ok: false, output: 'partly\n[The command ended with exit code 4.]', failure: { code: 'tool_failed' } });
  });

  it('R7: ends on time-out and on a stop, and keeps the output', async () => {
    const late = await scene.call('run_command', { command: 'echo begun; sleep 60', timeout_seconds: '1' });
    expect(late).toMatchObject({ ok: false, failure: { code: 'tool_timeout' }, output: expect.stringMatching(/^begun\n/) });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const from = performance.now();
    expect(await scene.call('run_command', { command: 'echo begun; sleep 60' }, stop.signal)).toMatchObject({
      ok: false,
      failure: { code: 'tool_cancelled' },
    });
    expect(performance.now() - from).toBeLessThan(2200);
  });

  it('of a progress bar keeps what stands there in the end', async () => {
    expect(outputOf(await scene.call('run_command', { command: `printf '10%%\\r50%%\\r100%%\\nnext\\r\\n'` }))).toBe('100%\nnext');
  });

  it('keeps the beginning and the end of an endless output, in bounded memory', async () => {
    const outcome = await scene.call('run_command', {
      command: 'echo first; head -c 60000000 /dev/zero | tr "\\0" "x" | fold -w 99; echo last',
    });
    const text = outputOf(outcome);
    expect(text.length).toBeLessThan(8.5 * 1024 * 1024);
    expect(text).toMatch(/^first\n/);
    expect(text).toMatch(/\[… \d+ characters left out\]/);
    expect(text).toMatch(/last$/);
    expect(scene.progress.join('').length).toBeLessThan(600 * 1024);
  });

  it('refuses a command that no system would take', async () => {
    for (const command of ['a\0b', 'x'.repeat(200_000)])
      expect(failureOf(await scene.call('run_command', { command })).code).toBe('tool_input_invalid');
  });

  it('shows exactly what will happen', async () => {
    const tool = scene.tool('run_command');
    const input = tool.input.parse({ command: 'npm  test', timeout: 5 });
    expect(await tool.preview?.(input, scope())).toEqual({
      kind: 'command',
      command: 'npm  test',
      directory: scene.workspace,
      network: false,
      timeoutSeconds: 5,
    });
    expect(tool.describe(input)).toEqual({ future: 'Will run `npm test`', present: 'Running `npm test`', past: 'Ran `npm test`' });
  });

  it('without a sandbox it runs nothing and says what to do', async () => {
    const bare = toolScene({ sandbox: createBubblewrapSandbox({ environment: {}, protectedPlaces: [], program: null }) });
    try {
      expect(failureOf(await bare.call('run_command', { command: 'echo x > y' }))).toMatchObject({
        code: 'sandbox_missing',
        message: expect.stringMatching(/bubblewrap/),
      });
    } finally {
      bare.dispose();
    }
  });
});

describe('calculate', () => {
  // One scene, and so one process, for all: starting it takes most of the time.
  let sums: ToolScene;
  beforeAll(() => {
    sums = toolScene();
  });
  afterAll(() => sums.dispose());

  it.each([
    ['0.1+0.2', '0.3'],
    ['15% of 80', '12'],
    ['12% * 48.50', '5.82'],
    ['100 + 3%', '103'],
    ['1,250 * 3', '3750'],
    ['2^100', '1267650600228229401496703205376'],
    ['3 x 4 =', '12'],
    ['(15+27)÷2 = ?', '21'],
    ['$12.50 × 4', '50'],
    ['20 percent of 50', '10'],
    ['15% of 80 dollars', '12'],
    ['12 € + 3 euros', '15'],
    ['2 to the power of 10', '1024'],
    ['7 squared', '49'],
    ['100 °C to °F', '212 degF'],
    ['the square root of 144', '12'],
    ['10 kg to pounds', '22.046226218488 lb'],
    ['17 times 3', '51'],
    ['200/7', '28.571428571429'],
    ['round(200/7, 2)', '28.57'],
    ['max(100,200,300)', '300'],
    ['mean(1,2,3,4)', '2.5'],
    ['sqrt(16)', '4'],
    ['5 hours to minutes', '300 minutes'],
    ['10 km to miles', '6.2137119223733 miles'],
    ['√2', '1.4142135623731'],
    ['7 mod 3', '1'],
    ['1e3 / 8', '125'],
    ['-2^2', '-4'],
    ['19.99*3', '59.97'],
    ['20!', '2432902008176640000'],
    ['10000!', '2.8462596809171e+35659'],
  ])('%s is %s', async (expression, result) => {
    expect(outputOf(await sums.call('calculate', { expression }))).toBe(result);
  });

  it.each([
    'hello',
    '1+',
    'import("fs")',
    'createUnit("x")',
    'evaluate("1+1")',
    'parse("1")',
    'simplify("x")',
    'config({})',
    'cos.constructor("return 1")()',
    'x=',
    '',
    'f(x)=x',
  ])('%j is an expected failure', async (expression) => {
    expect(failureOf(await sums.call('calculate', { expression })).code).toBe('tool_failed');
  });

  it('ends what takes too long, and works on after that', async () => {
    const from = performance.now();
    expect(failureOf(await sums.call('calculate', { expression: 'f(n) = n < 2 ? n : f(n - 1) + f(n - 2); f(60)' })).code).toBe(
      'tool_timeout',
    );
    expect(performance.now() - from).toBeLessThan(4000);
    expect(outputOf(await sums.call('calculate', { expression: '1+1' }))).toBe('2');
  });

  it.each(['ones(100000000)', 'ones(100000, 100000)', 'f(x) = concat(x, x); g(x) = g(f(x)); g([1, 2, 3])'])(
    'what wants more memory than there is, %s, ends one call and nothing else',
    async (expression) => {
      const failed = failureOf(await sums.call('calculate', { expression }));
      expect(failed.code).toBe('tool_failed');
      expect(failed.message).toMatch(/needs too much memory/);
      expect(outputOf(await sums.call('calculate', { expression: '1+1' }))).toBe('2');
    },
    20_000,
  );

  it('R7: a stop ends it at once', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const from = performance.now();
    expect(failureOf(await sums.call('calculate', { expression: 'f(n) = n < 2 ? n : f(n - 1) + f(n - 2); f(60)' }, stop.signal)).code).toBe(
      'tool_cancelled',
    );
    expect(performance.now() - from).toBeLessThan(1500);
  });

  it('answers many at once in their order', async () => {
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map((value) => sums.call('calculate', { expression: `${value} * 10` })));
    expect(outcomes.map(outputOf)).toEqual(['10', '20', '30', '40', '50']);
  });

  it('knows no variables of an earlier call', async () => {
    await sums.call('calculate', { expression: 'secret = 5' });
    expect(failureOf(await sums.call('calculate', { expression: 'secret + 1' })).message).toMatch(/Undefined symbol/);
  });

  it('a comma separates arguments in a call and thousands elsewhere', () => {
    expect(plainExpression('1,234,567.5 + 1')).toBe('1234567.5 + 1');
    expect(plainExpression('max(1,234)')).toBe('max(1,234)');
  });
});

describe('ask_person, update_plan, now, read_output', () => {
  it('asks, and says when nobody is there', async () => {
    scene.answer = 'four';
    expect(outputOf(await scene.call('ask_person', { question: 'How many?', options: ['four', 'six'] }))).toBe('four');
    expect(scene.questions).toEqual([{ question: 'How many?', choices: ['four', 'six'] }]);
    scene.answer = null;
    expect(failureOf(await scene.call('ask_person', { question: 'How many?' })).message).toMatch(/Nobody is there/);
  });

  it('takes a plan in the words that models use', async () => {
    const items = ['Look', { content: 'Write', status: 'in_progress' }, { text: 'Check', state: 'completed' }];
    expect(outputOf(await scene.call('update_plan', { todos: items }))).toBe('[ ] Look\n[>] Write\n[x] Check');
    expect(scene.plans).toEqual([
      {
        items: [
          { text: 'Look', state: 'pending' },
          { text: 'Write', state: 'active' },
          { text: 'Check', state: 'done' },
        ],
      },
    ]);
    expect(scene.tool('update_plan').input.safeParse({ items: [{ text: 'x', state: 'whatever' }] }).success).toBe(false);
  });

  it('does not read what is nested without end in a text that stands for a value', () => {
    const deep = `{"path":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(scene.tool('read_file').input.safeParse(deep).success).toBe(false);
    expect(scene.tool('update_plan').input.safeParse({ items: deep.slice(8, -1) }).data).toEqual({
      items: [{ text: deep.slice(8, -1), state: 'pending' }],
    });
  });

  it('tells the local date, weekday and time with the zone', async () => {
    expect(outputOf(await scene.call('now', {}))).toMatch(
      /^\w+day, 2\d November 2026, \d\d:\d\d:46 \(2026-11-2\dT\d\d:\d\d:46[+-]\d\d:\d\d, .+\)$/,
    );
    expect(localTime(new Date('2026-03-01T12:00:00Z'))).toContain('March 2026');
  });

  it('reads on in an earlier output, page by page', async () => {
    scene.outputs.set('c1', { text: 'x'.repeat(12_000) + 'y'.repeat(10), trust: 'untrusted' });
    expect(outputOf(await scene.call('read_output', { call_id: 'c1' }))).toMatch(
      /^characters 0–12000 of 12010\nx+\n\[read on with offset 12000\]$/,
    );
    expect(outputOf(await scene.call('read_output', { call: 'c1', offset: '12000' }))).toBe('characters 12000–12010 of 12010\nyyyyyyyyyy');
    expect((await scene.call('read_output', { call: 'c1' })).trust).toBe('untrusted');
    expect(failureOf(await scene.call('read_output', { call: 'c2' })).code).toBe('tool_failed');
  });
});

describe('before-images', () => {
  it('are kept of every file that a tool touches, in the order of the changes', async () => {
    writeFileSync(join(scene.workspace, 'a.txt'), 'one');
    await scene.call('edit_file', { path: 'a.txt', old_text: 'one', new_text: 'two' });
    await scene.call('write_file', { path: 'a.txt', content: 'three' });
    expect(scene.recorded.map(({ before }) => before && Buffer.from(before).toString())).toEqual(['one', 'two']);
    expect(readFileSync(join(scene.workspace, 'a.txt'), 'utf8')).toBe('three');
  });
});

import { describe, expect, it } from 'vitest';
import { repeatsItself } from '../../src/core/reasoning/repetition.ts';
import { boundOutput } from '../../src/core/tools/truncate.ts';
import { ToolRegistry } from '../../src/core/tools/tool-registry.ts';
import { titleFrom } from '../../src/core/models/conversation.ts';
import { costOf, NO_USAGE } from '../../src/core/models/usage.ts';
import { parseCommand } from '../../src/terminal/arguments.ts';
import { parseToolPattern } from '../../src/terminal/words.ts';
import { toMatch } from '../../src/infrastructure/persistence/sqlite-search.ts';
import { wrap } from '../../src/terminal/screen.ts';
import { hasInvisible, visible } from '../../src/core/models/visible.ts';
import { harmless } from '../../src/terminal/harmless.ts';
import { fakeTool } from '../support/agent-scene.ts';

describe('repetition', () => {
  it('R8: is seen in loops of words and of paragraphs', () => {
    expect(repeatsItself(`Intro. ${'the same words again '.repeat(20)}`)).toBe(true);
    expect(repeatsItself('A long paragraph that comes back word for word, with all its commas and its end. '.repeat(5))).toBe(true);
  });

  it('is not seen in text that only resembles itself', () => {
    const list = Array.from({ length: 60 }, (_, index) => `- item ${index}: costs ${index * 7} euros`).join('\n');
    expect(repeatsItself(list)).toBe(false);
    expect(repeatsItself('-'.repeat(900))).toBe(false);
    expect(repeatsItself('| --- | --- | --- |\n'.repeat(3))).toBe(false);
    expect(repeatsItself('no no no no')).toBe(false);
  });
});

describe('bounded output', () => {
  it('keeps beginning and end, says what is missing and how to read on', () => {
    const output = Array.from({ length: 2_000 }, (_, index) => `line ${index}`).join('\n');
    const bounded = boundOutput(output, 2_000, 'Read on with X.');
    expect(bounded.truncated).toBe(true);
    expect(bounded.text.length).toBeLessThanOrEqual(2_000);
    expect(bounded.text).toMatch(/^line 0\n/);
    expect(bounded.text).toMatch(/line 1999$/);
    expect(bounded.text).toMatch(/… \d+ characters left out\. Read on with X\./);
  });

  it('never leaves half a character', () => {
    const bounded = boundOutput('👩'.repeat(3_000), 1_001, 'On.');
    expect(bounded.text.isWellFormed()).toBe(true);
  });

  it('leaves short output alone', () => {
    expect(boundOutput('short', 100, 'x')).toEqual({ text: 'short', truncated: false });
  });
});

describe('the tool registry', () => {
  it('takes tools in and out while running; a snapshot stays what it was', () => {
    const registry = new ToolRegistry();
    const remove = registry.add(fakeTool('one'));
    const before = registry.snapshot();
    registry.add(fakeTool('two'));
    remove();
    expect(before.tools.map((tool) => tool.name)).toEqual(['one']);
    expect(registry.snapshot().tools.map((tool) => tool.name)).toEqual(['two']);
    expect(registry.snapshot().specs()[0]?.schema).toMatchObject({ type: 'object', properties: { value: { type: 'string' } } });
  });

  it('refuses a name twice, and names that providers do not take', () => {
    const registry = new ToolRegistry();
    registry.add(fakeTool('one'));
    expect(() => registry.add(fakeTool('one'))).toThrow(/already/);
    expect(() => registry.add(fakeTool('has space'))).toThrow(/must match/);
    expect(() => registry.add(fakeTool('x'.repeat(65)))).toThrow(/must match/);
  });
});

describe('words of the terminal', () => {
  it('S6: shows what could disguise an approval', () => {
    expect(visible('rm \u001b[2K\u202Eok\u0007')).toBe('rm ‹U+001B›[2K‹U+202E›ok‹U+0007›');
    expect(visible('a\tb\nc\r\n')).toBe('a\tb\nc\n');
  });

  it.each([
    ['\u202a', '202A'],
    ['\u2069', '2069'],
    ['\u200b', '200B'],
    ['\u200f', '200F'],
    ['\u2060', '2060'],
    ['\u2064', '2064'],
    ['\ufeff', 'FEFF'],
    ['\u00ad', '00AD'],
    ['\u061c', '061C'],
    ['\u{e0041}', 'E0041'],
    ['\ufe0f', 'FE0F'],
    ['\u{e0101}', 'E0101'],
    ['\u200d', '200D'],
    ['\u2028', '2028'],
    ['\r', '000D'],
  ])('S6: says %j by its code', (char, code) => {
    expect(visible(`a${char}b`)).toBe(`a‹U+${code}›b`);
    expect(hasInvisible(`a${char}b`)).toBe(true);
  });

  it('S6: leaves alone what is seen: other scripts, emoji, lines and tabs', () => {
    for (const text of ['a\tb\nc', 'Grüße, Ελλάδα, 日本語, שלום', '👩‍🚀 👍🏽 ❤️ 1️⃣ 👩‍❤️‍👨']) {
      expect(visible(text)).toBe(text);
      expect(hasInvisible(text)).toBe(false);
    }
  });

  it('S6: leaves commands to the terminal out of an answer, and emoji whole', () => {
    expect(harmless('a\u001b]0;title\u0007b 👩‍🚀')).toBe('a]0;titleb 👩‍🚀');
  });

  it('parses a run with its options', () => {
    expect(
      parseCommand(['run', '-m', 'a/b', '--allow', 'run_command(npm test)', '--allow', 'write_file', '--max-steps', '5', 'do', 'it']),
    ).toMatchObject({
      name: 'run',
      prompt: 'do it',
      model: 'a/b',
      allow: [
        { tool: 'run_command', pattern: 'npm test' },
        { tool: 'write_file', pattern: null },
      ],
      maxSteps: 5,
    });
    expect(parseToolPattern('run_command(echo (a))', 'x')).toEqual({ tool: 'run_command', pattern: 'echo (a)' });
  });

  it.each([
    [['frobnicate'], 'There is no command "frobnicate"'],
    [['run', '--nope', 'x'], "Unknown option '--nope'"],
    [['run', '--max-steps', '0', 'x'], '--max-steps wants a whole number'],
    [['run', '--allow', 'not a tool(', 'x'], 'is not TOOL'],
    [['run', '-c', '--conversation', 'x', 'y'], 'not both'],
    [['conversations'], 'Say what to do'],
    [['conversations', 'show'], 'Say which'],
    [['settings', 'set'], 'Say which and what'],
    [['doctor', 'now'], 'one word too many'],
  ])('says what is wrong with %j', (words, message) => {
    expect(() => parseCommand(words)).toThrow(message);
  });

  it('makes titles of one line', () => {
    expect(titleFrom('\n  Hello   there \nsecond')).toBe('Hello there');
    expect(titleFrom('word '.repeat(40)).length).toBeLessThanOrEqual(80);
    expect(titleFrom('   ')).toBe('New conversation');
  });
});

describe('queries and costs', () => {
  it.each([
    ['venue date', '"venue" AND "date"'],
    ['"exact phrase" more', '"exact phrase" AND "more"'],
    ['prefix*', '"prefix"*'],
    ['NEAR(a b) OR c:d', '"NEAR(a" AND "b)" AND "OR" AND "c:d"'],
    ['" "', null],
    ['*** --', null],
  ])('%s is searched as %s', (query, match) => {
    expect(toMatch(query)).toBe(match);
  });

  it('counts cached tokens at their own price', () => {
    const usage = { ...NO_USAGE, input: 1_000_000, output: 1_000_000, cachedRead: 500_000 };
    expect(costOf(usage, { input: 2, output: 10, cachedRead: 0.2, asOf: '2026-01-01' })).toBeCloseTo(1 + 0.1 + 10);
    expect(costOf(usage, undefined)).toBeNull();
  });
});

describe('lines of a terminal', () => {
  it('are broken at spaces, and in the middle of a word only where it is too long', () => {
    expect(wrap('allow once or never again', 12)).toEqual(['allow once', 'or never', 'again']);
    expect(wrap('x'.repeat(25), 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
    expect(wrap('', 10)).toEqual(['']);
  });
});

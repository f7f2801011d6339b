import { expect, test } from 'vitest';
import { asWritten, choiceGrammar, formGrammar, type Choice } from '../../src/core/reasoning/grammar.ts';
import { gbnfToRegExp } from '../support/gbnf.ts';

const read: Choice = {
  name: 'read_file',
  schema: {
    type: 'object',
    properties: { path: { type: 'string' }, start: { type: 'integer', minimum: 1 }, encoding: { type: 'string' } },
    required: ['path'],
  },
  examples: [{ path: 'a.txt' }, { path: 'b.txt', start: 3 }],
};

function accepts(choices: readonly Choice[]): (value: unknown) => boolean {
  const pattern = gbnfToRegExp(choiceGrammar(choices).grammar);
  return (value) => pattern.test(typeof value === 'string' ? value : JSON.stringify(value));
}

test('accepts exactly one of the choices, compact, and nothing around it', () => {
  const ok = accepts([read, { name: 'answer' }]);
  expect(ok('{"tool":"answer"}')).toBe(true);
  expect(ok('{"tool":"read_file","path":"notes/a b.txt"}')).toBe(true);
  expect(ok('{"tool": "answer"}')).toBe(false);
  expect(ok(' {"tool":"answer"}')).toBe(false);
  expect(ok('{"tool":"answer"}\n')).toBe(false);
  expect(ok('{"tool":"other"}')).toBe(false);
  expect(ok('{"tool":"read_file"}')).toBe(false);
});

test('takes optional fields only where an example uses them, after the required ones', () => {
  const ok = accepts([read]);
  expect(ok({ tool: 'read_file', path: 'a', start: 12 })).toBe(true);
  expect(ok({ tool: 'read_file', start: 12, path: 'a' })).toBe(false);
  expect(ok({ tool: 'read_file', path: 'a', encoding: 'utf8' })).toBe(false);
  expect(ok({ tool: 'read_file', path: 'a', start: -1 })).toBe(false);
});

test('needs a field that every example has, though the schema does not', () => {
  const list: Choice = {
    name: 'list',
    schema: { type: 'object', properties: { path: { type: 'string' } } },
    examples: [{ path: '.' }, { path: 'x' }],
  };
  expect(accepts([list])({ tool: 'list', path: '.' })).toBe(true);
  expect(accepts([list])({ tool: 'list' })).toBe(false);
  expect(accepts([{ ...list, examples: [{ path: '.' }, {}] }])({ tool: 'list' })).toBe(true);
});

test('bounds strings and lists, and lets lines break only where an example does', () => {
  const write: Choice = {
    name: 'write',
    schema: {
      type: 'object',
      properties: { path: { type: 'string' }, content: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
      required: ['path', 'content', 'tags'],
    },
    examples: [{ path: 'a', content: 'one\ntwo', tags: ['x'] }],
  };
  const ok = accepts([write]);
  expect(ok({ tool: 'write', path: 'a', content: 'one\ntwo\n', tags: ['x', 'y'] })).toBe(true);
  expect(ok({ tool: 'write', path: 'a\nb', content: '', tags: ['x'] })).toBe(false);
  expect(ok({ tool: 'write', path: 'a', content: 'x'.repeat(161), tags: ['x'] })).toBe(false);
  expect(ok({ tool: 'write', path: 'a', content: 'x', tags: [] })).toBe(false);
  expect(ok({ tool: 'write', path: 'a', content: 'x', tags: Array.from({ length: 7 }, () => 'x') })).toBe(false);
});

test('escapes names and values that would break the grammar', () => {
  const odd: Choice = {
    name: 'odd',
    schema: { type: 'object', properties: { 'a"b\\c': { enum: ['x"y', 'line\nbreak', null, 3] } }, required: ['a"b\\c'] },
  };
  const ok = accepts([odd]);
  for (const value of ['x"y', 'line\nbreak', null, 3]) expect(ok({ tool: 'odd', 'a"b\\c': value })).toBe(true);
  expect(ok({ tool: 'odd', 'a"b\\c': 'x' })).toBe(false);
});

test('accepts quotes, backslashes and any alphabet inside strings, as JSON writes them', () => {
  const ok = accepts([read]);
  for (const path of ['C:\\temp\\x', 'say "hi"', 'Übung/日本.txt', '🙂', 'a/b', 'tab\there'])
    expect(ok({ tool: 'read_file', path })).toBe(true);
  expect(ok('{"tool":"read_file","path":"a"b"}')).toBe(false);
  expect(ok('{"tool":"read_file","path":"a\nb"}')).toBe(false);
});

test('writes numbers, booleans, unions, references and objects inside lists', () => {
  const many: Choice = {
    name: 'many',
    schema: {
      type: 'object',
      $defs: { spot: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
      properties: {
        flag: { type: 'boolean' },
        either: { anyOf: [{ type: 'null' }, { type: 'integer' }] },
        spots: { type: 'array', items: { $ref: '#/$defs/spot' } },
      },
      required: ['flag', 'either', 'spots'],
    },
  };
  const ok = accepts([many]);
  expect(ok({ tool: 'many', flag: true, either: -4, spots: [{ x: 1.5 }, { x: 0 }] })).toBe(true);
  expect(ok({ tool: 'many', flag: 1, either: 4, spots: [{ x: 1 }] })).toBe(false);
});

test('ends a schema that refers to itself', () => {
  const tree: Choice = { name: 'tree', schema: { type: 'object', properties: { child: { $ref: '#' } }, required: ['child'] } };
  expect(() => gbnfToRegExp(choiceGrammar([tree]).grammar)).not.toThrow();
});

test('nests the input of a tool whose own fields could be mistaken for the choice', () => {
  const run: Choice = {
    name: 'run',
    schema: { type: 'object', properties: { action: { type: 'string' } }, required: ['action'] },
    examples: [{ action: 'go' }],
  };
  expect(asWritten(run, { action: 'go' })).toEqual({ tool: 'run', input: { action: 'go' } });
  expect(accepts([run])({ tool: 'run', input: { action: 'go' } })).toBe(true);
});

test('shows examples in the order in which the grammar writes', () => {
  expect(JSON.stringify(asWritten(read, { start: 3, path: 'b.txt' }))).toBe('{"tool":"read_file","path":"b.txt","start":3}');
});

test('an answer in a form is one compact value of the schema', () => {
  const properties = { total: { type: 'integer' }, kind: { enum: ['offer', 'bill'] }, names: { type: 'array', items: { type: 'string' } } };
  const form = gbnfToRegExp(formGrammar({ type: 'object', properties, required: ['total', 'kind', 'names'] }).grammar);
  expect(form.test('{"total":42,"kind":"offer","names":["Ada","Bo"]}')).toBe(true);
  expect(form.test('{"total":"many","kind":"offer","names":["Ada"]}')).toBe(false);
  expect(form.test('{"total":42,"kind":"letter","names":["Ada"]}')).toBe(false);
  expect(form.test('words')).toBe(false);
});

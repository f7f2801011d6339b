import { describe, expect, it } from 'vitest';
import { createDefaultTools } from '../../src/infrastructure/tools/default-tools.ts';
import { geminiSchema } from '../../src/infrastructure/llm/gemini-schema.ts';
import { allowsStrict } from '../../src/infrastructure/llm/strict-schema.ts';
import { specOf } from '../../src/core/tools/tool-registry.ts';

const object = (properties: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({ type: 'object', properties, ...rest });
const one = (schema: unknown) => (geminiSchema(object({ it: schema }))!['properties'] as { it: unknown }).it;

describe('a schema in Gemini’s dialect', () => {
  const cases: [string, unknown, unknown][] = [
    ['a plain text', { type: 'string', description: 'A path.', minLength: 1 }, { type: 'string', description: 'A path.', minLength: 1 }],
    ['what may be null', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
    ['null among choices', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, { type: 'integer', nullable: true }],
    ['several types', { type: ['string', 'number'] }, { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    ['one of several', { oneOf: [{ type: 'string' }, { type: 'boolean' }] }, { anyOf: [{ type: 'string' }, { type: 'boolean' }] }],
    ['words to choose from', { enum: ['a', 'b'] }, { type: 'string', enum: ['a', 'b'] }],
    ['one word', { const: 'a' }, { type: 'string', enum: ['a'] }],
    [
      'numbers to choose from',
      { type: 'integer', enum: [1, 2], description: 'How many.' },
      { type: 'integer', description: 'How many. One of 1,2.' },
    ],
    [
      'bounds that it does not know',
      { type: 'number', exclusiveMinimum: 0, maximum: 9 },
      { type: 'number', maximum: 9, description: 'More than 0.' },
    ],
    ['a default', { type: 'integer', default: 5 }, { type: 'integer', description: 'Default 5.' }],
    ['a format that it knows', { type: 'string', format: 'date-time' }, { type: 'string', format: 'date-time' }],
    ['a format that it refuses', { type: 'string', format: 'email' }, { type: 'string', description: 'Format: email.' }],
    ['a list without its kind', { type: 'array' }, { type: 'array', items: { type: 'string', description: 'Any value, as text.' } }],
    [
      'a list of places',
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
      { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
    ],
    ['anything', {}, { type: 'string', description: 'Any value, as text.' }],
    [
      'names of one’s own',
      { type: 'object', additionalProperties: { type: 'string' } },
      { type: 'object', description: 'Other names hold {"type":"string"}.' },
    ],
    [
      'parts laid over one another',
      { allOf: [object({ a: { type: 'string' } }, { required: ['a'] }), object({ b: { type: 'number' } }, { required: ['b'] })] },
      object({ a: { type: 'string' }, b: { type: 'number' } }, { required: ['a', 'b'] }),
    ],
    [
      'required names that are not there',
      object({ a: { type: 'string' } }, { required: ['a', 'b'] }),
      object({ a: { type: 'string' } }, { required: ['a'] }),
    ],
  ];
  it.each(cases)('%s', (_, schema, expected) => expect(one(schema)).toEqual(expected));

  it('keeps an object whose choices only say what belongs together', () => {
    const schema = object({ a: { type: 'string' }, b: { type: 'string' } }, { anyOf: [{ required: ['a'] }, { required: ['b'] }] });
    expect(geminiSchema(schema)).toEqual(object({ a: { type: 'string' }, b: { type: 'string' } }));
  });

  it('is one object where a tool takes one of several', () => {
    const file = object({ kind: { type: 'string' }, path: { type: 'string' } }, { required: ['kind', 'path'] });
    const page = object({ kind: { type: 'string' }, address: { type: 'string' } }, { required: ['kind', 'address'] });
    expect(geminiSchema({ oneOf: [file, page], description: 'A source.' })).toEqual({
      type: 'object',
      properties: { kind: { type: 'string' }, path: { type: 'string' }, address: { type: 'string' } },
      required: ['kind'],
      description: 'A source.',
    });
  });

  it('has no references: they are written out, and one that contains itself ends', () => {
    const schema = {
      ...object({ tree: { $ref: '#/$defs/node' } }),
      $defs: { node: object({ name: { type: 'string' }, below: { type: 'array', items: { $ref: '#/$defs/node' } } }) },
    };
    const text = JSON.stringify(geminiSchema(schema));
    expect(text).not.toContain('$');
    expect(text).toContain('"name":{"type":"string"}');
    expect(text.length).toBeLessThan(4000);
  });

  it('is left out where there is nothing to say', () => {
    expect(geminiSchema({ type: 'object', properties: {} })).toBeNull();
    expect(geminiSchema({ type: 'object' })).toBeNull();
  });

  it('says everything of our own tools in words that the provider knows', () => {
    const known = new Set(['type', 'format', 'title', 'description', 'nullable', 'enum', 'items', 'minItems', 'maxItems', 'properties']);
    for (const more of ['required', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'anyOf', 'minProperties', 'maxProperties'])
      known.add(more);
    const check = (schema: Record<string, unknown>, path: string) => {
      for (const name of Object.keys(schema)) expect(known.has(name), `${path}: ${name}`).toBe(true);
      expect(typeof schema['type'] === 'string' || Array.isArray(schema['anyOf']), path).toBe(true);
      for (const [name, inner] of Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>))
        check(inner, `${path}.${name}`);
      if (schema['type'] === 'array') check(schema['items'] as Record<string, unknown>, `${path}[]`);
      for (const inner of (schema['anyOf'] ?? []) as Record<string, unknown>[]) check(inner, `${path}|`);
    };
    const nowhere = { run: async () => Promise.reject(new Error('not run here')) };
    const specs = createDefaultTools({ protectedPlaces: [], home: '/nowhere', sandbox: nowhere as never }).map(specOf);
    expect(specs.length).toBeGreaterThan(8);
    for (const spec of specs) {
      const schema = geminiSchema(spec.schema);
      if (schema) check(schema, spec.name);
    }
  });
});

describe('a schema that can be promised to the letter', () => {
  const strict = object(
    { path: { type: 'string' }, lines: { type: ['integer', 'null'] } },
    { required: ['path', 'lines'], additionalProperties: false },
  );
  it('has everything required and nothing else allowed, however deep', () => {
    expect(allowsStrict(strict)).toBe(true);
    expect(allowsStrict(object({ all: { type: 'array', items: strict } }, { required: ['all'], additionalProperties: false }))).toBe(true);
  });

  const lax: [string, Record<string, unknown>][] = [
    ['other names are allowed', { ...strict, additionalProperties: true }],
    ['nothing is said of other names', object({ a: { type: 'string' } }, { required: ['a'] })],
    ['something is optional', { ...strict, required: ['path'] }],
    ['a bound is set', object({ a: { type: 'string', minLength: 1 } }, { required: ['a'], additionalProperties: false })],
    ['something inside is lax', object({ a: object({}) }, { required: ['a'], additionalProperties: false })],
    ['it may be one of several', { ...strict, anyOf: [strict] }],
    ['it is no object', { type: 'string' }],
  ];
  it.each(lax)('does not where %s', (_, schema) => expect(allowsStrict(schema)).toBe(false));
});

type Schema = Readonly<Record<string, unknown>>;

/** Formats that the provider takes, by type; it refuses the whole request for any other. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ['date-time'],
  number: ['float', 'double'],
  integer: ['int32', 'int64'],
};
/** Keywords that mean the same in the provider's dialect. */
const SHARED = [
  'title',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'minProperties',
  'maxProperties',
];
/** What the dialect cannot say is told in words, by keyword. */
const IN_WORDS: Readonly<Record<string, string>> = {
  exclusiveMinimum: 'More than',
  exclusiveMaximum: 'Less than',
  multipleOf: 'A multiple of',
  default: 'Default',
};
/** A schema that goes on below this is cut there: the provider has a limit of its own, and a schema can contain itself. */
const DEEPEST = 12;

/**
 * A JSON Schema (draft 2020-12) in the dialect of Gemini's function declarations, a subset of OpenAPI 3.0: one type each, `nullable`
 * instead of a type `null`, enumerations of texts only, no references. What it cannot say goes into the description.
 * Null: an object without properties, which the provider wants left out.
 * Source: https://ai.google.dev/api/caching#Schema
 */
export function geminiSchema(schema: Schema): Schema | null {
  const translated = asObject(translate(schema, schema, 0));
  return translated['type'] === 'object' && translated['properties'] === undefined ? null : translated;
}

/** The input of a tool must be an object: of several that it may be, one that has the properties of all, and requires what all require. */
function asObject(schema: Schema): Schema {
  const choices = list(schema['anyOf']) as readonly Schema[];
  if (choices.length === 0) return schema['type'] === 'object' ? schema : { type: 'object' };
  const objects = choices.map((choice) => asObject(choice));
  const properties = Object.assign({}, ...objects.map((one) => one['properties'] ?? {})) as Schema;
  const required = Object.keys(properties).filter((name) => objects.every((one) => list(one['required']).includes(name)));
  return {
    type: 'object',
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(schema['description'] === undefined ? {} : { description: schema['description'] }),
  };
}

function translate(given: unknown, root: Schema, depth: number): Schema {
  if (depth > DEEPEST) return { type: 'string', description: 'JSON as text.' };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return anything();
  const node = resolved(given as Schema, root);
  const { types, isNullable } = typesOf(node);
  const choices = choicesOf(node);
  const words = notesOf(node);
  const base: Record<string, unknown> = isNullable ? { nullable: true } : {};
  if (choices) return withWords({ ...base, ...oneOf(choices, root, depth) }, words);
  if (types.length > 1)
    return withWords({ ...base, anyOf: types.map((type) => translate({ ...node, type }, root, depth + 1)) }, words.slice(0, 1));
  const type = types[0] ?? impliedType(node);
  if (type === null) return withWords({ ...base, ...anything() }, words);
  base['type'] = type;
  for (const name of SHARED) if (node[name] !== undefined) base[name] = node[name];
  if (typeof node['format'] === 'string' && FORMATS[type]?.includes(node['format'])) base['format'] = node['format'];
  if (type === 'string') addTexts(base, node);
  if (type === 'array') base['items'] = itemsOf(node, root, depth);
  if (type === 'object') addProperties(base, node, root, depth);
  return withWords(base, words);
}

function anything(): Schema {
  return { type: 'string', description: 'Any value, as text.' };
}

/** References inside of the schema, and the parts of an `allOf`, laid over one another. */
function resolved(node: Schema, root: Schema, seen: readonly string[] = []): Schema {
  const pointer = node['$ref'];
  if (typeof pointer === 'string') {
    const { $ref: _, ...own } = node;
    const target = seen.includes(pointer) ? null : find(root, pointer);
    return target === null ? own : merged(resolved(target, root, [...seen, pointer]), own);
  }
  if (!Array.isArray(node['allOf'])) return node;
  const { allOf: parts, ...own } = node as { allOf: unknown[] } & Schema;
  return parts
    .filter((part): part is Schema => typeof part === 'object' && part !== null)
    .reduce((all: Schema, part) => merged(all, resolved(part, root, seen)), own);
}

function merged(a: Schema, b: Schema): Schema {
  const required = [...list(a['required']), ...list(b['required'])];
  const properties = { ...(a['properties'] as Schema | undefined), ...(b['properties'] as Schema | undefined) };
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required: [...new Set(required)] } : {}),
  };
}

function find(root: Schema, pointer: string): Schema | null {
  if (pointer === '#') return root;
  if (!pointer.startsWith('#/')) return null;
  let here: unknown = root;
  for (const step of pointer.slice(2).split('/')) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    here = typeof here === 'object' && here !== null ? (here as Schema)[name] : undefined;
  }
  return typeof here === 'object' && here !== null ? (here as Schema) : null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function typesOf(node: Schema): { types: readonly string[]; isNullable: boolean } {
  const given = (Array.isArray(node['type']) ? (node['type'] as unknown[]) : [node['type']]).filter((type) => typeof type === 'string');
  const values = [...list(node['enum']), ...('const' in node ? [node['const']] : [])];
  const isNullable = given.includes('null') || values.includes(null) || node['nullable'] === true;
  return { types: given.filter((type) => type !== 'null'), isNullable };
}

function impliedType(node: Schema): string | null {
  if (node['properties'] !== undefined || node['additionalProperties'] !== undefined) return 'object';
  if (node['items'] !== undefined || node['prefixItems'] !== undefined) return 'array';
  const values = [...list(node['enum']), ...('const' in node ? [node['const']] : [])].filter((value) => value !== null);
  const [first] = values;
  if (values.every((value) => typeof value === 'string')) return first === undefined ? null : 'string';
  return typeof first === 'number' || typeof first === 'boolean' ? typeof first : null;
}

/** Choices that only say which properties belong together leave the object as it is: the dialect has no words for that. */
function choicesOf(node: Schema): readonly unknown[] | null {
  if (node['properties'] !== undefined) return null;
  const choices = [...list(node['anyOf']), ...list(node['oneOf'])];
  return choices.length > 0 ? choices : null;
}

/** `null` among the choices makes what is left nullable; a choice that is left alone is no choice. */
function oneOf(choices: readonly unknown[], root: Schema, depth: number): Schema {
  const isNull = (choice: unknown) => (choice as Schema | null)?.['type'] === 'null';
  const rest = choices.filter((choice) => !isNull(choice)).map((choice) => translate(choice, root, depth + 1));
  const nullable = rest.length < choices.length ? { nullable: true } : {};
  const [only] = rest;
  return rest.length === 1 && only ? { ...only, ...nullable } : { anyOf: rest, ...nullable };
}

function addTexts(base: Record<string, unknown>, node: Schema): void {
  const values = 'const' in node ? [node['const']] : list(node['enum']);
  const texts = values.filter((value) => typeof value === 'string' && value !== '');
  if (texts.length > 0 && values.every((value) => value === null || typeof value === 'string')) base['enum'] = texts;
}

/** A list must say of what it is; places of their own become one kind for all. */
function itemsOf(node: Schema, root: Schema, depth: number): Schema {
  const places = list(node['prefixItems']);
  if (places.length === 0) return translate(node['items'] ?? true, root, depth + 1);
  const kinds = new Map(places.map((place) => [JSON.stringify(place), place]));
  return oneOf([...kinds.values()], root, depth);
}

function addProperties(base: Record<string, unknown>, node: Schema, root: Schema, depth: number): void {
  const given = Object.entries((node['properties'] ?? {}) as Schema);
  if (given.length === 0) return;
  base['properties'] = Object.fromEntries(given.map(([name, property]) => [name, translate(property, root, depth + 1)]));
  const names = new Set(given.map(([name]) => name));
  const required = list(node['required']).filter((name) => typeof name === 'string' && names.has(name));
  if (required.length > 0) base['required'] = required;
}

/** The description, and after it what the dialect has no word for. */
function notesOf(node: Schema): readonly string[] {
  const notes = typeof node['description'] === 'string' && node['description'] !== '' ? [node['description']] : [''];
  const values = 'const' in node ? [node['const']] : list(node['enum']);
  if (values.some((value) => value !== null && typeof value !== 'string')) notes.push(`One of ${JSON.stringify(values).slice(1, -1)}.`);
  for (const [name, words] of Object.entries(IN_WORDS)) if (node[name] !== undefined) notes.push(`${words} ${JSON.stringify(node[name])}.`);
  const format = node['format'];
  if (typeof format === 'string' && !Object.values(FORMATS).flat().includes(format)) notes.push(`Format: ${format}.`);
  const others = node['additionalProperties'];
  if (typeof others === 'object' && others !== null) notes.push(`Other names hold ${JSON.stringify(others)}.`);
  return notes;
}

function withWords(schema: Schema, words: readonly string[]): Schema {
  const own = typeof schema['description'] === 'string' ? schema['description'] : '';
  const description = [...words, words[0] ? '' : own].filter((part) => part !== '').join(' ');
  const { description: _, ...rest } = schema;
  return description === '' ? rest : { ...rest, description };
}

import type { Constraint } from './language-model.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A thing that the model may choose: a name and, where it takes input, the schema and examples of that. */
export interface Choice {
  readonly name: string;
  readonly schema?: Schema;
  readonly examples?: readonly unknown[];
}

/** Characters at most in one line of a string; lines at most where an example has several; items at most in a list. */
const LINE = 160;
const LINES = 40;
const ITEMS = 6;
/** Schemas may refer to themselves; a small model is never asked for more than this. */
const DEPTH = 5;

const TERMINALS = String.raw`char ::= [^"\\\x00-\x1F\x7F] | "\\" ["\\/t]
line ::= char{0,${LINE}}
text ::= line ("\\n" line){0,${LINES}}
bool ::= "true" | "false"
nat ::= "0" | [1-9] [0-9]{0,8}
int ::= "-"? nat
num ::= int ("." [0-9]{1,6})?`;

/** Fields under which a choice may be written in another way; a tool that has one of its own gets its input nested. */
const RESERVED: readonly string[] = ['tool', 'action', 'input', 'arguments', 'parameters'];

/**
 * A grammar for exactly one choice, as compact JSON: `{"tool":NAME,…}` with the input's fields beside the name, or, where one
 * of these could be mistaken, `{"tool":NAME,"input":{…}}`.
 * No spaces between tokens (a small model fills them without end), strings and lists bounded, required fields first, and of
 * the optional fields only those that an example uses. A string may have several lines only where an example's has.
 */
export function choiceGrammar(choices: readonly Choice[]): Constraint {
  const rules = choices.map((choice, index) => {
    const samples = (choice.examples ?? []).map((input) => asWritten(choice, input));
    return `choice-${index} ::= ${valueRule(choiceSchema(choice), samples, choice.schema ?? {}, 0)}`;
  });
  const names = choices.map((_choice, index) => `choice-${index}`);
  return {
    grammar: `root ::= ${names.join(' | ')}\n${rules.join('\n')}\n${TERMINALS}\n`,
    schema: { oneOf: choices.map(choiceSchema) },
  };
}

/** A grammar for one value of a schema, as compact JSON: of an object the fields that are required. */
export function formGrammar(schema: Schema): Constraint {
  return { grammar: `root ::= ${valueRule(schema, [], schema, 0)}\n${TERMINALS}\n`, schema };
}

/** A choice with its input as the object that is written, its fields in the order in which the grammar writes them. */
export function asWritten(choice: Choice, input: unknown): Readonly<Record<string, unknown>> {
  if (!choice.schema) return { tool: choice.name };
  const inOrder = ordered(input, choice.schema, choice.examples ?? [], choice.schema);
  return isNested(choice) || !isRecord(inOrder) ? { tool: choice.name, input: inOrder } : { tool: choice.name, ...inOrder };
}

function choiceSchema(choice: Choice): Schema {
  const tool = { const: choice.name };
  const { schema } = choice;
  if (!schema) return { type: 'object', properties: { tool }, required: ['tool'], additionalProperties: false };
  if (isNested(choice))
    return { type: 'object', properties: { tool, input: schema }, required: ['tool', 'input'], additionalProperties: false };
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  return { ...schema, type: 'object', properties: { tool, ...propertiesOf(schema) }, required: ['tool', ...required] };
}

function isNested({ schema }: Choice): boolean {
  return (
    schema !== undefined &&
    (typeOf(schema) !== 'object' || '$ref' in schema || Object.keys(propertiesOf(schema)).some((name) => RESERVED.includes(name)))
  );
}

/** The right-hand side for one value. `samples` are the values that examples have here. */
function valueRule(schema: Schema, samples: readonly unknown[], root: Schema, depth: number): string {
  if (depth > DEPTH) return '"null"';
  const target = resolve(schema, root);
  if ('const' in target) return literal(JSON.stringify(target['const']));
  if (Array.isArray(target['enum'])) return alternatives(target['enum'].map((value) => literal(JSON.stringify(value))));
  const union = target['anyOf'] ?? target['oneOf'];
  if (Array.isArray(union)) {
    const members = (union as Schema[]).filter((member) => member['type'] !== 'null');
    return alternatives(members.map((member) => valueRule(member, samples, root, depth + 1)));
  }
  switch (typeOf(target)) {
    case 'object':
      return objectRule(target, samples, root, depth);
    case 'array': {
      const items = (target['items'] ?? {}) as Schema;
      const inner = valueRule(
        items,
        samples.flatMap((sample) => (Array.isArray(sample) ? (sample as unknown[]) : [])),
        root,
        depth + 1,
      );
      return `"[" ${group(inner)} ("," ${group(inner)}){0,${ITEMS - 1}} "]"`;
    }
    case 'boolean':
      return 'bool';
    case 'integer':
      return isNatural(target) ? 'nat' : 'int';
    case 'number':
      return 'num';
    default: {
      const hasLines = samples.some((sample) => typeof sample === 'string' && sample.includes('\n'));
      return `"\\"" ${hasLines ? 'text' : 'line'} "\\""`;
    }
  }
}

function objectRule(schema: Schema, samples: readonly unknown[], root: Schema, depth: number): string {
  const fields = fieldsOf(schema, samples);
  const pair = (name: string): string => {
    const inner = samples.flatMap((sample) => (isRecord(sample) && name in sample ? [sample[name]] : []));
    const property = propertiesOf(schema)[name] ?? {};
    return `${literal(`${JSON.stringify(name)}:`)} ${group(valueRule(property, inner, root, depth + 1))}`;
  };
  const required = fields.required.map(pair);
  const optional = fields.optional.map(pair);
  const tail = optional.map((rule) => ` ("," ${rule})?`).join('');
  if (required.length > 0) return `"{" ${required.join(' "," ')}${tail} "}"`;
  if (optional.length === 0) return '"{}"';
  // No field is sure to be there: each may be the first, with any of those after it.
  const starts = optional.map(
    (rule, index) =>
      rule +
      optional
        .slice(index + 1)
        .map((next) => ` ("," ${next})?`)
        .join(''),
  );
  return `"{" (${starts.join(' | ')})? "}"`;
}

/** Which fields, and in which order, the grammar writes: what is required or in every example, then what is in some example. */
function fieldsOf(schema: Schema, samples: readonly unknown[]): { required: readonly string[]; optional: readonly string[] } {
  const names = Object.keys(propertiesOf(schema));
  const declared = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const uses = (name: string): number => samples.filter((sample) => isRecord(sample) && sample[name] !== undefined).length;
  const isRequired = (name: string): boolean => declared.includes(name) || (samples.length > 1 && uses(name) === samples.length);
  return {
    required: names.filter(isRequired),
    optional: names.filter((name) => !isRequired(name) && uses(name) > 0),
  };
}

function ordered(value: unknown, schema: Schema, samples: readonly unknown[], root: Schema): unknown {
  const target = resolve(schema, root);
  if (Array.isArray(value)) {
    const inner = samples.flatMap((sample) => (Array.isArray(sample) ? (sample as unknown[]) : []));
    return value.map((item) => ordered(item, (target['items'] ?? {}) as Schema, inner, root));
  }
  if (!isRecord(value)) return value;
  const { required, optional } = fieldsOf(target, samples);
  const rest = Object.keys(value).filter((name) => !required.includes(name) && !optional.includes(name));
  const properties = propertiesOf(target);
  const result: Record<string, unknown> = {};
  for (const name of [...required, ...optional, ...rest]) {
    if (!(name in value)) continue;
    const inner = samples.flatMap((sample) => (isRecord(sample) && name in sample ? [sample[name]] : []));
    result[name] = ordered(value[name], properties[name] ?? {}, inner, root);
  }
  return result;
}

function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return isRecord(schema['properties']) ? (schema['properties'] as Record<string, Schema>) : {};
}

function resolve(schema: Schema, root: Schema): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
  let target: unknown = root;
  for (const step of reference.slice(2).split('/'))
    target = isRecord(target) ? target[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  return isRecord(target) ? target : {};
}

function typeOf(schema: Schema): unknown {
  const type = schema['type'];
  if (Array.isArray(type)) return (type as unknown[]).find((one) => one !== 'null');
  return type ?? (isRecord(schema['properties']) ? 'object' : undefined);
}

function isNatural(schema: Schema): boolean {
  return typeof schema['minimum'] === 'number' && schema['minimum'] >= 0;
}

function alternatives(rules: readonly string[]): string {
  return rules.length > 0 ? `(${rules.join(' | ')})` : '"null"';
}

function group(rule: string): string {
  return /^[a-z]+$|^\(.*\)$/.test(rule) ? rule : `(${rule})`;
}

/** A GBNF literal of exactly this text. */
function literal(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

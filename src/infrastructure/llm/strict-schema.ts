/** Keywords that the provider's strict mode takes in every model. Formats and bounds are taken by some only: they make a schema lax. */
const PLAIN = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
]);
/** The provider's own limit is 10; a schema that goes on below it is none that a person wrote. */
const DEEPEST = 10;

/**
 * Whether a tool's schema can be promised to the letter (`strict`): an object all of whose properties, however deep, are required
 * and whose others are forbidden. Everything else is sent as it is, without the promise.
 * Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function allowsStrict(schema: Readonly<Record<string, unknown>>): boolean {
  return schema['type'] === 'object' && schema['anyOf'] === undefined && isStrict(schema, 0);
}

function isStrict(schema: unknown, depth: number): boolean {
  if (depth > DEEPEST || typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false;
  const node = schema as Readonly<Record<string, unknown>>;
  if (Object.keys(node).some((name) => !PLAIN.has(name))) return false;
  if (node['anyOf'] !== undefined) return Array.isArray(node['anyOf']) && node['anyOf'].every((one) => isStrict(one, depth + 1));
  const types = Array.isArray(node['type']) ? (node['type'] as unknown[]) : [node['type']];
  if (types.includes('array') && !isStrict(node['items'], depth + 1)) return false;
  return types.includes('object') ? isStrictObject(node, depth) : node['type'] !== undefined || 'enum' in node || 'const' in node;
}

function isStrictObject(node: Readonly<Record<string, unknown>>, depth: number): boolean {
  const properties = (node['properties'] ?? {}) as Readonly<Record<string, unknown>>;
  const required = Array.isArray(node['required']) ? (node['required'] as unknown[]) : [];
  return (
    node['additionalProperties'] === false &&
    Object.keys(properties).every((name) => required.includes(name)) &&
    Object.values(properties).every((one) => isStrict(one, depth + 1))
  );
}

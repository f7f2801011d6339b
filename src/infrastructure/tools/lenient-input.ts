import * as z from 'zod';
import { refusalOfJson } from '../../core/tools/raw-input.ts';

/**
 * An object schema that forgives what models get wrong without changing what they mean: other names for a field, numbers and
 * booleans as strings, null for "not given", one value where a list is wanted, a list or the whole object as JSON text, fields that nobody knows.
 * Providers and grammars see the plain object.
 * @param aliases other name → field
 */
export function lenientObject<Shape extends z.ZodRawShape>(shape: Shape, aliases: Readonly<Record<string, keyof Shape & string>> = {}) {
  const kinds = new Map(Object.entries(shape).map(([key, field]) => [key, kindOf(field as z.ZodType)]));
  return z.preprocess((raw) => forgive(raw, kinds, aliases), z.object(shape));
}

function kindOf(field: z.ZodType): string {
  let inner: z.ZodType = field;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.def.innerType as z.ZodType;
  return inner.def.type;
}

function forgive(raw: unknown, kinds: ReadonlyMap<string, string>, aliases: Readonly<Record<string, string>>): unknown {
  const value = typeof raw === 'string' ? fromJson(raw, '{') : raw;
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(value)) {
    if (given === null) continue;
    const name = kinds.has(key) ? key : aliases[key];
    if (name === undefined || (name !== key && Object.hasOwn(value, name))) continue;
    out[name] = toKind(given, kinds.get(name));
  }
  return out;
}

function toKind(value: unknown, kind: string | undefined): unknown {
  if (kind === 'string') {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    // The content of a JSON file, given as what it says.
    return typeof value === 'object' ? JSON.stringify(value, null, 2) : value;
  }
  if (kind === 'array') {
    const list = typeof value === 'string' ? fromJson(value, '[') : value;
    return Array.isArray(list) ? list : [list];
  }
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  if (kind === 'number') return word !== '' && Number.isFinite(Number(word)) ? Number(word) : value;
  if (kind === 'boolean') return word === 'true' ? true : word === 'false' ? false : value;
  return value;
}

function fromJson(text: string, opening: string): unknown {
  if (!text.trimStart().startsWith(opening) || refusalOfJson(text) !== null) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

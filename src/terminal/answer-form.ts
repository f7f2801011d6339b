import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { failure, FailureError, type Result } from '../core/models/failure.ts';
import type { JsonSchema } from '../core/tools/tool.ts';
import { usage } from './words.ts';

/** Bytes of a schema. */
const LARGEST = 100_000;

/** The form of `--schema FILE`: what is asked of the model, and what its answer is held against. */
export interface AnswerForm {
  readonly schema: JsonSchema;
  /** The answer as JSON that is valid by the schema. Code: `answer_invalid`. */
  read(answer: string): Result<unknown>;
}

/** @throws FailureError `usage` where there is no schema in the file */
export function readAnswerForm(path: string): AnswerForm {
  const schema = schemaIn(path);
  const validator = validatorOf(schema, path);
  return {
    schema,
    read(answer) {
      const value = parsed(answer);
      if (value === undefined) return invalid('The answer is not JSON.', answer);
      const checked = validator.safeParse(value);
      if (checked.success) return { ok: true, value };
      const [issue] = checked.error.issues;
      const place = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
      return invalid(`The answer is not valid by the schema${place}: ${issue?.message ?? 'unknown reason'}.`, answer);
    },
  };
}

function invalid(why: string, answer: string): Result<unknown> {
  const beginning = answer.trim().replaceAll(/\s+/g, ' ').slice(0, 200);
  return { ok: false, failure: failure('answer_invalid', `${why} It begins: ${beginning || '(nothing)'}`) };
}

function schemaIn(path: string): JsonSchema {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw usage(`--schema: ${path} cannot be read.`);
  }
  if (text.length > LARGEST) throw usage(`--schema: ${path} has more than ${LARGEST} characters.`);
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonSchema;
  throw usage(`--schema: ${path} is not a JSON Schema.`);
}

function validatorOf(schema: JsonSchema, path: string): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : 'unknown reason';
    throw new FailureError('usage', `--schema: ${path} is no schema that an answer can be held against: ${why}.`);
  }
}

/** JSON, in a fence or bare; undefined when it is none. */
function parsed(text: string): unknown {
  const bare = /^\s*```(?:json)?\s*\n([^]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(bare);
  } catch {
    return undefined;
  }
}

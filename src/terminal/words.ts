import { parseArgs, type ParseArgsConfig } from 'node:util';
import { FailureError } from '../core/models/failure.ts';
import type { ToolPattern } from './command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

export const TEXT = { type: 'string' } as const;
export const FLAG = { type: 'boolean', default: false } as const;
export const MANY = { type: 'string', multiple: true, default: [] as string[] } as const;

/** `run_command`, `run_command(npm test)`, `write_file(docs/**)`. @throws FailureError `usage` */
export function parseToolPattern(text: string, where: string): ToolPattern {
  const match = /^([A-Za-z0-9_-]+|\*)(?:\(([^]*)\))?$/.exec(text.trim());
  const [, tool, pattern] = match ?? [];
  if (!tool || pattern?.trim() === '') throw usage(`${where}: ${JSON.stringify(text)} is not TOOL or 'TOOL(pattern)'.`);
  return { tool, pattern: pattern?.trim() ?? null };
}

/** Options and words of one command, by Node's own parser. @throws FailureError `usage` that names the word that was wrong */
export function parse<const O extends Options>(command: string, words: readonly string[], options: O, maxPositionals = Infinity) {
  try {
    const result = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    const extra = result.positionals[maxPositionals];
    if (extra !== undefined) throw usage(`${command}: ${JSON.stringify(extra)} is one word too many.`);
    return result;
  } catch (error) {
    if (error instanceof FailureError || !(error instanceof Error)) throw error;
    // Node's message says which option; its hint about `--` is for programmers.
    throw usage(`${command}: ${error.message.split('. ')[0] ?? ''}.`);
  }
}

/** One word, and whether the answer is wanted as JSON. @throws FailureError `usage` */
export function oneAndJson(command: string, words: readonly string[], form: string): { readonly id: string; readonly json: boolean } {
  const { values, positionals } = parse(command, words, { json: FLAG }, 1);
  return { id: one(positionals, form), json: values.json };
}

/** The first word. @param form the command as it should be typed @throws FailureError `usage` where there is none */
export function one(positionals: readonly string[], form: string): string {
  const [value] = positionals;
  if (!value) throw usage(`Say which: glasshouse ${form}`);
  return value;
}

/** How many are wanted at most. @throws FailureError `usage` */
export function limitOf(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : positive(text, '--limit');
}

/** A whole number from 1. @throws FailureError `usage` that names the option */
export function positive(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw usage(`${option} wants a whole number from 1, not ${JSON.stringify(text)}.`);
  return value;
}

export function usage(message: string): FailureError {
  return new FailureError('usage', message);
}

import { refusalOfJson } from '../tools/raw-input.ts';
import type { ProposedCall } from './strategy.ts';

/** The choice of no tool. */
export const ANSWER = 'answer';

export interface Decision {
  readonly tool: string;
  readonly input: unknown;
}

/**
 * The decision in a text: its first JSON object with a tool's name. Under a grammar that is the whole text; a server without
 * grammars may write words around it, other names for the fields, or the input's fields beside the name. Null: there is none.
 */
export function readDecision(text: string): Decision | null {
  for (const candidate of objectsIn(text)) {
    const { tool, name, action, input, arguments: args, parameters, ...rest } = candidate;
    const chosen = [tool, name, action].find((value) => typeof value === 'string' && value !== '');
    if (typeof chosen !== 'string') continue;
    const given = input ?? args ?? parameters;
    // `name` beside `tool` is a field of the input.
    const fields = tool !== undefined && name !== undefined ? { name, ...rest } : rest;
    return { tool: chosen, input: given ?? fields };
  }
  return null;
}

export function proposedCall(decision: Decision, number: number): ProposedCall {
  const rawInput = typeof decision.input === 'string' ? decision.input : JSON.stringify(decision.input);
  return { providerCallId: `guided_${number}`, tool: decision.tool, rawInput };
}

/** Whether two inputs mean the same call: the order of fields and space around strings do not count. */
export function sameInput(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
    return `{${entries
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
      .join(',')}}`;
  }
  return JSON.stringify(typeof value === 'string' ? value.trim() : value) ?? 'null';
}

/** The JSON objects that stand in a text, outermost ones only, from the first. */
function* objectsIn(text: string): Generator<Record<string, unknown>> {
  let from = text.indexOf('{');
  while (from >= 0) {
    const to = endOfObject(text, from);
    if (to < 0) return;
    const whole = text.slice(from, to);
    const isRefused = refusalOfJson(whole) !== null;
    const value = isRefused ? null : parse(whole);
    if (value) yield value;
    from = text.indexOf('{', value || isRefused ? to : from + 1);
  }
}

function endOfObject(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let index = from; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}' && (depth -= 1) === 0) return index + 1;
  }
  return -1;
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

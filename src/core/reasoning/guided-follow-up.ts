import type { ToolCall } from '../models/tool-call.ts';
import type { Choice } from './grammar.ts';

const READ = 'read_file';
const SEARCH = 'search_files';
const FIND = 'find_files';
/** Files of which one is offered to be read. */
const OFFERED = 8;
/** A search that found so few files is no answer yet: the facts stand around the line that was found. */
const FEW = 2;

/** How the tools that look around name files in their results. */
const NAMED: Readonly<Record<string, (output: string, input: Readonly<Record<string, unknown>>) => readonly string[]>> = {
  search_files: (output) => matches(output, /^(.+?):\d+:/gm),
  find_files: (output) => (/^(No file|\d+ files;)/.test(output) ? [] : matches(output, /^([^\n[(]+)$/gm)),
  list_directory: (output, { path }) => matches(output, /^(\S.*) \(\d+ bytes\)$/gm).map((name) => inFolder(path, name)),
};

/**
 * What may be chosen after the calls so far. A small model that has looked around names files that are not there, or answers
 * from a found line what stands beside it: so what it may read then is one of the files that were named, and after a search
 * that found only one or two of them it reads before it goes on. What no file is named after may still stand inside one.
 */
export function choicesAfter(calls: readonly ToolCall[], choices: readonly Choice[]): readonly Choice[] {
  const last = calls.at(-1);
  const naming = last && NAMED[last.tool];
  if (!last || !naming || (last.state !== 'succeeded' && last.state !== 'failed')) return choices;
  const read = choices.find(({ name }) => name === READ);
  if (!read) return choices;
  const input = typeof last.input === 'object' && last.input !== null ? (last.input as Record<string, unknown>) : {};
  const named = [...new Set(last.state === 'succeeded' ? naming(last.output ?? '', input) : [])].filter(
    (path) => !calls.some((call) => isReadOf(call, path)),
  );
  const others = choices.filter((choice) => choice !== read);
  if (named.length === 0 && last.tool === FIND && !calls.some((call) => call.tool === SEARCH)) return only(SEARCH, choices);
  if (named.length === 0) return last.state === 'failed' ? choices : others;
  const offered = withPaths(read, named.slice(0, OFFERED));
  return last.tool === SEARCH && named.length <= FEW ? [offered] : [offered, ...others];
}

function only(name: string, choices: readonly Choice[]): readonly Choice[] {
  const chosen = choices.filter((choice) => choice.name === name);
  return chosen.length > 0 ? chosen : choices;
}

function withPaths(read: Choice, paths: readonly string[]): Choice {
  const properties = (read.schema?.['properties'] ?? {}) as Readonly<Record<string, unknown>>;
  const { path: _, ...rest } = properties;
  return { ...read, schema: { ...read.schema, properties: { path: { enum: paths }, ...rest } } };
}

function isReadOf(call: ToolCall, path: string): boolean {
  return call.tool === READ && (call.input as { path?: unknown } | null)?.path === path;
}

function inFolder(folder: unknown, name: string): string {
  const prefix = typeof folder === 'string' ? folder.replace(/^\.\/?/, '').replace(/\/$/, '') : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]?.trim() ?? '');
}

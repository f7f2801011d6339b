import type { ToolCall } from '../models/tool-call.ts';
import type { Choice } from './grammar.ts';

const READ = 'read_file';
const SEARCH = 'search_files';
const FIND = 'find_files';
const CALCULATE = 'calculate';
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
 * that found only one or two of them it reads before it goes on; and what it reads next is another of those that were named.
 * A sum of words (`rent + food`) wants their figures first, so they are searched for. A tool that nobody could be asked about is not
 * offered again. What no file is named after may still stand inside one.
 */
export function choicesAfter(calls: readonly ToolCall[], choices: readonly Choice[]): readonly Choice[] {
  const last = calls.at(-1);
  const unanswered = calls.filter((call) => call.failure?.code === 'tool_unanswered').map((call) => call.tool);
  // Looking needs nobody's word: it comes first.
  if (last?.failure?.code === 'tool_unanswered') return choices.filter(({ name }) => name in NAMED);
  if (unanswered.length > 0) return choices.filter(({ name }) => !unanswered.includes(name));
  if (last?.tool === CALCULATE && last.state === 'failed') return only(SEARCH, choices);
  const read = choices.find(({ name }) => name === READ);
  if (!last || !read || (last.state !== 'succeeded' && last.state !== 'failed')) return choices;
  const others = choices.filter((choice) => choice !== read);
  if (last.tool === READ) return calls.some((call) => call.tool in NAMED) ? [...offer(read, calls, calls), ...others] : choices;
  if (!(last.tool in NAMED)) return choices;
  const offered = offer(read, [last], calls);
  if (offered.length > 0) return last.tool === SEARCH && namedBy([last], calls).length <= FEW ? offered : [...offered, ...others];
  if (last.tool === FIND && !calls.some((call) => call.tool === SEARCH)) return only(SEARCH, choices);
  return last.state === 'failed' ? choices : others;
}

/** Reading, of the files that were named and not read yet; nothing where there are none. */
function offer(read: Choice, naming: readonly ToolCall[], calls: readonly ToolCall[]): readonly Choice[] {
  const named = namedBy(naming, calls);
  return named.length === 0 ? [] : [withPaths(read, named.slice(0, OFFERED))];
}

function namedBy(naming: readonly ToolCall[], calls: readonly ToolCall[]): readonly string[] {
  const named = naming.flatMap((call) => {
    const input = typeof call.input === 'object' && call.input !== null ? (call.input as Record<string, unknown>) : {};
    return call.state === 'succeeded' ? (NAMED[call.tool]?.(call.output ?? '', input) ?? []) : [];
  });
  return [...new Set(named)].filter((path) => !calls.some((call) => isReadOf(call, path)));
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

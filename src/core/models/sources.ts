import type { ToolCall } from './tool-call.ts';

/** A place that was really read in a run. `lines` are counted from 1, both ends included; absent: the whole of it. */
export interface Source {
  readonly callId: string;
  readonly kind: 'file' | 'document' | 'picture' | 'page';
  /** The path in the workspace, or the address. */
  readonly place: string;
  readonly lines?: { readonly first: number; readonly last: number };
  /** Of a document: its pages, sheets or cells, as they were asked for. */
  readonly part?: string;
}

const KINDS: Readonly<Record<string, Source['kind']>> = {
  read_file: 'file',
  read_document: 'document',
  view_image: 'picture',
  fetch_page: 'page',
};

/** What calls have read, each place once, in the order in which it was read. Only what ended well counts. */
export function sourcesOf(calls: readonly ToolCall[]): readonly Source[] {
  const sources = new Map<string, Source>();
  for (const call of calls) {
    const source = sourceOf(call);
    if (source === null) continue;
    const name = sourceInWords(source);
    if (!sources.has(name)) sources.set(name, source);
  }
  return [...sources.values()];
}

function sourceOf({ id, tool, state, input, output = '' }: ToolCall): Source | null {
  const kind = Object.hasOwn(KINDS, tool) ? KINDS[tool] : undefined;
  if (kind === undefined || state !== 'succeeded' || typeof input !== 'object' || input === null) return null;
  const given = input as Readonly<Record<string, unknown>>;
  const place = kind === 'page' ? given['url'] : given['path'];
  if (typeof place !== 'string' || place === '') return null;
  const base = { callId: id, kind, place: kind === 'page' ? place : place.replace(/^(?:\.\/)+/, '') };
  const isRange = given['start_line'] !== undefined || given['end_line'] !== undefined;
  if (kind === 'file' && isRange) {
    // What was given, and not what was asked for: the file can be shorter.
    const [, first, last] = /^lines (\d+)–(\d+) of /.exec(output) ?? [];
    return first === undefined || last === undefined ? null : { ...base, lines: { first: Number(first), last: Number(last) } };
  }
  const part = given['part'];
  return typeof part === 'string' && part !== '' ? { ...base, part } : base;
}

/** "notes/a.md, lines 3–9", "offer.pdf, 2-5". */
export function sourceInWords({ place, lines, part }: Source): string {
  if (lines) return `${place}, ${lines.first === lines.last ? `line ${lines.first}` : `lines ${lines.first}–${lines.last}`}`;
  return part === undefined ? place : `${place}, ${part}`;
}

/** The source that a word of an answer names: a path, or `path:line` where that line was read; null: none. */
export function sourceNamed(word: string, sources: readonly Source[]): Source | null {
  const [, place = '', line] = /^(.+?)(?::(\d+)(?:[-–]\d+)?)?$/.exec(word.replace(/^(?:\.\/)+/, '')) ?? [];
  const named = sources.filter((source) => source.place === place);
  if (line === undefined) return named[0] ?? null;
  const at = Number(line);
  return named.find(({ kind, lines }) => kind === 'file' && (!lines || (at >= lines.first && at <= lines.last))) ?? null;
}

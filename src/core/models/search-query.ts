/** What a search can be narrowed by, with what stands behind it. */
export const SEARCH_FILTERS = {
  agent: 'the agent of the conversation',
  workspace: 'the folder that it works in',
  in: 'the folder of the list',
  role: 'person, agent or tool',
  before: 'a day, as 2026-11-24',
  after: 'a day, as 2026-11-24',
  has: 'tool: where tools were used',
} as const;
export type SearchFilter = keyof typeof SEARCH_FILTERS;

export const SEARCH_ROLES = ['person', 'agent', 'tool'] as const;
export type SearchRole = (typeof SEARCH_ROLES)[number];

/** One filter as it was typed. */
export interface TypedFilter {
  readonly key: SearchFilter;
  readonly value: string;
  /** As it stands in the query. */
  readonly text: string;
}

export interface SearchQuery {
  /** What is searched for: words, "phrases", beginnings*. */
  readonly words: string;
  readonly filters: readonly TypedFilter[];
}

/** A query in its parts. Whatever is typed is one: a word with a colon that is no filter (an address, `12:30`) is a word. */
export function parseSearch(query: string): SearchQuery {
  const filters: TypedFilter[] = [];
  // A phrase is passed over as a whole: what stands in it is no filter.
  const words = query.replace(/"[^"]*"|(?<!\S)([a-z]+):("[^"]*"?|\S*)/gi, (text, key: string | undefined, value: string | undefined) => {
    const name = key?.toLowerCase();
    if (name === undefined || !isFilter(name)) return text;
    filters.push({ key: name, value: (value ?? '').replaceAll('"', '').trim(), text });
    return ' ';
  });
  return { words: words.replace(/\s+/g, ' ').trim(), filters };
}

/** The query without one of its filters. */
export function withoutFilter(query: string, { text }: TypedFilter): string {
  return query.replace(text, '').replace(/\s+/g, ' ').trim();
}

/** A filter as it is typed: a value with a space in it stands in quotation marks. */
export function filterText(key: SearchFilter, value: string): string {
  return /\s/.test(value) ? `${key}:"${value.replaceAll('"', '')}"` : `${key}:${value}`;
}

/** The beginning of a day in the person's time, milliseconds since 1970; null: it is no day. */
export function dayOfFilter(value: string): number | null {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(value)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : null;
}

function isFilter(name: string): name is SearchFilter {
  return Object.hasOwn(SEARCH_FILTERS, name);
}

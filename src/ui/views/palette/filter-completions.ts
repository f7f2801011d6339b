import { filterText, SEARCH_FILTERS, SEARCH_ROLES, type SearchFilter } from '../../../core/models/search-query.ts';

/** What can stand behind a filter here. */
export interface FilterValues {
  readonly agents: readonly string[];
  readonly folders: readonly string[];
  readonly workspaces: readonly string[];
}

export interface FilterCompletion {
  /** The filter as it will stand there. */
  readonly text: string;
  readonly about: string;
  /** What the field holds then. */
  readonly typed: string;
}

const MOST = 6;

/** What the last word can become: a filter that it begins, or a value of one. Nothing while it is a word like others. */
export function completionsOf(typed: string, values: FilterValues): readonly FilterCompletion[] {
  const [, before = '', last = ''] = /^([^]*?)([a-z]+(?::(?:"[^"]*|[^\s"]*))?)$/i.exec(typed) ?? [];
  if (last.length < 2 || (before !== '' && !/\s$/.test(before))) return [];
  const [key, begun] = splitAt(last.toLowerCase());
  if (begun === null) {
    return keys()
      .filter((each) => each.startsWith(key))
      .map((each) => ({ text: `${each}:`, about: SEARCH_FILTERS[each], typed: `${before}${each}:` }));
  }
  const filter = keys().find((each) => each === key);
  if (!filter) return [];
  return valuesOf(filter, values)
    .filter((value) => value.toLowerCase().includes(begun))
    .slice(0, MOST)
    .map((value) => ({ text: filterText(filter, value), about: SEARCH_FILTERS[filter], typed: `${before}${filterText(filter, value)} ` }))
    .filter((completion) => completion.typed.trim().toLowerCase() !== typed.trim().toLowerCase());
}

function keys(): readonly SearchFilter[] {
  return Object.keys(SEARCH_FILTERS) as SearchFilter[];
}

function splitAt(word: string): readonly [string, string | null] {
  const colon = word.indexOf(':');
  return colon < 0 ? [word, null] : [word.slice(0, colon), word.slice(colon + 1).replaceAll('"', '')];
}

function valuesOf(filter: SearchFilter, { agents, folders, workspaces }: FilterValues): readonly string[] {
  switch (filter) {
    case 'agent':
      return ['default', ...agents];
    case 'in':
      return folders;
    case 'workspace':
      return workspaces;
    case 'role':
      return SEARCH_ROLES;
    case 'has':
      return ['tool'];
    case 'before':
    case 'after':
      return [];
  }
}

import { DEFAULT_AGENT } from '../../core/models/agent-profile.ts';
import type { SearchHit } from '../../core/models/records.ts';
import { dayOfFilter, parseSearch, SEARCH_FILTERS, SEARCH_ROLES, type TypedFilter } from '../../core/models/search-query.ts';
import type { Search, SearchLimits } from '../ports/search.ts';
import type { AgentStore, FolderStore } from '../ports/stores.ts';

export interface SearchHistoryDeps {
  readonly search: Search;
  readonly agents: AgentStore;
  readonly folders: FolderStore;
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** What of the query could not be understood, and whether not all was looked at; in sentences. */
  readonly notes: readonly string[];
}

type Understood = { -readonly [Key in keyof SearchLimits]: SearchLimits[Key] };

/** Searches all that was said and done. What is wrong in the query is told beside the hits, and never an error. */
export async function searchHistory(deps: SearchHistoryDeps, query: string, { limit }: { readonly limit: number }): Promise<SearchAnswer> {
  const { words, filters } = parseSearch(query);
  const notes: string[] = [];
  const limits: Understood = {};
  for (const filter of filters) {
    const note = await understand(deps, filter, limits);
    if (note !== null) notes.push(note);
  }
  if (Object.keys(limits).length === 0) {
    // A filter that means nothing narrows nothing; without a word beside it there is nothing to be looked for.
    return { hits: await deps.search.search(words, { limit }), notes };
  }
  const { hits, isCut } = await deps.search.searchWithin(words, limits, { limit });
  if (isCut) notes.push('Only the newest were looked at. Add a word or another filter to reach further back.');
  return { hits, notes };
}

/** Adds what a filter means to the limits. @returns what is wrong with it, or null */
async function understand(deps: SearchHistoryDeps, { key, value }: TypedFilter, limits: Understood): Promise<string | null> {
  if (value === '') return `“${key}:” wants something behind it: ${SEARCH_FILTERS[key]}.`;
  const wanted = value.toLowerCase();
  switch (key) {
    case 'agent': {
      const found = (await deps.agents.all()).filter(({ name }) => name.toLowerCase().includes(wanted)).map(({ id }) => id);
      if (wanted === DEFAULT_AGENT) limits.agentIds = [null];
      else if (found.length > 0) limits.agentIds = found;
      else return noSuch('agent', value);
      return null;
    }
    case 'in': {
      const found = (await deps.folders.all()).filter(({ name }) => name.toLowerCase().includes(wanted)).map(({ id }) => id);
      if (found.length === 0) return noSuch('folder', value);
      limits.folderIds = found;
      return null;
    }
    case 'workspace':
      limits.workspace = value;
      return null;
    case 'role': {
      const role = SEARCH_ROLES.find((each) => each === wanted);
      if (!role) return `“role:” is person, agent or tool, not “${value}”.`;
      limits.role = role;
      return null;
    }
    case 'before':
    case 'after': {
      const day = dayOfFilter(value);
      if (day === null) return `“${key}:” wants a day as 2026-11-24, not “${value}”.`;
      limits[key] = day;
      return null;
    }
    case 'has':
      if (wanted !== 'tool') return `“has:” knows “tool” alone, not “${value}”.`;
      limits.hasTool = true;
      return null;
  }
}

function noSuch(kind: string, value: string): string {
  return `There is no ${kind} “${value}”: it was searched everywhere.`;
}

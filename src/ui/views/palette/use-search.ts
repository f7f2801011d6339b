import { useEffect, useState } from 'react';
import type { SearchHit } from '../../../core/models/records.ts';
import { api, failureOf, type CallFailure } from '../../api.ts';

/** Milliseconds after the last key before it is searched. */
const PAUSE = 90;
const LIMIT = 40;

export interface Search {
  /** What the hits are of: the words that were searched last. */
  readonly query: string;
  readonly hits: readonly SearchHit[];
  /** What of the query was not understood. */
  readonly notes: readonly string[];
  /** Milliseconds that the answer took. */
  readonly took: number | null;
  readonly failure: CallFailure | null;
}

const NOTHING: Search = { query: '', hits: [], notes: [], took: null, failure: null };

/** Searches messages, tool inputs and results while it is typed. Hits stay until there are newer ones; late answers are dropped. */
export function useSearch(typed: string): Search {
  const query = typed.trim();
  const [search, setSearch] = useState<Search>(NOTHING);
  useEffect(() => {
    if (query.length < 2) {
      setSearch(NOTHING);
      return undefined;
    }
    let isWanted = true;
    const timer = setTimeout(() => {
      const startedAt = performance.now();
      api.search({ query, limit: LIMIT }).then(
        ({ hits, notes }) => {
          if (isWanted) setSearch({ query, hits: together(hits), notes, took: performance.now() - startedAt, failure: null });
        },
        (error: unknown) => {
          if (isWanted) setSearch({ query, hits: [], notes: [], took: null, failure: failureOf(error) });
        },
      );
    }, PAUSE);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [query]);
  return search;
}

/** Hits of one conversation next to each other, each conversation where its first one stood. */
function together(hits: readonly SearchHit[]): readonly SearchHit[] {
  return [...Map.groupBy(hits, (hit) => hit.conversationId).values()].flat();
}

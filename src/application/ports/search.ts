import type { SearchHit } from '../../core/models/records.ts';
import type { SearchRole } from '../../core/models/search-query.ts';

/** What a search is held to. Times are milliseconds since 1970. */
export interface SearchLimits {
  /** Null among them: the agent that works where none was chosen. */
  readonly agentIds?: readonly (string | null)[];
  readonly folderIds?: readonly string[];
  /** A part of the workspace's path. */
  readonly workspace?: string;
  readonly role?: SearchRole;
  readonly before?: number;
  readonly after?: number;
  /** Only of conversations in which a tool was used. */
  readonly hasTool?: true;
}

/** Full-text search over messages, tool inputs and tool results. What is in the trash is not found. */
export interface Search {
  /** Words (all must occur), "phrases", prefixes*. Best first; of very many, newest first. */
  search(query: string, options: { readonly limit: number }): Promise<readonly SearchHit[]>;
  /** The same within limits, or without words all that is within them; newest first. `isCut`: it stopped before it had looked at everything. */
  searchWithin(
    query: string,
    limits: SearchLimits,
    options: { readonly limit: number },
  ): Promise<{ readonly hits: readonly SearchHit[]; readonly isCut: boolean }>;
}

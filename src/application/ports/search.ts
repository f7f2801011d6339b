import type { SearchHit } from '../../core/models/records.ts';

/** Full-text search over messages, tool inputs and tool results: words (all must occur), "phrases", prefixes* . Best first; of very many, newest first. What is in the trash is not found. */
export interface Search {
  search(query: string, options: { readonly limit: number }): Promise<readonly SearchHit[]>;
}

export type SearchKind = 'message' | 'tool_input' | 'tool_result';

export interface SearchHit {
  readonly conversationId: string;
  readonly conversationTitle: string;
  readonly messageId: string;
  readonly kind: SearchKind;
  /** Text around the hit; what matched stands between U+0002 and U+0003. */
  readonly excerpt: string;
  readonly createdAt: number;
}

/** Full-text search over messages, tool inputs and tool results: words (all must occur), "phrases", prefixes* . Best first. */
export interface Search {
  search(query: string, options: { readonly limit: number }): Promise<readonly SearchHit[]>;
}

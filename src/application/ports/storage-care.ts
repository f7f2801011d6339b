import type { Pruned, Retention, StoredSize } from '../../core/models/storage.ts';

/**
 * What takes room in one place, and what is kept there for a time only. Never touches a word of a conversation, nor what a tool gave back.
 * All reject with FailureError as what they look after does.
 */
export interface StorageCare {
  measure(): Promise<readonly StoredSize[]>;
  /** What `prune` would take away now. */
  plan(retention: Retention): Promise<readonly Pruned[]>;
  /** Takes away what is older, in small pieces, so that nobody waits for it; what was taken away is said where it stood. */
  prune(retention: Retention): Promise<readonly Pruned[]>;
}

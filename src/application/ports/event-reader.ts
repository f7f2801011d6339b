import type { AnnouncedEvent } from '../../core/agent/agent-event.ts';

/** What changed outside of a run: to be read again by whoever shows it. */
export type Change =
  | { readonly type: 'conversation_changed'; readonly conversationId: string }
  | { readonly type: 'conversation_deleted'; readonly conversationId: string }
  | { readonly type: 'rules_changed' }
  | { readonly type: 'settings_changed' }
  | { readonly type: 'agents_changed' }
  | { readonly type: 'folders_changed' };

/** One entry of the change feed, with the words that belong to it read from the tables. */
export type FeedEntry =
  | {
      readonly kind: 'event';
      readonly seq: number;
      readonly conversationId: string;
      readonly runId: string;
      readonly event: AnnouncedEvent;
    }
  | { readonly kind: 'change'; readonly seq: number; readonly change: Change };

/** Words of a part or of a running call that is not complete yet: all from `offset` on, in characters. */
export interface GrowingWords {
  readonly kind: 'part' | 'call';
  readonly ownerId: string;
  readonly conversationId: string;
  readonly runId: string;
  readonly offset: number;
  readonly text: string;
}

export interface FeedReading {
  readonly entries: readonly FeedEntry[];
  /** The last place that was looked at: entries whose words are gone are passed over. */
  readonly through: number;
  readonly growing: readonly GrowingWords[];
}

/**
 * Reading the change feed, which every process on the data folder writes. Rejects with FailureError only for a damaged or busy database.
 * `position` is the last place in the feed. `mark` changes when another process has written. `read` gives at most `limit` entries after a
 * place, and what is growing at that same moment, from the offsets that are known already (0 where none is).
 */
export interface EventReader {
  position(): Promise<number>;
  mark(): Promise<number>;
  read(options: {
    readonly after: number;
    readonly limit: number;
    readonly known: ReadonlyMap<string, number>;
    /** Leaves out what grows by this process. */
    readonly exceptOwner: string | null;
  }): Promise<FeedReading>;
}

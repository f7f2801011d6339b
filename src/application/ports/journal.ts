import type { Actor, AgentEvent } from '../../core/agent/agent-event.ts';

/** A stretch of a growing part or of a running tool's output, by the id of its owner; `offset` in characters. */
export interface DraftChunk {
  readonly ownerId: string;
  readonly offset: number;
  readonly text: string;
}

export interface Committed {
  /** The run's version after the commit: one more for each event that enters the feed. */
  readonly version: number;
  /** Place in the feed of each event of the commit, in the same order; null for those that do not enter it. */
  readonly seqs: readonly (number | null)[];
}

/**
 * The one way to write what happens. One transaction appends the events and brings the tables up to date.
 *
 * Rejects with FailureError: `version_conflict` when the run was changed by somebody else (nothing is written),
 * `disk_full`, `database_busy`, `database_damaged`. After a rejection nothing of the commit is there.
 */
export interface Journal {
  commit(runId: string, expectedVersion: number, events: readonly AgentEvent[], actor: Actor): Promise<Committed>;
  /** Stores words as they stream, before anyone is told of them (R1). Gone when their part or call is completed. */
  appendDrafts(chunks: readonly DraftChunk[]): Promise<void>;
}

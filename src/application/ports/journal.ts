import type { Actor, AgentEvent } from '../../core/agent/agent-event.ts';

export interface Committed {
  /** The run's version after the commit: one more for each event that enters the feed. */
  readonly version: number;
  /** Place in the feed of each event of the commit, in the same order; null for those that do not enter it. */
  readonly seqs: readonly (number | null)[];
  /**
   * Kept when a power cut cannot undo the commit either, as far as it must not; till then nobody is told of it. Null: so it is already.
   * Rejects with FailureError `disk_full`, `database_unusable`.
   */
  readonly settled: Promise<void> | null;
}

/**
 * The one way to write what happens. One transaction appends the events and brings the tables up to date. Words that stream are kept as
 * drafts until their part or call is completed; a commit of nothing else leaves the version of the run as it is, and asks for none.
 *
 * Rejects with FailureError: `version_conflict` when the run was changed by somebody else (nothing is written), `conversation_busy` when
 * it begins a run where another one is at work, or has been since its message was made,
 * `disk_full`, `database_busy`, `database_damaged`. After a rejection nothing of the commit is there.
 */
export interface Journal {
  commit(runId: string, expectedVersion: number, events: readonly AgentEvent[], actor: Actor): Promise<Committed>;
}

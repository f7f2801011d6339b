import type { AgentEvent } from '../../core/agent/agent-event.ts';
import { emptySnapshot, foldEvent, type ConversationSnapshot } from '../../core/agent/conversation-fold.ts';

/** Conversations that are kept; one of ten thousand messages takes some ten megabytes. */
const KEPT = 3;

/**
 * How conversations stood when their last run here ended. The next run begins with that, where nothing came between, instead of reading
 * the whole path again, which takes a tenth of a second for ten thousand messages.
 */
export class LastSnapshots {
  readonly #kept = new Map<string, ConversationSnapshot>();

  /** @param snapshot as an ended run left it, with everything that was committed in it */
  keep(snapshot: ConversationSnapshot): void {
    this.forget(snapshot.conversationId);
    this.#kept.set(snapshot.conversationId, snapshot);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.forget(oldest);
  }

  forget(conversationId: string): void {
    this.#kept.delete(conversationId);
  }

  /**
   * The conversation after the events that begin a run, as they were committed: the commit held the message against the head. Null where
   * what came before is not known here: a message of another process stands before it, or it goes on from somewhere else.
   */
  after(begun: readonly AgentEvent[]): ConversationSnapshot | null {
    const accepted = begun.find((event) => event.type === 'input_accepted');
    if (!accepted?.run || accepted.branch !== undefined) return null;
    const { conversationId, parentId } = accepted.message;
    const before = parentId === null ? emptySnapshot(conversationId) : this.#kept.get(conversationId);
    if (!before || (before.messages.at(-1)?.id ?? null) !== parentId) return null;
    return begun.reduce(foldEvent, before);
  }
}

import type { ConversationMode } from '../../core/models/conversation.ts';
import type { Change } from './event-reader.ts';

/** What a person changes by hand, outside of any run. Each returns false when there is no such thing (any more). */
export interface ConversationEditor {
  update(
    conversationId: string,
    change: {
      readonly title?: string | undefined;
      readonly pinned?: boolean | undefined;
      readonly archived?: boolean | undefined;
      readonly mode?: ConversationMode | undefined;
      /** Null: out of any folder. */
      readonly folderId?: string | null | undefined;
    },
  ): Promise<boolean>;
  /** Names it, unless the person (or a model) has done so. */
  giveTitle(conversationId: string, title: string): Promise<boolean>;
  /**
   * Leads the path through a message, to the newest end below it; where it leads through it already, nothing changes. Null: there is no
   * such message. Rejects with FailureError(`conversation_busy`) while a run is at work in the conversation.
   */
  leadThrough(conversationId: string, messageId: string): Promise<{ readonly headMessageId: string } | null>;
  /** @param at since when it is in the trash, milliseconds since 1970; null takes it out. Rejects with `conversation_busy` as above */
  setTrashed(conversationId: string, at: number | null): Promise<boolean>;
  /** @param text the new words of an input that still waits; null takes it back. @returns its conversation, or null when it does not wait any more */
  changeWaiting(inputId: string, text: string | null): Promise<{ readonly conversationId: string } | null>;
  /**
   * Puts an input that still waits before another one of its kind (a steer, or a follow-up); null: behind all of them.
   * @returns its conversation, or null when one of the two does not wait any more, or they are of different kinds
   */
  moveWaiting(inputId: string, before: string | null): Promise<{ readonly conversationId: string } | null>;
}

/** Puts a change into the feed, so that every window of every process learns of it. @returns its place */
export interface ChangeLog {
  record(change: Change): Promise<number>;
}

import type { ConversationMode } from '../../core/models/conversation.ts';
import type { Change } from './event-reader.ts';

/** What a person changes by hand, outside of any run. Each returns false when there is no such thing (any more). */
export interface ConversationEditor {
  update(
    conversationId: string,
    change: { readonly title?: string | undefined; readonly pinned?: boolean | undefined; readonly mode?: ConversationMode | undefined },
  ): Promise<boolean>;
  /** @param text the new words of an input that still waits; null takes it back. @returns its conversation, or null when it does not wait any more */
  changeWaiting(inputId: string, text: string | null): Promise<{ readonly conversationId: string } | null>;
}

/** Puts a change into the feed, so that every window of every process learns of it. @returns its place */
export interface ChangeLog {
  record(change: Change): Promise<number>;
}

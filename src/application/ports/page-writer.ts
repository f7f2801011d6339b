import type { ToolCall } from '../../core/models/tool-call.ts';
import type { ConversationPicture } from './pictures.ts';

/**
 * Writes a conversation as one page of HTML that stands alone: styles inside, nothing fetched, no script. What a model or a document said
 * is text in it and never markup (S6). Never rejects.
 */
export interface PageWriter {
  /** @param calls by id, with their whole outputs */
  write(picture: ConversationPicture, calls: ReadonlyMap<string, ToolCall>): Promise<string>;
}

import type { ToolCall } from '../../core/models/tool-call.ts';
import type { ConversationPicture } from './pictures.ts';

/**
 * Writes a conversation as one page of HTML that stands alone: styles inside, nothing fetched, no script. What a model or a document said
 * is text in it and never markup (S6). Never rejects.
 */
export interface PageWriter {
  /**
   * @param calls by id, with their whole outputs
   * @param media bytes of pictures and PDFs in base64, by hash
   */
  write(picture: ConversationPicture, calls: ReadonlyMap<string, ToolCall>, media: ReadonlyMap<string, string>): Promise<string>;
}

import { isPicture, mediaInWords, type Media, type NamedMedia } from '../models/media.ts';
import type { Message } from '../models/message.ts';
import type { ToolCall } from '../models/tool-call.ts';
import type { Trust } from '../models/trust.ts';
import type { Block, MediaBlock, Sight } from './language-model.ts';

/** What a request can show of pictures and PDFs. */
export interface Shelf {
  /** Absent: the model takes words alone. */
  readonly sight?: Sight | undefined;
  /** Bytes in base64, by their hash: all that the model takes of the messages and calls that may enter the request. */
  readonly base64: ReadonlyMap<string, string>;
}

/** How the model names a file that was handed over, where a tool is to read it. */
export const ATTACHED = 'attached:';

export function isTaken(media: Media, sight: Sight | undefined): boolean {
  return sight?.takes.includes(media.mediaType) ?? false;
}

/** Everything of these messages and their calls that the model takes. */
export function mediaIn(
  messages: readonly Message[],
  calls: ReadonlyMap<string, ToolCall>,
  sight: Sight | undefined,
): readonly NamedMedia[] {
  return messages.flatMap((message) =>
    message.parts.flatMap((part): readonly NamedMedia[] => {
      const all = part.type === 'media' ? [part] : part.type === 'tool_call' ? (calls.get(part.callId)?.media ?? []) : [];
      return all.filter(({ media }) => isTaken(media, sight));
    }),
  );
}

/** What was handed over with a message, as the model is shown it. */
export function shownWith(message: Message, section: 'input' | 'history', shelf: Shelf): readonly MediaBlock[] {
  return message.parts.flatMap((part) =>
    part.type === 'media' ? mediaBlock(part, { section, source: `message:${message.id}`, trust: part.trust }, shelf) : [],
  );
}

/** What a call gave, as the model is shown it. */
export function shownBy(call: ToolCall, shelf: Shelf): readonly MediaBlock[] {
  return (call.media ?? []).flatMap((one) => mediaBlock(one, { section: 'history', source: `call:${call.id}`, trust: call.trust }, shelf));
}

function mediaBlock(
  { name, media }: NamedMedia,
  origin: { readonly section: Block['section']; readonly source: string; readonly trust: Trust },
  { sight, base64 }: Shelf,
): readonly MediaBlock[] {
  const bytes = isTaken(media, sight) ? base64.get(media.hash) : undefined;
  return bytes === undefined ? [] : [{ name, media, base64: bytes, ...origin }];
}

/** The words beside it: which file it is, and, where the model is not shown it, what there is instead. */
export function handedOver({ name, media }: NamedMedia, { sight }: Shelf): string {
  const what = `Handed over with the message: ${name} (${mediaInWords(media)}).`;
  if (isTaken(media, sight)) return what;
  if (isPicture(media)) return `${what} You cannot see it.`;
  return `${what} You are not shown it: read it with read_document, path ${JSON.stringify(ATTACHED + name)}.`;
}

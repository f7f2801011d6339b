import type { Trust } from './trust.ts';

/** Kinds of files that models take as they are. */
export type MediaType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'application/pdf';

export const PICTURE_TYPES: readonly MediaType[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/**
 * A picture or a PDF that models are shown as it is. Its bytes are kept once with the conversation, under `hash` (SHA-256 in hex);
 * messages and calls carry only this.
 */
export interface Media {
  readonly mediaType: MediaType;
  readonly hash: string;
  readonly bytes: number;
  /** In pixels; of pictures. */
  readonly width?: number;
  readonly height?: number;
  /** Of documents, as far as it can be told without reading them. */
  readonly pages?: number;
}

/** Media under the name that a person knows them by. */
export interface NamedMedia {
  readonly name: string;
  readonly media: Media;
}

/** Bytes that come with an event and are stored with it. */
export interface MediaBytes {
  readonly hash: string;
  readonly data: Uint8Array;
}

/** What a person hands over with a message: the words of a text file, or a file that goes as it is. */
export type Attachment =
  | { readonly name: string; readonly trust: Trust; readonly text: string }
  | { readonly name: string; readonly trust: Trust; readonly media: Media };

/** An attachment that comes for the first time: with its bytes. */
export type NewAttachment = Attachment & { readonly data?: Uint8Array };

export function isPicture(media: Media): boolean {
  return media.mediaType !== 'application/pdf';
}

/** "PNG", "PDF". */
export function formatName({ mediaType }: Pick<Media, 'mediaType'>): string {
  return mediaType.slice(mediaType.indexOf('/') + 1).toUpperCase();
}

/** What one sees of it before it is opened: "PNG, 640 × 480 pixels". */
export function mediaInWords(media: Omit<Media, 'hash' | 'bytes'>): string {
  if (media.width !== undefined && media.height !== undefined) return `${formatName(media)}, ${media.width} × ${media.height} pixels`;
  if (media.pages === undefined) return formatName(media);
  return `${formatName(media)}, ${media.pages === 1 ? '1 page' : `${media.pages} pages`}`;
}

import { failure, type Failure, type Result } from './failure.ts';
import type { Media, MediaType } from './media.ts';

/** Bytes of a picture: what is left of the 5 MB that the strictest provider takes when it is written in base64. */
export const LARGEST_PICTURE = 3_900_000;
/** Bytes of a PDF. */
export const LARGEST_PDF = 10_000_000;
/** Pixels of each side, as the strictest provider takes them, and of the whole. */
const LONGEST_SIDE = 8_000;
const MOST_PIXELS = 40_000_000;

/** What a file is by its content. */
export type MediaFormat = Omit<Media, 'hash'>;

/** The kind of file that bytes begin like, whatever its name says; null: none that models take. */
export function mediaTypeOf(bytes: Uint8Array): MediaType | null {
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (ascii(bytes, 0, 6) === 'GIF87a' || ascii(bytes, 0, 6) === 'GIF89a') return 'image/gif';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'image/webp';
  if (ascii(bytes, 0, 5) === '%PDF-') return 'application/pdf';
  return null;
}

/**
 * Reads the head of a picture or a PDF, and its end, without decoding it: a picture that would fill the memory is refused before anybody
 * opens it. `name` is for the message. Codes: `media_unsupported`, `media_damaged`, `media_too_large`.
 */
export function readFormat(bytes: Uint8Array, name: string): Result<MediaFormat> {
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === null) return failed('media_unsupported', `${name} is no PNG, JPEG, WebP, GIF or PDF, whatever it is called.`);
  const largest = mediaType === 'application/pdf' ? LARGEST_PDF : LARGEST_PICTURE;
  if (bytes.length > largest) {
    return failed('media_too_large', `${name} has ${megabytes(bytes.length)} MB; at most ${megabytes(largest)} MB can be handed over.`);
  }
  if (mediaType === 'application/pdf') return readPdf(bytes, name);
  const size = sizeOf(bytes, mediaType);
  if (size === null || size.width === 0 || size.height === 0) return failed('media_damaged', `${name} is cut or damaged.`);
  const { width, height } = size;
  if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > MOST_PIXELS) {
    return failed('media_too_large', `${name} has ${width} × ${height} pixels; at most ${LONGEST_SIDE} on a side can be handed over.`);
  }
  return { ok: true, value: { mediaType, bytes: bytes.length, width, height } };
}

function failed(code: Failure['code'], message: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: failure(code, message) };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Null: the head, or the end, is missing. */
function sizeOf(bytes: Uint8Array, mediaType: MediaType): Size | null {
  switch (mediaType) {
    case 'image/png':
      return pngSize(bytes);
    case 'image/gif':
      return gifSize(bytes);
    case 'image/jpeg':
      return jpegSize(bytes);
    case 'image/webp':
      return webpSize(bytes);
    case 'application/pdf':
      return null;
  }
}

/** Source: https://www.w3.org/TR/png-3/#11IHDR; the last chunk is IEND. */
function pngSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 45 || ascii(bytes, 12, 16) !== 'IHDR') return null;
  if (!endsWithin(bytes, 'IEND', 64)) return null;
  const view = viewOf(bytes);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Source: https://www.w3.org/Graphics/GIF/spec-gif89a.txt, section 18; the trailer is 0x3B. */
function gifSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 14 || bytes.subarray(-16).lastIndexOf(0x3b) === -1) return null;
  const view = viewOf(bytes);
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** Walks from segment to segment to the start of frame. Source: ITU-T T.81, annex B. */
function jpegSize(bytes: Uint8Array): Size | null {
  if (!hasJpegEnd(bytes)) return null;
  const view = viewOf(bytes);
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    // Fill bytes stand before a marker, as many as one likes.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // The scan begins, and no frame was told of.
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}

/** Cameras write more behind the end of the picture: it is looked for in the last part of the file. */
function hasJpegEnd(bytes: Uint8Array): boolean {
  const from = Math.max(2, bytes.length - 65_536);
  for (let at = bytes.length - 2; at >= from; at -= 1) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}

/** Source: https://developers.google.com/speed/webp/docs/riff_container and RFC 6386, section 9.1. */
function webpSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 30) return null;
  const view = viewOf(bytes);
  // The length that the container tells of must be there.
  if (view.getUint32(4, true) + 8 > bytes.length) return null;
  switch (ascii(bytes, 12, 16)) {
    case 'VP8X':
      return { width: 1 + uint24(bytes, 24), height: 1 + uint24(bytes, 27) };
    case 'VP8L': {
      if (bytes[20] !== 0x2f) return null;
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case 'VP8 ':
      if (bytes[23] !== 0x9d || bytes[24] !== 0x01 || bytes[25] !== 0x2a) return null;
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return null;
  }
}

/** Pages are counted where they stand in the open; in compressed object streams nothing can be told without reading the document. */
function readPdf(bytes: Uint8Array, name: string): Result<MediaFormat> {
  if (!endsWithin(bytes, '%%EOF', 2_048)) return failed('media_damaged', `${name} is cut or damaged: its end is missing.`);
  const pages = countPages(bytes);
  return { ok: true, value: { mediaType: 'application/pdf', bytes: bytes.length, ...(pages > 0 ? { pages } : {}) } };
}

/** The largest `/Count` of a tree of pages, or the pages themselves. */
function countPages(bytes: Uint8Array): number {
  let pages = 0;
  let most = 0;
  for (let at = bytes.indexOf(SLASH); at !== -1; at = bytes.indexOf(SLASH, at + 1)) {
    const word = ascii(bytes, at, at + 20);
    if (/^\/Type\s*\/Page(?!s)\b/.test(word)) pages += 1;
    const count = /^\/Count\s+(\d{1,6})\b/.exec(word)?.[1];
    if (count !== undefined) most = Math.max(most, Number(count));
  }
  return Math.max(pages, most);
}

const SLASH = 0x2f;

function startsWith(bytes: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, index) => bytes[index] === byte);
}

function endsWithin(bytes: Uint8Array, word: string, distance: number): boolean {
  return ascii(bytes, Math.max(0, bytes.length - distance), bytes.length).includes(word);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

function megabytes(count: number): string {
  return (count / 1_000_000).toFixed(1);
}

import { failure, type Result } from './failure.ts';
import { mediaTypeOf, readFormat, type MediaFormat } from './media-format.ts';

/** Characters of a text file that is handed over with a message. */
const LARGEST_TEXT = 400_000;

/** What a file that a person hands over is: a picture or a PDF, which goes as it is, or words. */
export type HandedOver = { readonly kind: 'media'; readonly format: MediaFormat } | { readonly kind: 'text'; readonly text: string };

/** Names by which one expects a picture or a PDF. */
const NAMED_MEDIA = /\.(?:png|jpe?g|webp|gif|pdf|bmp|tiff?|heic|heif|avif|ico)$/i;

/**
 * Told by its content, not by its name. Codes: those of `readFormat`; `file_binary` for what is neither media nor words,
 * `file_too_large` for too many words.
 */
export function readHandedOver(name: string, bytes: Uint8Array): Result<HandedOver> {
  if (mediaTypeOf(bytes) !== null || NAMED_MEDIA.test(name)) {
    const format = readFormat(bytes, name);
    return format.ok ? { ok: true, value: { kind: 'media', format: format.value } } : format;
  }
  const text = wordsIn(bytes);
  if (text === null) return { ok: false, failure: failure('file_binary', `${name} is not a text file, a picture or a PDF.`) };
  if (text.length > LARGEST_TEXT) {
    const limit = LARGEST_TEXT.toLocaleString('en-US');
    return { ok: false, failure: failure('file_too_large', `${name} has more than ${limit} characters.`) };
  }
  return { ok: true, value: { kind: 'text', text } };
}

/** The words of a file in UTF-8; null when it is something else. */
function wordsIn(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? null : text;
  } catch {
    return null;
  }
}

import { FailureError } from '../../core/models/failure.ts';

/** How a text file is written on the disk. UTF-16 only with its byte order mark. */
export type TextEncoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';

export function encodingOf(start: Uint8Array): TextEncoding {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8-bom';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/**
 * The text of a file's bytes, without its byte order mark.
 * @throws FailureError file_binary when the bytes are not text in any of the encodings
 */
export function decodeText(bytes: Uint8Array, shown: string, encoding: TextEncoding = encodingOf(bytes)): string {
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be';
  if (!wide && bytes.includes(0)) throw binary(shown);
  try {
    return new TextDecoder(encoding === 'utf-8-bom' ? 'utf-8' : encoding, { fatal: true }).decode(bytes);
  } catch {
    throw binary(shown);
  }
}

/** The bytes of a text in the encoding that its file had, with its byte order mark. */
export function encodeText(text: string, encoding: TextEncoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.from(`\ufeff${text}`, encoding === 'utf-8-bom' ? 'utf8' : 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

export function binary(shown: string): FailureError {
  return new FailureError('file_binary', `${shown} is not a text file.`);
}

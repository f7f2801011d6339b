/** Text of unknown encoding, and what it was taken for. */
export interface Decoded {
  readonly text: string;
  /** Null for UTF-8, which needs no mention. */
  readonly encoding: string | null;
}

/** Encodings that name themselves so, and no others: Node knows them all. */
const SAID = /charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,30})/i;

/**
 * The text of bytes: by their byte order mark, as they are said to be, as UTF-8, else as Windows-1252, which any bytes can be.
 * @param said a content type, or the beginning of an HTML page
 * @returns null when the bytes are no text at all
 */
export function decodeBytes(bytes: Buffer, said: string | null): Decoded | null {
  const marked = byMark(bytes);
  if (marked !== null) return { text: new TextDecoder(marked).decode(bytes), encoding: marked };
  if (bytes.subarray(0, 65_536).includes(0)) return null;
  const label = said === null ? undefined : SAID.exec(said)?.[1];
  const named = label === undefined ? null : decoderFor(label);
  if (named !== null && named.encoding !== 'utf-8') return { text: named.decode(bytes), encoding: named.encoding };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: null };
  } catch {
    if (named !== null) return { text: named.decode(bytes), encoding: null };
  }
  const controls = bytes
    .subarray(0, 65_536)
    .reduce((count, byte) => count + (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 ? 1 : 0), 0);
  return controls > 8 ? null : { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
}

function byMark(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
}

function decoderFor(label: string): TextDecoder | null {
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
}

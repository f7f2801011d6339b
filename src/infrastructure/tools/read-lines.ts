import { type PlainFile, turnAfter } from './open-file.ts';
import { decodeText } from './text-encoding.ts';

/** After the wanted lines, how many more bytes are read to tell how many lines there are in all. */
const COUNTED_BYTES = 64 * 1024 * 1024;
/** Bytes that are read at once: the whole of most files, so that one reading is enough. */
const SMALLEST_PIECE = 8 * 1024;
const LARGEST_PIECE = 256 * 1024;

/**
 * Lines `first` to `last` of an open UTF-8 file, read in pieces: memory does not grow with the file.
 * The first line of the result says which lines these are, of how many where the file is not too long to count.
 * @param limit bytes of text at most; what goes beyond is left out, and said
 * @throws FailureError file_binary when the wanted lines are not text
 */
export async function readLines(
  file: PlainFile,
  shown: string,
  range: { readonly first: number; readonly last: number },
  limit: number,
  signal: AbortSignal,
): Promise<string> {
  // 0 where the file does not tell.
  const { size } = file;
  const piece = Buffer.allocUnsafe(Math.max(SMALLEST_PIECE, Math.min(LARGEST_PIECE, size + 1)));
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let line = 1;
  let position = 0;
  let endOfRange: number | null = null;
  let lastByte = 10;
  while (true) {
    signal.throwIfAborted();
    const bytesRead = file.read(piece, position);
    if (bytesRead === 0) break;
    let at = 0;
    while (at < bytesRead) {
      const newline = piece.indexOf(10, at);
      const end = newline < 0 || newline >= bytesRead ? bytesRead : newline + 1;
      if (line >= range.first && line <= range.last && keptBytes < limit) {
        const part = piece.subarray(at, Math.min(end, at + limit - keptBytes));
        kept.push(Buffer.from(part));
        keptBytes += part.length;
      }
      if (newline >= 0 && newline < bytesRead) line += 1;
      at = end;
    }
    position += bytesRead;
    await turnAfter(position, bytesRead);
    lastByte = piece[bytesRead - 1] ?? 10;
    if (line > range.last) endOfRange ??= position;
    if (endOfRange !== null && position - endOfRange > COUNTED_BYTES) return told(null);
    if (keptBytes >= limit) return told(null);
    // What is written to it meanwhile is not waited for.
    if (size > 0 && position >= size) break;
  }
  return told(lastByte === 10 ? line - 1 : line);

  function told(total: number | null): string {
    if (total !== null && range.first > total) return `(there is no line ${range.first}: the file has ${total} lines)`;
    const whole = Buffer.concat(kept);
    const isCut = keptBytes >= limit;
    const text = decodeText(isCut ? whole.subarray(0, endOfWord(whole)) : whole, shown).replace(/\n$/, '');
    const last = isCut ? range.first + text.split('\n').length - 1 : total === null ? range.last : Math.min(range.last, total);
    const note = isCut ? `\n[cut here: read on from line ${last}]` : '';
    return `lines ${range.first}–${last}${total === null ? '' : ` of ${total}`}\n${text}${note}`;
  }
}

/** Where to cut bytes so that no character is split. */
function endOfWord(bytes: Buffer): number {
  const newline = bytes.lastIndexOf(10);
  if (newline > 0) return newline + 1;
  let end = bytes.length;
  while (end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  return Math.max(0, end - 1);
}

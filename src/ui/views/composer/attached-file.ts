import { bytes } from '../../figures.ts';

/** A text file that goes with the next message. */
export interface Attached {
  readonly name: string;
  readonly text: string;
  readonly bytes: number;
}

/** As much as a message can carry: in one file, and in all of them. */
const LARGEST = 400_000;
const LARGEST_TOGETHER = 800_000;
/** Characters of a paste from which on it is material rather than words of one's own. */
const LONG_PASTE = 4_000;
/** Bytes of a token, roughly. */
const BYTES_PER_TOKEN = 3.5;

/** A file's words; why not, when it has none or too many. */
export async function readTextFile(file: File): Promise<{ ok: true; file: Attached } | { ok: false; message: string }> {
  if (file.size > LARGEST)
    return { ok: false, message: `${file.name} is too large to attach (${bytes(file.size)}). Put it into the workspace instead.` };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    if (text.includes('\0')) return { ok: false, message: `${file.name} is not a text file.` };
    return { ok: true, file: { name: file.name || 'Pasted file', text, bytes: file.size } };
  } catch {
    return { ok: false, message: `${file.name} is not a text file.` };
  }
}

/** A paste that is too long to stand between one's own words, as a file of its own; null when it is not. */
export function longPaste(text: string, others: readonly Attached[]): Attached | null {
  if (text.length < LONG_PASTE) return null;
  const names = new Set(others.map((file) => file.name));
  let name = 'Pasted text';
  for (let at = 2; names.has(name); at += 1) name = `Pasted text ${at}`;
  return { name, text, bytes: new TextEncoder().encode(text).length };
}

/** Why a file cannot go with these as well; null when it can. */
export function tooMuch(file: Attached, others: readonly Attached[]): string | null {
  if (file.bytes > LARGEST) return `${file.name} is too large to attach (${bytes(file.bytes)}). Put it into the workspace instead.`;
  const all = [...others.filter((each) => each.name !== file.name), file].reduce((sum, each) => sum + each.bytes, 0);
  return all > LARGEST_TOGETHER ? `${file.name} is too much beside the others (${bytes(all)} together).` : null;
}

/** What it will take of the window, roughly. */
export function estimatedTokens(file: Attached): number {
  return Math.ceil(file.bytes / BYTES_PER_TOKEN);
}

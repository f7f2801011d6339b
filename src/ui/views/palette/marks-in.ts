export interface Piece {
  readonly text: string;
  readonly isHit: boolean;
}

/** Between these stands what matched (`SearchHit.excerpt`). */
const START = '\u0002';
const END = '\u0003';

/** Characters before the first hit that are shown, so that it stands in sight where the line is cut. */
const LEAD = 36;

/** An excerpt that begins not far before what was found, at a word. */
export function nearHit(excerpt: string): string {
  const first = excerpt.indexOf(START);
  if (first <= LEAD) return excerpt;
  const from = excerpt.indexOf(' ', first - LEAD);
  const at = from < 0 || from > first ? first - LEAD : from + 1;
  return `…${excerpt.slice(at)}`;
}

/** An excerpt in pieces. A mark without its end goes to the end of the text. Line breaks become spaces: a hit is one line. */
export function marksIn(excerpt: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const add = (text: string, isHit: boolean) => {
    const plain = text.replaceAll(END, '').replaceAll(START, '');
    if (plain) pieces.push({ text: plain, isHit });
  };
  const [before = '', ...rest] = excerpt.replace(/\s+/g, ' ').split(START);
  add(before, false);
  for (const part of rest) {
    const end = part.indexOf(END);
    if (end < 0) add(part, true);
    else {
      add(part.slice(0, end), true);
      add(part.slice(end + 1), false);
    }
  }
  return pieces;
}

/** The same marks around each of the words wherever they begin a word of `text`; null when one of them is nowhere. */
export function markWords(text: string, query: string): string | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const ranges: [number, number][] = [];
  const lower = text.toLowerCase();
  for (const word of words) {
    const at = findWord(lower, word);
    if (at < 0) return null;
    ranges.push([at, at + word.length]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  let marked = '';
  let from = 0;
  for (const [start, end] of ranges) {
    if (start < from) continue;
    marked += `${text.slice(from, start)}${START}${text.slice(start, end)}${END}`;
    from = end;
  }
  return marked + text.slice(from);
}

function findWord(text: string, word: string): number {
  let at = text.indexOf(word);
  while (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) at = text.indexOf(word, at + 1);
  return at;
}

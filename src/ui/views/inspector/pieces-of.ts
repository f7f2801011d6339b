/** Characters in one piece: laid out within a frame, and tall enough that few of them are on the screen. */
const PIECE = 8_000;

/** A long text cut into pieces that, joined, are the text. Never inside of a character. */
export function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    let to = Math.min(text.length, from + PIECE);
    if (to < text.length && isSecondHalf(text.charCodeAt(to))) to += 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** Of a character that JavaScript keeps in two units. */
function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

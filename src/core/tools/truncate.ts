/** Output as the model gets it: whole, or its beginning and end with a note of what is left out. */
export interface Bounded {
  readonly text: string;
  readonly truncated: boolean;
}

/**
 * Bounds a tool's output. Keeps two thirds of the room for the beginning and one third for the end, cut at line ends where near.
 * @param limit characters (UTF-16 units) at most, the note included
 * @param howToReadOn a sentence for the model that names the way to the rest
 */
export function boundOutput(output: string, limit: number, howToReadOn: string): Bounded {
  if (output.length <= limit) return { text: output, truncated: false };
  const note = (left: number) => `\n\n[… ${left} characters left out. ${howToReadOn}]\n\n`;
  const room = Math.max(0, limit - note(output.length).length);
  const head = cutBack(output, Math.floor((room * 2) / 3));
  const tail = cutForward(output, output.length - (room - head.length));
  return { text: head + note(output.length - head.length - tail.length) + tail, truncated: true };
}

function cutBack(text: string, end: number): string {
  const line = text.lastIndexOf('\n', end);
  return wellFormed(text.slice(0, line > end * 0.8 ? line : end));
}

function cutForward(text: string, start: number): string {
  const line = text.indexOf('\n', start);
  return wellFormed(text.slice(line >= 0 && line < start + (text.length - start) * 0.2 ? line + 1 : start));
}

/** Drops half a surrogate pair at either end. */
function wellFormed(text: string): string {
  let from = 0;
  let to = text.length;
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(to - 1);
  if (first >= 0xdc00 && first <= 0xdfff) from = 1;
  if (last >= 0xd800 && last <= 0xdbff) to -= 1;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

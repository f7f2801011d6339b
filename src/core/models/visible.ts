/**
 * Characters that show nothing themselves, or that change how others are shown: whatever holds one may read as something else than it is.
 * `Default_Ignorable_Code_Point` (Unicode, DerivedCoreProperties) are the marks of direction, zero-width spaces and joiners, soft hyphens,
 * fillers, variation selectors and tags. A line feed and a tab are what they look like, and so is what an emoji is put together from.
 */
const DISGUISES =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)|([[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\ufff9-\ufffb]--[\n\t]])/gv;

/** A stretch of a text: as it is, or a character that would not be seen, in words. */
export interface VisiblePiece {
  readonly text: string;
  /** Whether it stands for a character that would not be seen. */
  readonly isEscape: boolean;
}

/** The text with each such character as an escape of its own, `‹U+202E›`: nothing that a model wrote can disguise what will happen (S6). */
export function visiblePieces(text: string): readonly VisiblePiece[] {
  const whole = text.replaceAll('\r\n', '\n');
  const pieces: VisiblePiece[] = [];
  let from = 0;
  for (const match of whole.matchAll(DISGUISES)) {
    const [, hidden] = match;
    if (hidden === undefined) continue;
    if (match.index > from) pieces.push({ text: whole.slice(from, match.index), isEscape: false });
    pieces.push({ text: escapeOf(hidden), isEscape: true });
    from = match.index + hidden.length;
  }
  if (from < whole.length) pieces.push({ text: whole.slice(from), isEscape: false });
  return pieces;
}

/** The same as one text: for a terminal, a name that is read aloud, a tip. */
export function visible(text: string): string {
  return visiblePieces(text)
    .map((piece) => piece.text)
    .join('');
}

/** Whether a text holds a character that would not be seen, or that changes how the others are. */
export function hasInvisible(text: string): boolean {
  return visiblePieces(text).some((piece) => piece.isEscape);
}

function escapeOf(char: string): string {
  return `‹U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`;
}

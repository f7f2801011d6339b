/**
 * A streamed answer without the characters that are commands to a terminal: they would move the cursor, change colours or turn the
 * direction of text. Joiners inside emoji and scripts stay. What a person decides on is shown by `visible` of the core instead.
 */
export function harmless(text: string): string {
  return text.replace(/[[\p{Cc}\p{Bidi_Control}]--[\n\t]]/gv, '');
}

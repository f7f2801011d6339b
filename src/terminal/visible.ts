/** Characters that could move the cursor, change colours or turn the direction of text: in a terminal they are commands, not words. */
const COMMANDS = /[[\p{Cc}\p{Bidi_Control}\u200b-\u200d\u2060-\u2064\ufeff]--[\n\t]]/gv;

/** Text as it is, with every such character shown by its code: nothing that a model wrote can disguise what will happen. */
export function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(COMMANDS, (char) => `⟨${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

/** The same for a streamed answer, where such characters are left out (joiners inside emoji and scripts stay). */
export function harmless(text: string): string {
  return text.replace(/[[\p{Cc}\p{Bidi_Control}]--[\n\t]]/gv, '');
}

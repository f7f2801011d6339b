/** Characters that could move the cursor, change colours or turn the direction of text: in a terminal they are commands, not words. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** Text as it is, with every such character shown by its code: nothing that a model wrote can disguise what will happen. */
export function visible(text: string): string {
  return text.replace(COMMANDS, (char) => (char === '\r' ? '' : `⟨${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}⟩`));
}

/** The same for a streamed answer, where such characters are left out (joiners inside emoji and scripts stay). */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}

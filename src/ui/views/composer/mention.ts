/** What is being typed behind an `@`: where it begins, and the words so far. */
export interface Mention {
  readonly from: number;
  readonly query: string;
}

/** Characters of a path that are looked for. */
const LONGEST = 200;

/** The mention at the caret; null: there is none. An `@` inside of a word, as in an address, begins none. */
export function mentionAt(text: string, caret: number): Mention | null {
  const before = text.slice(Math.max(0, caret - LONGEST), caret);
  const match = /(?:^|[\s([{"'])@([^\s@]*)$/.exec(before);
  if (!match) return null;
  const query = match[1] ?? '';
  return { from: caret - query.length - 1, query };
}

/** The text with the path in place of the mention, and where the caret stands then. A path with spaces stands in marks of its own. */
export function withPath(text: string, mention: Mention, path: string): { readonly text: string; readonly caret: number } {
  const written = `${/\s/.test(path) ? `\`${path}\`` : path} `;
  const after = text.slice(mention.from + 1 + mention.query.length);
  return { text: `${text.slice(0, mention.from)}${written}${after.replace(/^ /, '')}`, caret: mention.from + written.length };
}

import { Lexer, type Token } from 'marked';

/** A text as blocks of markdown, and what is needed to go on from it when the text has grown. */
export interface MarkdownBlocks {
  readonly text: string;
  readonly blocks: readonly Token[];
}

export const NO_BLOCKS: MarkdownBlocks = { text: '', blocks: [] };

/**
 * The blocks of a text. When it is the text before with more at its end, only the last block is read again: what stands before it can
 * no longer change, and its tokens stay the same objects, so that nothing of it is drawn again.
 */
export function markdownBlocks(text: string, before: MarkdownBlocks = NO_BLOCKS): MarkdownBlocks {
  const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  if (source === before.text) return before;
  const kept = source.startsWith(before.text) ? settled(before.blocks) : [];
  const length = kept.reduce((sum, block) => sum + block.raw.length, 0);
  const tail = lexed(source.slice(length));
  return { text: source, blocks: [...kept, ...tail] };
}

/** How deep quotes and lists may lie in each other. Deeper ones say nothing to anybody, and bring browsers down. */
const DEEPEST = 40;

/** Where a block is deeper than that, its words as they were written. */
function lexed(source: string): readonly Token[] {
  try {
    return new Lexer({ gfm: true }).lex(source).map((token) => (isTooDeep(token) ? asWritten(token.raw) : token));
  } catch (error) {
    // The lexer goes down with each of them.
    if (!(error instanceof RangeError)) throw error;
    return [asWritten(source)];
  }
}

function asWritten(raw: string): Token {
  return { type: 'code', raw, text: raw };
}

function isTooDeep(token: Token): boolean {
  let level: readonly Token[] = [token];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    level = level.flatMap((each) => [
      ...('tokens' in each ? (each.tokens ?? []) : []),
      ...('items' in each ? (each.items as Token[]) : []),
    ]);
    if (level.length === 0) return false;
  }
  return true;
}

/** All but the last block that says something: more words may still belong to it. */
function settled(blocks: readonly Token[]): readonly Token[] {
  const last = blocks.findLastIndex((block) => block.type !== 'space');
  return last <= 0 ? [] : blocks.slice(0, last);
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  copy: '©',
  euro: '€',
  deg: '°',
  times: '×',
  rarr: '→',
};

/** Characters that are written by name or number. What has no name here stays as it is written. */
export function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal: string, hex: string, name: string) => {
    if (name) return ENTITIES[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The address of a link that may be followed (S6): the web and mail. Null: it is shown as text. */
export function safeAddress(href: string): string | null {
  try {
    const url = new URL(href);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

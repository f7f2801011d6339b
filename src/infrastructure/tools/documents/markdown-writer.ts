import { pipeTable } from './pipe-table.ts';

/** What is read of a DOM's node; any DOM's. */
export interface DomNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly localName?: string;
  readonly childNodes: ArrayLike<DomNode>;
  getAttribute?(name: string): string | null;
}

const ELEMENT = 1;
const TEXT = 3;

/** Shown to nobody, or of no use as text. */
const SKIPPED: ReadonlySet<string> = new Set(
  'script style noscript template head svg canvas iframe object embed button select input textarea dialog math'.split(' '),
);
const BLOCKS: ReadonlySet<string> = new Set(
  'address article aside body center dd details div dl dt fieldset figcaption figure footer form header hr html main nav p section summary'.split(
    ' ',
  ),
);

/** What stands beside a heading to link to it. */
const PERMALINK = /^[¶#§🔗]$/u;

/** Nesting that is followed; what is deeper is told as it comes. */
const DEEPEST = 400;

/**
 * HTML as Markdown: headings, lists, tables, quotes, code, links. Pictures become their description. What is hidden is left out.
 * @param address for relative links; null leaves them as they are
 */
export function writeMarkdown(root: DomNode, address: string | null): string {
  return tidy(new MarkdownWriter(address).children(root, 0));
}

class MarkdownWriter {
  readonly #address: string | null;

  constructor(address: string | null) {
    this.#address = address;
  }

  children(node: DomNode, depth: number): string {
    if (depth > DEEPEST) return plainText(node);
    let text = '';
    for (const child of Array.from(node.childNodes)) text += this.#node(child, depth + 1);
    return text;
  }

  #node(node: DomNode, depth: number): string {
    if (node.nodeType === TEXT) return (node.nodeValue ?? '').replace(/\s+/g, ' ');
    if (node.nodeType !== ELEMENT) return '';
    const name = node.localName ?? '';
    if (SKIPPED.has(name) || isHidden(node)) return '';
    const heading = /^h([1-6])$/.exec(name)?.[1];
    if (heading !== undefined) return block(`${'#'.repeat(Number(heading))} ${oneLine(this.children(node, depth))}`);
    switch (name) {
      case 'br':
        return '\n';
      case 'hr':
        return block('---');
      case 'pre':
        return block(`\`\`\`\n${plainText(node).replace(/^\n|\n$/g, '')}\n\`\`\``);
      case 'code':
      case 'kbd':
      case 'samp':
        return code(plainText(node));
      case 'strong':
      case 'b':
        return around('**', this.children(node, depth));
      case 'em':
      case 'i':
        return around('*', this.children(node, depth));
      case 'a':
        return this.#link(node, this.children(node, depth));
      case 'img':
        return this.#picture(node);
      case 'ul':
      case 'ol':
        return this.#list(node, name === 'ol', depth);
      case 'blockquote':
        return block(prefixed(tidy(this.children(node, depth)), '> ', '> '));
      case 'table':
        return this.#table(node, depth);
      default:
        return BLOCKS.has(name) ? block(this.children(node, depth)) : this.children(node, depth);
    }
  }

  #link(node: DomNode, words: string): string {
    const target = this.#whole(node.getAttribute?.('href') ?? '');
    const text = words.trim();
    if (target === null && PERMALINK.test(text)) return '';
    if (text === '' || target === null || text.includes('\n')) return words;
    return `[${text}](${target})`;
  }

  #picture(node: DomNode): string {
    const words = oneLine(node.getAttribute?.('alt') ?? '');
    return words === '' ? '' : `[picture: ${words}]`;
  }

  /** Links to the same page, scripts and data are no places to go. */
  #whole(href: string): string | null {
    if (href === '' || href.startsWith('#') || /^(?:javascript|data|vbscript|blob):/i.test(href)) return null;
    if (this.#address === null) return href.replaceAll(/\s/g, '%20');
    if (!URL.canParse(href, this.#address)) return null;
    const target = new URL(href, this.#address);
    return target.hash !== '' && target.href.startsWith(`${this.#address.replace(/#.*$/s, '')}#`) ? null : target.href;
  }

  #list(node: DomNode, isNumbered: boolean, depth: number): string {
    let number = Number(node.getAttribute?.('start') ?? 1) || 1;
    const items = Array.from(node.childNodes).flatMap((child) => {
      const text = tidy(this.#node(child, depth + 1));
      if (text === '') return [];
      const mark = isNumbered ? `${number++}. ` : '- ';
      return [prefixed(text, mark, ' '.repeat(mark.length))];
    });
    return items.length === 0 ? '' : block(items.join('\n'));
  }

  /** A table of cells; one that only lays out a page (cells with blocks in blocks) is told as it comes. */
  #table(node: DomNode, depth: number): string {
    const rows = rowsOf(node);
    const cells = rows.map((row) => row.map((cell) => tidy(this.children(cell, depth))));
    if (cells.length === 0) return block(this.children(node, depth));
    const isLayout = Math.max(...cells.map((row) => row.length)) < 2 || cells.some((row) => row.some((cell) => cell.length > 1000));
    return block(isLayout ? cells.map((row) => row.join('\n\n')).join('\n\n') : pipeTable(cells));
  }
}

/** The rows of a table, not those of tables inside of it. */
function rowsOf(table: DomNode): DomNode[][] {
  const rows: DomNode[][] = [];
  const visit = (node: DomNode, depth: number) => {
    for (const child of Array.from(node.childNodes)) {
      const name = child.localName ?? '';
      if (name === 'tr') rows.push(Array.from(child.childNodes).filter(({ localName }) => localName === 'td' || localName === 'th'));
      else if (/^(?:thead|tbody|tfoot)$/.test(name) && depth < 3) visit(child, depth + 1);
    }
  };
  visit(table, 0);
  return rows.filter((row) => row.length > 0);
}

/** What a reader would not see may still be meant for a model. */
function isHidden(node: DomNode): boolean {
  const style = node.getAttribute?.('style') ?? '';
  return (
    (node.getAttribute?.('hidden') ?? null) !== null ||
    node.getAttribute?.('aria-hidden') === 'true' ||
    /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|rem)?\s*(?:;|$)|opacity\s*:\s*0\s*(?:;|$)/i.test(style)
  );
}

/** Without a recursion of its own: it is also for what is nested too deeply. */
function plainText(root: DomNode): string {
  const parts: string[] = [];
  const waiting: DomNode[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.nodeType === TEXT) parts.push(node.nodeValue ?? '');
    if (SKIPPED.has(node.localName ?? '')) continue;
    waiting.push(...Array.from(node.childNodes).toReversed());
  }
  return parts.join('');
}

function block(text: string): string {
  return text.trim() === '' ? ' ' : `\n\n${text}\n\n`;
}

function around(mark: string, text: string): string {
  const inner = text.trim();
  if (inner === '' || inner.includes('\n')) return text;
  return `${/^\s/.test(text) ? ' ' : ''}${mark}${inner}${mark}${/\s$/.test(text) ? ' ' : ''}`;
}

function code(text: string): string {
  if (text.trim() === '') return text;
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function prefixed(text: string, first: string, others: string): string {
  return text
    .split('\n')
    .map((line, at) => (at === 0 ? first + line : line === '' && others.trim() === '' ? '' : others + line))
    .join('\n');
}

/** One empty line between blocks, none around them, and no spaces where lines begin and end; lines of code stay as they are. */
function tidy(text: string): string {
  const lines: string[] = [];
  let isCode = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    if (isCode) lines.push(line);
    else {
      const tidied = line
        .trimEnd()
        .replace(/^ (?=\S)/, '')
        .replace(/(\S) {2,}(?=\S)/g, '$1 ');
      if (tidied !== '' || lines.at(-1) !== '') lines.push(tidied);
    }
  }
  return lines.join('\n').trim();
}

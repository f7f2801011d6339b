import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { type DomNode, writeMarkdown } from './markdown-writer.ts';
import type { ReadDocument } from './section.ts';

type Page = ReturnType<typeof parseHTML>['document'];

/** Characters of HTML that are read of one page. */
const LONGEST = 8_000_000;
/** An article that is a smaller part of what the page says than this is not what the page is for. */
const LEAST_SHARE = 0.1;

/**
 * An HTML page as Markdown.
 * @param address where it came from; then only its main text is told, where there is one. Null: all of it
 */
export function readHtml(html: string, address: string | null): Omit<ReadDocument, 'kind'> {
  const cut = html.length > LONGEST ? ['The page is very long: its end is left out.'] : [];
  const { document } = parseHTML(wholePage(html.slice(0, LONGEST)));
  const base = baseOf(document, address);
  const title = (document.title ?? '').replace(/\s+/g, ' ').trim();
  const whole = writeMarkdown(document.documentElement, base);
  const main = address === null ? null : mainText(document, base);
  const text = main !== null && main.length >= whole.length * LEAST_SHARE ? main : whole;
  const heading = title === '' || text.startsWith(`# ${title}`) ? '' : `# ${title}\n\n`;
  return { unit: null, count: 1, sections: [{ title: '', text: heading + text }], notes: cut };
}

/** Without a body of its own, a parser would see no page in a piece of one. */
function wholePage(html: string): string {
  return /<html[\s>]/i.test(html.slice(0, 4096)) ? html : `<!doctype html><html><head></head><body>${html}</body></html>`;
}

function baseOf(document: Page, address: string | null): string | null {
  const given = document.querySelector('base[href]')?.getAttribute('href') ?? '';
  if (address === null) return null;
  return URL.canParse(given, address) ? new URL(given, address).href : address;
}

/** What the page is about, without what stands around it. Null: nothing stands out. Changes the document. */
function mainText(document: Page, base: string | null): string | null {
  try {
    const article = new Readability<DomNode>(document, {
      serializer: (node) => node,
      maxElemsToParse: 100_000,
    }).parse();
    return article?.content ? writeMarkdown(article.content, base) : null;
  } catch {
    // It gives up on very large pages; they are told whole.
    return null;
  }
}

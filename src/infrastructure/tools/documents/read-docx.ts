import { readXml } from './xml.ts';
import { relationsOf, type Relation } from './office-package.ts';
import { pipeTable } from './pipe-table.ts';
import type { ReadDocument, Section } from './section.ts';
import type { ZipArchive } from './zip-archive.ts';

/** The text of a Word document, by the pages on which it was last laid out, where it says so; with headings, lists, tables, links and notes. */
export function readDocx(zip: ZipArchive, part: string): Omit<ReadDocument, 'kind'> {
  const pages = storyOf(zip, part);
  const sections: Section[] =
    pages.length === 1 ? [{ title: '', text: pages[0] ?? '' }] : pages.map((text, at) => ({ title: `Page ${at + 1}`, text }));
  const notes = ['footnotes', 'endnotes', 'comments'].flatMap((name) => {
    const file = part.replace(/[^/]+$/, `${name}.xml`);
    const text = zip.has(file) ? storyOf(zip, file).join('\n\n').trim() : '';
    return text === '' ? [] : [`## ${name.charAt(0).toUpperCase()}${name.slice(1)}\n${text}`];
  });
  const last = sections.at(-1);
  if (last && notes.length > 0) sections[sections.length - 1] = { ...last, text: [last.text, ...notes].join('\n\n') };
  return {
    unit: sections.length > 1 ? 'page' : null,
    count: sections.length,
    sections,
    ...(sections.length > 1 ? { notes: ['Pages are those of its last layout in a word processor.'] } : {}),
  };
}

/** One table that is being read; they nest. */
interface OpenTable {
  readonly rows: string[][];
  /** Paragraphs of the cell that is open. */
  cell: string[];
}

/** The text of one part of the package, page by page. */
function storyOf(zip: ZipArchive, part: string): string[] {
  const file = zip.read(part);
  if (!file) return [''];
  const relations = relationsOf(zip, part);
  const story = new Story(relations);
  readXml(file, {
    open: (name, attributes) => story.open(name, attributes),
    close: (name) => story.close(name),
    text: (text) => story.text(text),
  });
  return story.pages();
}

/** Folds the elements of WordprocessingML (ECMA-376 part 1, 17) into text. */
class Story {
  readonly #relations: ReadonlyMap<string, Relation>;
  readonly #pages: string[][] = [[]];
  readonly #tables: OpenTable[] = [];
  #paragraph = '';
  #prefix = '';
  /** What the first paragraph of a note begins with. */
  #noteMark = '';
  #link: { readonly target: string; readonly from: number } | null = null;
  #inText = false;
  #deleted = 0;

  constructor(relations: ReadonlyMap<string, Relation>) {
    this.#relations = relations;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'p':
        this.#paragraph = '';
        this.#prefix = '';
        break;
      case 'pStyle':
        this.#prefix = headingPrefix(attributes['w:val'] ?? '') || this.#prefix;
        break;
      case 'numPr':
        this.#prefix ||= '- ';
        break;
      case 't':
        this.#inText = true;
        break;
      case 'tab':
        // A tab stop in the paragraph's settings has the same name, and a position.
        if (attributes['w:pos'] === undefined) this.#paragraph += '\t';
        break;
      case 'br':
      case 'cr':
        if (attributes['w:type'] === 'page') this.#breakPage();
        else this.#paragraph += '\n';
        break;
      case 'lastRenderedPageBreak':
        this.#breakPage();
        break;
      case 'noBreakHyphen':
        this.#paragraph += '-';
        break;
      case 'del':
      case 'moveFrom':
        this.#deleted += 1;
        break;
      case 'hyperlink': {
        const relation = this.#relations.get(attributes['r:id'] ?? '');
        this.#link = relation?.isExternal ? { target: relation.target, from: this.#paragraph.length } : null;
        break;
      }
      case 'footnoteReference':
      case 'endnoteReference':
        this.#paragraph += `[^${attributes['w:id'] ?? ''}]`;
        break;
      case 'footnote':
      case 'endnote':
        // The first two of each are rules between text and notes.
        if (attributes['w:type'] === undefined) this.#noteMark = `[^${attributes['w:id'] ?? ''}]: `;
        break;
      case 'comment':
        this.#noteMark = `${attributes['w:author'] ?? 'Somebody'}: `;
        break;
      case 'tbl':
        this.#tables.push({ rows: [], cell: [] });
        break;
      case 'tr':
        this.#tables.at(-1)?.rows.push([]);
        break;
    }
  }

  text(text: string): void {
    if (this.#inText && this.#deleted === 0) this.#paragraph += text;
  }

  close(name: string): void {
    switch (name) {
      case 't':
        this.#inText = false;
        break;
      case 'p':
        if (this.#paragraph.trim() !== '') {
          this.#add(this.#noteMark + this.#prefix + this.#paragraph.trim());
          this.#noteMark = '';
        }
        this.#paragraph = '';
        break;
      case 'hyperlink':
        if (this.#link) {
          const words = this.#paragraph.slice(this.#link.from);
          if (words.trim() !== '') this.#paragraph = `${this.#paragraph.slice(0, this.#link.from)}[${words}](${this.#link.target})`;
        }
        this.#link = null;
        break;
      case 'del':
      case 'moveFrom':
        this.#deleted -= 1;
        break;
      case 'tc': {
        const table = this.#tables.at(-1);
        table?.rows.at(-1)?.push(table.cell.join(' '));
        if (table) table.cell = [];
        break;
      }
      case 'tbl': {
        const table = this.#tables.pop();
        if (table && table.rows.length > 0) this.#add(pipeTable(table.rows));
        break;
      }
    }
  }

  pages(): string[] {
    return this.#pages.map((blocks) => blocks.join('\n\n'));
  }

  #add(block: string): void {
    const table = this.#tables.at(-1);
    if (table) table.cell.push(block);
    else this.#pages.at(-1)?.push(block);
  }

  #breakPage(): void {
    if (this.#tables.length > 0) return;
    const soFar = this.#paragraph.trim();
    if (soFar !== '') this.#add(this.#prefix + soFar);
    this.#paragraph = '';
    // A break that was asked for is followed by the mark of the layout that did it.
    if ((this.#pages.at(-1)?.length ?? 0) > 0) this.#pages.push([]);
  }
}

function headingPrefix(style: string): string {
  if (/^title$/i.test(style)) return '# ';
  const level = /^heading\s?([1-6])$/i.exec(style)?.[1];
  return level === undefined ? '' : `${'#'.repeat(Number(level))} `;
}

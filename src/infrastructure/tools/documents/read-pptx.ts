import { relationsOf } from './office-package.ts';
import { numberRange } from './part-range.ts';
import { pipeTable } from './pipe-table.ts';
import type { ReadDocument } from './section.ts';
import { readXml } from './xml.ts';
import type { ZipArchive } from './zip-archive.ts';

/** The words of a presentation, slide by slide in their order, with tables and the speaker's notes. */
export function readPptx(zip: ZipArchive, main: string, part: string | null): Omit<ReadDocument, 'kind'> {
  const relations = relationsOf(zip, main);
  const slides: string[] = [];
  readXml(zip.read(main) ?? Buffer.alloc(0), {
    open(name, attributes) {
      const target = name === 'sldId' ? relations.get(attributes['r:id'] ?? '')?.target : undefined;
      if (target !== undefined) slides.push(target);
    },
  });
  const { first, last } = numberRange(part, slides.length, 'slide');
  const sections = slides.slice(first - 1, last).map((slide, at) => {
    const { title, text } = wordsOf(zip, slide);
    const notes = [...relationsOf(zip, slide).values()].find(({ type }) => type === 'notesSlide');
    const said = notes ? wordsOf(zip, notes.target).text : '';
    return {
      title: `Slide ${first + at}${title === '' ? '' : `: ${title}`}`,
      text: said === '' ? text : `${text}\n\nNotes: ${said}`.trim(),
    };
  });
  return { unit: 'slide', count: slides.length, sections };
}

/** Placeholders that only repeat what every slide has. */
const FURNITURE: ReadonlySet<string> = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

function wordsOf(zip: ZipArchive, slide: string): { title: string; text: string } {
  const blocks: string[] = [];
  let rows: string[][] | null = null;
  let cell: string[] = [];
  let shape = { kind: '', paragraphs: [] as string[] };
  let paragraph = '';
  let level = 0;
  let inText = false;
  let title = '';
  readXml(zip.read(slide) ?? Buffer.alloc(0), {
    open(name, attributes) {
      if (name === 'sp') shape = { kind: '', paragraphs: [] };
      else if (name === 'ph') shape.kind = attributes['type'] ?? '';
      else if (name === 'p') [paragraph, level] = ['', 0];
      else if (name === 'pPr') level = Number(attributes['lvl'] ?? 0) || 0;
      else if (name === 't') inText = true;
      else if (name === 'br') paragraph += '\n';
      else if (name === 'tbl') rows = [];
      else if (name === 'tr') rows?.push([]);
      else if (name === 'tc') cell = [];
    },
    text(text) {
      if (inText) paragraph += text;
    },
    close(name) {
      if (name === 't') inText = false;
      else if (name === 'p' && paragraph.trim() !== '') {
        if (rows) cell.push(paragraph.trim());
        else shape.paragraphs.push(`${'  '.repeat(Math.min(level, 8))}${paragraph.trimEnd()}`);
        paragraph = '';
      } else if (name === 'tc') rows?.at(-1)?.push(cell.join(' '));
      else if (name === 'tbl') {
        if (rows) blocks.push(pipeTable(rows));
        rows = null;
      } else if (name === 'sp' && !FURNITURE.has(shape.kind)) {
        const text = shape.paragraphs.join('\n');
        if (title === '' && /title$/i.test(shape.kind)) title = text.replace(/\s+/g, ' ').trim();
        else if (text !== '') blocks.push(text);
      }
    },
  });
  return { title, text: blocks.join('\n\n') };
}

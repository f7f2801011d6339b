import { FailureError } from '../../../core/models/failure.ts';
import { numberRange } from './part-range.ts';
import type { ReadDocument, Section } from './section.ts';

/** A run of text on a page, as the PDF library gives it. */
interface TextItem {
  readonly str: string;
  readonly hasEOL: boolean;
  /** The last two are where it stands, in points. */
  readonly transform: readonly number[];
}

/**
 * The text of a PDF page by page, in the order in which it was written. Pages without text (scans) are named.
 * @param limit characters after which no further page is begun
 */
export async function readPdf(bytes: Buffer, part: string | null, limit: number): Promise<Omit<ReadDocument, 'kind'>> {
  const { getDocumentProxy } = await import('unpdf');
  // A copy of its own: the library takes what it is given.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { stopAtErrors: false, verbosity: 0 }).catch((error: unknown) => {
    throw inWords(error);
  });
  const { first, last } = numberRange(part, pdf.numPages, 'page');
  const sections: Section[] = [];
  let characters = 0;
  let empty = 0;
  for (let number = first; number <= last && characters < limit; number += 1) {
    const text = await textOfPage(pdf, number);
    if (text === '') empty += 1;
    characters += text.length;
    sections.push({ title: `Page ${number}`, text: text === '' ? '(no text on this page)' : text });
  }
  const isScan = empty === sections.length;
  return {
    unit: 'page',
    count: pdf.numPages,
    sections,
    ...(isScan ? { notes: ['None of these pages holds text: they may be pictures of pages (a scan), which cannot be read here.'] } : {}),
  };
}

type Pdf = Awaited<ReturnType<typeof import('unpdf').getDocumentProxy>>;

/** One damaged page does not cost the others. */
async function textOfPage(pdf: Pdf, number: number): Promise<string> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const text = drawnOnce(items.flatMap((item) => ('str' in item ? [item] : [])))
      .map(({ str, hasEOL }) => str + (hasEOL ? '\n' : ''))
      .join('');
    page.cleanup();
    return text
      .replace(/[^\S\n]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  } catch (error) {
    return `(this page cannot be read: ${error instanceof Error ? error.message.slice(0, 200) : 'it is damaged'})`;
  }
}

/** Points within which the same words are one: some programs make them bold by drawing them twice. */
const SAME_PLACE = 1.5;

function drawnOnce(items: readonly TextItem[]): readonly TextItem[] {
  let last: TextItem | undefined;
  return items.map((item) => {
    if (item.str.trim() === '') return item;
    const isAgain =
      last?.str === item.str && [4, 5].every((at) => Math.abs((last?.transform[at] ?? 0) - (item.transform[at] ?? 0)) < SAME_PLACE);
    last = item;
    return isAgain ? { ...item, str: '' } : item;
  });
}

function inWords(error: unknown): unknown {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return new FailureError('document_encrypted', 'The PDF is locked with a password.');
  if (/InvalidPDF|FormatError|MissingPDF|UnexpectedResponse|UnknownError/.test(name)) {
    return new FailureError('document_damaged', 'The PDF is cut or damaged: it cannot be opened.');
  }
  return error;
}

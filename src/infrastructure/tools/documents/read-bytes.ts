import { extname } from 'node:path';
import { FailureError } from '../../../core/models/failure.ts';
import type { DocumentRequest } from './document-protocol.ts';
import { numberRange } from './part-range.ts';
import { decodeBytes } from './plain-text.ts';
import { readCsv } from './read-csv.ts';
import { readDocx } from './read-docx.ts';
import { readPdf } from './read-pdf.ts';
import { readPptx } from './read-pptx.ts';
import { readXlsx } from './read-xlsx.ts';
import type { ReadDocument } from './section.ts';
import { readXml } from './xml.ts';
import { ZipArchive } from './zip-archive.ts';

/** Characters that one reading gives. */
export const LONGEST_TEXT = 2_000_000;

/** How files begin that are often met under a wrong name, and are no text. */
const PICTURES: readonly (readonly [string, string])[] = [
  ['89504e47', 'a PNG picture'],
  ['ffd8ff', 'a JPEG picture'],
  ['47494638', 'a GIF picture'],
  ['52494646', 'a WebP picture or a sound'],
  ['7f454c46', 'a program'],
  ['4d5a', 'a program'],
  ['1f8b', 'a gzip archive'],
  ['377abcaf', 'a 7-Zip archive'],
  ['52617221', 'a RAR archive'],
  ['7b5c727466', 'an RTF document'],
];

/**
 * Reads a document by what it is, whatever it is called.
 * @throws FailureError document_encrypted, document_damaged, document_too_large, document_unsupported, tool_input_invalid
 */
export async function readBytes(bytes: Buffer, request: DocumentRequest): Promise<ReadDocument> {
  if (bytes.length === 0) throw new FailureError('document_damaged', `${request.name} is empty.`);
  const start = bytes.subarray(0, 8).toString('hex');
  // Some writers put a few bytes before it (ISO 32000-1, annex H.3).
  if (bytes.subarray(0, 1024).includes('%PDF-')) return { kind: 'PDF', ...(await readPdf(bytes, request.part, LONGEST_TEXT)) };
  if (start.startsWith('504b0304') || start.startsWith('504b0506')) return readZip(bytes, request);
  if (start === 'd0cf11e0a1b11ae1') throw olderOffice(bytes, request.name);
  const known = PICTURES.find(([magic]) => start.startsWith(magic));
  if (known) throw unsupported(`${request.name} is ${known[1]}.`);
  return readText(bytes, request);
}

async function readZip(bytes: Buffer, { name, part }: DocumentRequest): Promise<ReadDocument> {
  const zip = new ZipArchive(bytes);
  if (zip.read('mimetype')?.toString('latin1').trim() === 'application/epub+zip' || zip.has('META-INF/container.xml')) {
    const { readEpub } = await import('./read-epub.ts');
    return { kind: 'EPUB book', ...readEpub(zip, part, LONGEST_TEXT) };
  }
  const main = mainPart(zip);
  if (main === null) throw unsupported(`${name} is a zip archive, and none of these documents.`);
  if (main.type.includes('wordprocessingml') || main.type.includes('ms-word')) {
    const read = readDocx(zip, main.path);
    return { kind: 'Word document', ...chosenPages(read, part) };
  }
  if (main.type.includes('spreadsheetml') || main.type.includes('ms-excel')) return { kind: 'workbook', ...readXlsx(zip, main.path, part) };
  if (main.type.includes('presentationml') || main.type.includes('ms-powerpoint')) {
    return { kind: 'presentation', ...readPptx(zip, main.path, part) };
  }
  throw unsupported(`${name} holds a document of a kind that is not read here (${main.type.slice(0, 100)}).`);
}

/** The part that an Office document begins with, by the list of what its parts are. */
function mainPart(zip: ZipArchive): { path: string; type: string } | null {
  let found: { path: string; type: string } | null = null;
  const list = zip.read('[Content_Types].xml');
  if (!list) return null;
  readXml(list, {
    open(name, attributes) {
      const { PartName = '', ContentType = '' } = attributes;
      if (name !== 'Override' || found !== null || !ContentType.endsWith('.main+xml')) return;
      found = { path: PartName.replace(/^\//, ''), type: ContentType };
    },
  });
  if (found !== null && !zip.has((found as { path: string }).path)) {
    throw new FailureError('document_damaged', 'The document is damaged: its main part is missing.');
  }
  return found;
}

function chosenPages(read: Omit<ReadDocument, 'kind'>, part: string | null): Omit<ReadDocument, 'kind'> {
  const { first, last } = numberRange(part, read.count, 'page');
  return { ...read, sections: read.sections.slice(first - 1, last) };
}

/** A password turns the newer documents into the older container. */
function olderOffice(bytes: Buffer, name: string): FailureError {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
    return new FailureError('document_encrypted', `${name} is locked with a password.`);
  }
  return unsupported(`${name} is an older Office document (.doc, .xls, .ppt). Save it as .docx, .xlsx or .pptx.`);
}

async function readText(bytes: Buffer, request: DocumentRequest): Promise<ReadDocument> {
  const type = request.type?.toLowerCase() ?? '';
  const start = bytes.subarray(0, 4096).toString('latin1');
  const ending = extname(request.name).toLowerCase();
  const isHtml = /html/.test(type) || /^\.x?html?$/.test(ending) || /^\s*(?:<!--[^]*?-->\s*)*<(?:!doctype html|html[\s>])/i.test(start);
  const decoded = decodeBytes(bytes, isHtml ? `${type} ${start}` : type);
  if (decoded === null) throw unsupported(`${request.name} is no text, and none of the documents that are read here.`);
  const notes = decoded.encoding === null ? [] : [`It is written in ${decoded.encoding}.`];
  const claims = CLAIMS[ending];
  if (claims !== undefined && request.address === null) notes.push(`By its name it should be ${claims}; it is plain text.`);
  const isTable = !isHtml && (ending === '.csv' || ending === '.tsv' || /\b(?:csv|tab-separated-values)\b/.test(type));
  if (isTable) return { kind: 'table', ...readCsv(decoded.text, request.part), notes };
  if (request.part !== null) notes.push('It has no parts: this is all of it.');
  if (isHtml) {
    const { readHtml } = await import('./read-html.ts');
    const read = readHtml(decoded.text, request.address);
    return { kind: 'web page', ...read, notes: [...notes, ...(read.notes ?? [])] };
  }
  return { kind: 'text', unit: null, count: 1, sections: [{ title: '', text: decoded.text }], notes };
}

const CLAIMS: Readonly<Record<string, string>> = {
  '.pdf': 'a PDF',
  '.docx': 'a Word document',
  '.xlsx': 'a workbook',
  '.pptx': 'a presentation',
  '.epub': 'a book',
};

function unsupported(message: string): FailureError {
  return new FailureError('document_unsupported', message);
}

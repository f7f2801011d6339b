import { posix } from 'node:path';
import { FailureError } from '../../../core/models/failure.ts';
import { numberRange } from './part-range.ts';
import { readHtml } from './read-html.ts';
import type { ReadDocument } from './section.ts';
import { readXml } from './xml.ts';
import type { ZipArchive } from './zip-archive.ts';

/** A book's text by the files of its spine, which are mostly its chapters. */
export function readEpub(zip: ZipArchive, part: string | null, limit: number): Omit<ReadDocument, 'kind'> {
  const main = packageOf(zip);
  const chapters = spineOf(zip, main);
  if (chapters.length === 0) throw new FailureError('document_damaged', 'The book has no chapters that can be read.');
  const locked = lockedFiles(zip);
  const { first, last } = numberRange(part, chapters.length, 'chapter');
  const sections = [];
  let characters = 0;
  for (let number = first; number <= last && characters < limit; number += 1) {
    const chapter = chapters[number - 1] ?? '';
    if (locked.has(chapter)) throw new FailureError('document_encrypted', 'The book is locked (it has a copy protection).');
    const [{ text } = { text: '' }] = readHtml((zip.read(chapter) ?? Buffer.alloc(0)).toString('utf8'), null).sections;
    characters += text.length;
    sections.push({ title: `Chapter ${number}`, text });
  }
  return { unit: 'chapter', count: chapters.length, sections };
}

function packageOf(zip: ZipArchive): string {
  let path = '';
  readXml(zip.read('META-INF/container.xml') ?? Buffer.alloc(0), {
    open(name, attributes) {
      if (name === 'rootfile' && path === '') path = attributes['full-path'] ?? '';
    },
  });
  return path;
}

function spineOf(zip: ZipArchive, main: string): string[] {
  const files = new Map<string, string>();
  const order: string[] = [];
  readXml(zip.read(main) ?? Buffer.alloc(0), {
    open(name, attributes) {
      if (name === 'item') files.set(attributes['id'] ?? '', pathFrom(main, attributes['href'] ?? ''));
      else if (name === 'itemref') order.push(attributes['idref'] ?? '');
    },
  });
  return order.flatMap((id) => files.get(id) ?? []).filter((path) => zip.has(path));
}

/** Files that are encrypted. Fonts that are only disguised are among them, chapters are not, unless the book is locked. */
function lockedFiles(zip: ZipArchive): ReadonlySet<string> {
  const locked = new Set<string>();
  readXml(zip.read('META-INF/encryption.xml') ?? Buffer.alloc(0), {
    open(name, attributes) {
      if (name === 'CipherReference') locked.add(pathFrom('', attributes['URI'] ?? ''));
    },
  });
  return locked;
}

function pathFrom(file: string, href: string): string {
  let path = href.replace(/#.*$/s, '');
  try {
    path = decodeURIComponent(path);
  } catch {
    // A name with a bare % means itself.
  }
  return posix.normalize(posix.join(posix.dirname(file), path));
}

import { FailureError } from '../../../core/models/failure.ts';
import { CellGrid } from './cell-grid.ts';
import { ALL_CELLS, type CellRange, cellAt, sheetPart } from './cell-range.ts';
import { relationsOf } from './office-package.ts';
import type { ReadDocument, Section } from './section.ts';
import { readXml } from './xml.ts';
import type { ZipArchive } from './zip-archive.ts';

/** Different texts that a workbook may share between its cells. */
const MOST_SHARED = 2_000_000;

interface Sheet {
  readonly name: string;
  readonly part: string;
  readonly isHidden: boolean;
}

/** The cells of a workbook as tables with the letters and numbers of its columns and rows: values as they were last worked out, dates as ISO. */
export function readXlsx(zip: ZipArchive, main: string, part: string | null): Omit<ReadDocument, 'kind'> {
  const book = workbookOf(zip, main);
  const names = book.sheets.map((sheet) => sheet.name);
  const wanted = part === null ? null : sheetPart(part, names);
  const shared = sharedTexts(zip, book.sharedPart);
  const isDate = dateStyles(zip, book.stylesPart);
  const sections = book.sheets.flatMap((sheet, at): Section[] => {
    if (wanted !== null && wanted.sheet !== at) return [];
    const grid = readSheet(zip, sheet.part, { cells: wanted?.cells ?? ALL_CELLS, shared, isDate, from1904: book.from1904 });
    const bounds = grid.bounds();
    const asides = [...(bounds === null ? [] : [bounds]), ...(sheet.isHidden ? ['hidden'] : [])];
    return [{ title: `Sheet ${at + 1} “${sheet.name}”${asides.length > 0 ? ` (${asides.join(', ')})` : ''}`, text: grid.text() }];
  });
  return { unit: 'sheet', count: book.sheets.length, sections };
}

function workbookOf(zip: ZipArchive, main: string) {
  const relations = relationsOf(zip, main);
  const sheets: Sheet[] = [];
  let from1904 = false;
  readXml(zip.read(main) ?? Buffer.alloc(0), {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = attributes['date1904'] === '1' || attributes['date1904'] === 'true';
      if (name !== 'sheet') return;
      const relation = relations.get(attributes['r:id'] ?? '');
      // Charts and macros can be sheets too; they have no cells.
      if (relation?.type !== 'worksheet') return;
      sheets.push({ name: attributes['name'] ?? '', part: relation.target, isHidden: (attributes['state'] ?? 'visible') !== 'visible' });
    },
  });
  if (sheets.length === 0) throw new FailureError('document_damaged', 'The workbook has no sheet that can be read.');
  const find = (type: string) => [...relations.values()].find((relation) => relation.type === type)?.target;
  return { sheets, from1904, sharedPart: find('sharedStrings'), stylesPart: find('styles') };
}

function sharedTexts(zip: ZipArchive, part: string | undefined): readonly string[] {
  const texts: string[] = [];
  let text = '';
  let inText = false;
  let phonetic = 0;
  readXml(
    (part === undefined ? null : zip.read(part)) ?? Buffer.alloc(0),
    {
      open(name) {
        if (name === 'si') text = '';
        else if (name === 't') inText = true;
        else if (name === 'rPh') phonetic += 1;
      },
      text(piece) {
        if (inText && phonetic === 0) text += piece;
      },
      close(name) {
        if (name === 't') inText = false;
        else if (name === 'rPh') phonetic -= 1;
        else if (name === 'si') texts.push(text);
      },
    },
    () => texts.length > MOST_SHARED,
  );
  return texts;
}

/** Whether a cell's style shows its number as a date or a time. */
function dateStyles(zip: ZipArchive, part: string | undefined): (style: number) => boolean {
  const formats = new Map<number, string>();
  const styles: number[] = [];
  let inCells = false;
  readXml((part === undefined ? null : zip.read(part)) ?? Buffer.alloc(0), {
    open(name, attributes) {
      if (name === 'numFmt') formats.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      else if (name === 'cellXfs') inCells = true;
      else if (name === 'xf' && inCells) styles.push(Number(attributes['numFmtId'] ?? 0));
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  const isDate = styles.map((id) => isDateFormat(id, formats.get(id)));
  return (style) => isDate[style] ?? false;
}

function isDateFormat(id: number, code: string | undefined): boolean {
  // Built in (ECMA-376 part 1, 18.8.30), with those of East Asia.
  if (code === undefined) return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
  const bare = code.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*./gi, '');
  return /[ymdhs]/i.test(bare) && !/^general$/i.test(bare);
}

interface SheetReading {
  readonly cells: CellRange;
  readonly shared: readonly string[];
  readonly isDate: (style: number) => boolean;
  readonly from1904: boolean;
}

function readSheet(zip: ZipArchive, part: string, reading: SheetReading): CellGrid {
  const grid = new CellGrid();
  const { firstRow, lastRow, firstColumn, lastColumn } = reading.cells;
  let [row, column, isPast] = [0, 0, false];
  let cell = { type: '', style: 0, value: '', formula: '' };
  let into: 'value' | 'formula' | null = null;
  readXml(
    zip.read(part) ?? Buffer.alloc(0),
    {
      open(name, attributes) {
        if (name === 'row') [row, column] = [Number(attributes['r'] ?? row + 1), 0];
        else if (name === 'c') {
          const place = cellAt(attributes['r'] ?? '');
          column = place?.column ?? column + 1;
          row = place?.row ?? row;
          isPast = row > lastRow;
          cell = { type: attributes['t'] ?? '', style: Number(attributes['s'] ?? 0), value: '', formula: '' };
        } else if (name === 'v' || name === 't') into = 'value';
        else if (name === 'f') into = 'formula';
      },
      text(text) {
        if (into !== null) cell[into] += text;
      },
      close(name) {
        if (name === 'v' || name === 't' || name === 'f') into = null;
        if (name !== 'c' || row < firstRow || row > lastRow || column < firstColumn || column > lastColumn) return;
        grid.set(row, column, shownValue(cell, reading));
      },
    },
    () => isPast || grid.isFull,
  );
  return grid;
}

function shownValue(cell: { type: string; style: number; value: string; formula: string }, reading: SheetReading): string {
  const { type, value, formula } = cell;
  if (value === '') return formula === '' ? '' : `=${formula}`;
  if (type === 's') return reading.shared[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  if (type === '' || type === 'n') {
    if (reading.isDate(cell.style)) return dateOf(Number(value), reading.from1904) ?? value;
    // What a program wrote as 0.30000000000000004 is shown to nobody like that.
    return Number.isFinite(Number(value)) ? String(Number(Number(value).toPrecision(15))) : value;
  }
  return value;
}

/** A serial number of days as a date, a time, or both. Days before March 1900 are one off in the format itself. */
function dateOf(serial: number, from1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return null;
  const days = from1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial;
  const iso = new Date(Math.round((days - 25_569) * 86_400_000)).toISOString();
  const time = iso.slice(11, 19);
  if (serial < 1) return time;
  return time === '00:00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${time}`;
}

import { CellGrid } from './cell-grid.ts';
import { ALL_CELLS, cellRange } from './cell-range.ts';
import { numberRange } from './part-range.ts';
import type { ReadDocument } from './section.ts';

/** A table of values that are separated by commas, semicolons, tabs or bars, as a sheet with cells. */
export function readCsv(text: string, part: string | null): Omit<ReadDocument, 'kind'> {
  const separator = separatorOf(text);
  const named = part === null ? ALL_CELLS : cellRange(part);
  const rows = named === null ? numberRange(part, ALL_CELLS.lastRow, 'row') : null;
  const cells = named ?? { ...ALL_CELLS, firstRow: rows?.first ?? 1, lastRow: rows?.last ?? ALL_CELLS.lastRow };
  const grid = new CellGrid();
  let count = 0;
  for (const record of recordsOf(text, separator)) {
    count += 1;
    if (count < cells.firstRow || count > cells.lastRow || grid.isFull) continue;
    record.forEach((value, at) => {
      if (at + 1 >= cells.firstColumn && at + 1 <= cells.lastColumn) grid.set(count, at + 1, value);
    });
  }
  const bounds = grid.bounds();
  return { unit: null, count: 1, sections: [{ title: `Cells ${bounds ?? '(none)'} of ${count} rows`, text: grid.text() }] };
}

/** The one that is most frequent in the first lines, outside of quotes. */
function separatorOf(text: string): string {
  const start = text
    .slice(0, 20_000)
    .replace(/"(?:[^"]|"")*"/g, '')
    .split('\n', 20)
    .join('\n');
  const counts = [',', ';', '\t', '|'].map((separator) => ({ separator, count: start.split(separator).length }));
  return counts.reduce((most, each) => (each.count > most.count ? each : most)).separator;
}

/** Records by RFC 4180; a quote that is never closed ends with the text. */
function* recordsOf(text: string, separator: string): Generator<string[]> {
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value: string;
    if (text[at] === '"') {
      let end = at + 1;
      while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') value += text[at++];
    } else {
      const end = endOfValue(text, at, separator);
      value = text.slice(at, end);
      at = end;
    }
    record.push(value.trim());
    if (text[at] === separator) {
      at += 1;
      if (at < text.length) continue;
      record.push('');
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    yield record;
    record = [];
  }
}

function endOfValue(text: string, from: number, separator: string): number {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}

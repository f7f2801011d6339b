import { FailureError } from '../../../core/models/failure.ts';

/** Cells by number from 1, both ends included. */
export interface CellRange {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** The most that a sheet can have (ECMA-376 part 1, 18.3.1.73 and 18.3.1.13). */
export const ALL_CELLS: CellRange = { firstRow: 1, lastRow: 1_048_576, firstColumn: 1, lastColumn: 16_384 };

/** `A` is 1, `AA` 27. */
function columnNumber(letters: string): number {
  let number = 0;
  for (const letter of letters.toUpperCase()) number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

export function columnName(number: number): string {
  let name = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26)) name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

/** The row and column of a reference such as `B12`; null when it is none. */
export function cellAt(reference: string): { row: number; column: number } | null {
  const parts = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/i.exec(reference);
  return parts ? { column: columnNumber(parts[1] ?? ''), row: Number(parts[2]) } : null;
}

/** `A1:D20`, `B:D`, `10:20`, `C7`. Null when it is no range. */
export function cellRange(text: string): CellRange | null {
  const parts = /^\$?([A-Z]{0,3})\$?(\d{0,7})(?:\s*[:\-–]\s*\$?([A-Z]{0,3})\$?(\d{0,7}))?$/i.exec(text.trim());
  if (!parts || (!parts[1] && !parts[2])) return null;
  const [
    ,
    fromColumn = '',
    fromRow = '',
    toColumn = parts[3] === undefined ? fromColumn : '',
    toRow = parts[4] === undefined ? fromRow : '',
  ] = parts;
  const columns = [fromColumn ? columnNumber(fromColumn) : 1, toColumn ? columnNumber(toColumn) : ALL_CELLS.lastColumn];
  const rows = [fromRow ? Number(fromRow) : 1, toRow ? Number(toRow) : ALL_CELLS.lastRow];
  return {
    firstRow: Math.min(...rows),
    lastRow: Math.max(...rows),
    firstColumn: Math.min(...columns),
    lastColumn: Math.max(...columns),
  };
}

/**
 * What `part` means in a workbook with these sheets: a sheet's name or number, with or without cells (`Budget!A1:D20`), or cells of the first.
 * @throws FailureError tool_input_invalid when it means nothing there
 */
export function sheetPart(part: string, sheets: readonly string[]): { sheet: number; cells: CellRange } {
  const mark = part.lastIndexOf('!');
  const name = (mark < 0 ? part : part.slice(0, mark))
    .trim()
    .replace(/^(['"])(.*)\1$/s, '$2')
    .replaceAll("''", "'");
  const named = sheetNumber(name, sheets);
  const cells = cellRange(mark < 0 ? part : part.slice(mark + 1));
  if (mark >= 0 && named !== null && cells) return { sheet: named, cells };
  if (mark < 0 && named !== null) return { sheet: named, cells: ALL_CELLS };
  if (mark < 0 && cells) return { sheet: 0, cells };
  const names = sheets.map((sheet) => JSON.stringify(sheet)).join(', ');
  throw new FailureError(
    'tool_input_invalid',
    `${JSON.stringify(part)} is no part of this workbook. Its sheets: ${names}. Give one of them, or cells of one: NAME!A1:D20.`,
  );
}

function sheetNumber(name: string, sheets: readonly string[]): number | null {
  const same = sheets.findIndex((sheet) => sheet.toLowerCase() === name.toLowerCase());
  if (same >= 0) return same;
  const number = /^(?:sheet\s*)?(\d{1,4})$/i.exec(name)?.[1];
  return number !== undefined && Number(number) >= 1 && Number(number) <= sheets.length ? Number(number) - 1 : null;
}

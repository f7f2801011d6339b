import { columnName } from './cell-range.ts';
import { pipeTable } from './pipe-table.ts';

/** Cells that hold something that one answer shows. */
const MOST_CELLS = 100_000;
/** Places of a table, most of them empty, from which on cells are told one by one. */
const MOST_PLACES = 20_000;

/** The cells of a sheet that hold something, wherever they lie; empty rows and columns cost nothing. */
export class CellGrid {
  readonly #rows = new Map<number, Map<number, string>>();
  #count = 0;
  #lastRow = 0;

  get isFull(): boolean {
    return this.#count >= MOST_CELLS;
  }

  set(row: number, column: number, text: string): void {
    if (text === '' || this.isFull) return;
    let cells = this.#rows.get(row);
    if (!cells) this.#rows.set(row, (cells = new Map()));
    if (!cells.has(column)) this.#count += 1;
    cells.set(column, text);
    this.#lastRow = Math.max(this.#lastRow, row);
  }

  /** `A1:D20`, the smallest range that holds all; null when there is nothing. */
  bounds(): string | null {
    const columns = this.#columns();
    const rows = [...this.#rows.keys()];
    const [left, right] = [columns[0], columns.at(-1)];
    if (left === undefined || right === undefined) return null;
    const top = rows.reduce((least, row) => Math.min(least, row), Number.POSITIVE_INFINITY);
    return `${columnName(left)}${top}:${columnName(right)}${this.#lastRow}`;
  }

  /** A table under the columns' letters, each row with its number; cells that lie far apart one by one. With a note where it was cut. */
  text(): string {
    const columns = this.#columns();
    if (columns.length === 0) return '(empty)';
    const rows = [...this.#rows].toSorted(([one], [other]) => one - other);
    const isScattered = rows.length * columns.length > MOST_PLACES && rows.length * columns.length > this.#count * 4;
    const text = isScattered ? rows.map(lineOfCells).join('\n') : tableOf(rows, columns);
    return this.isFull ? `${text}\n[cut here: read on from row ${this.#lastRow}]` : text;
  }

  #columns(): number[] {
    const columns = new Set<number>();
    for (const cells of this.#rows.values()) for (const column of cells.keys()) columns.add(column);
    return [...columns].toSorted((one, other) => one - other);
  }
}

type Row = readonly [row: number, cells: ReadonlyMap<number, string>];

function tableOf(rows: readonly Row[], columns: readonly number[]): string {
  const head = ['', ...columns.map(columnName)];
  return pipeTable([head, ...rows.map(([row, cells]) => [String(row), ...columns.map((at) => cells.get(at) ?? '')])]);
}

function lineOfCells([row, cells]: Row): string {
  return [...cells].map(([column, text]) => `${columnName(column)}${row}: ${text.replace(/\s*\n\s*/g, ' ')}`).join('; ');
}

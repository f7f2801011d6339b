/** One measured figure beside its floor. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** Null: there is nothing to compare with. */
  readonly floor: number | null;
  /** The most that `ours` may be, in words and as a number. Null: it is shown for what it is. */
  readonly goal: { readonly words: string; readonly limit: number } | null;
}

/** A goal as a multiple of the floor. */
export function timesFloor(times: number, floor: number): NonNullable<Figure['goal']> {
  return { words: `≤ ${times} × floor`, limit: times * floor };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share between 0 and 1; 0.99 is the value that 99 % stay under */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Whether it reaches its goal; null when it has none. */
export function isMet({ ours, goal }: Figure): boolean | null {
  return goal === null ? null : ours <= goal.limit;
}

/** `5 of 7 goals met` */
export function goalsMet(figures: readonly Figure[]): string {
  const judged = figures.map(isMet).filter((each) => each !== null);
  return `${judged.filter(Boolean).length} of ${judged.length} goals met`;
}

/** The figures as a table of plain text. */
export function asTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${shown(figure.ours)} ${figure.unit}`,
    figure.floor === null ? '–' : `${shown(figure.floor)} ${figure.unit}`,
    figure.floor === null || figure.floor <= 0 ? '–' : (figure.ours / figure.floor).toFixed(2),
    figure.goal?.words ?? '–',
    { true: 'met', false: 'NOT MET', null: '' }[String(isMet(figure))] ?? '',
  ]);
  const all = [['figure', 'ours', 'floor', 'ratio', 'goal', ''], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number) => column >= 1 && column <= 3;
  return all
    .map((row) =>
      row
        .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function shown(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

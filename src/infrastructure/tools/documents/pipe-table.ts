/** Rows as a Markdown table; the first is its head. */
export function pipeTable(rows: readonly (readonly string[])[]): string {
  const [head, ...rest] = rows;
  if (!head) return '';
  const columns = Math.max(...rows.map((row) => row.length));
  return [line(head, columns), `|${' --- |'.repeat(columns)}`, ...rest.map((row) => line(row, columns))].join('\n');
}

function line(row: readonly string[], columns: number): string {
  return `| ${Array.from({ length: columns }, (_, at) => cell(row[at] ?? '')).join(' | ')} |`;
}

function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

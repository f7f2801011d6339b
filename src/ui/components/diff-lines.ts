export type DiffLineKind = 'same' | 'added' | 'removed' | 'hunk';

export interface DiffLine {
  readonly kind: DiffLineKind;
  /** Line number in the file after the change (before it, for what was removed); null between hunks. */
  readonly number: number | null;
  readonly text: string;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;

/** The lines of a unified diff. What is no diff (a note that it was too large) comes as one line. */
export function diffLines(patch: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let isInside = false;
  for (const line of patch.replace(/\n$/, '').split('\n')) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      // The first hunk begins where the file is opened: only a gap between two is worth a line.
      if (isInside) lines.push({ kind: 'hunk', number: null, text: hunk[3] ?? '' });
      isInside = true;
      continue;
    }
    if (!isInside) {
      if (!/^(---|\+\+\+|===|Index:)/.test(line)) lines.push({ kind: 'same', number: null, text: line });
      continue;
    }
    const text = line.slice(1);
    if (line.startsWith('+')) lines.push({ kind: 'added', number: after++, text });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', number: before++, text });
    else if (line.startsWith('\\') || line.startsWith('[')) lines.push({ kind: 'hunk', number: null, text: line.replace(/^\\ /, '') });
    else {
      lines.push({ kind: 'same', number: after++, text });
      before += 1;
    }
  }
  return lines;
}

export function diffCounts(lines: readonly DiffLine[]): { readonly added: number; readonly removed: number } {
  return {
    added: lines.filter((line) => line.kind === 'added').length,
    removed: lines.filter((line) => line.kind === 'removed').length,
  };
}

import { say } from '../../words/say.ts';

/** A line of a diff. `from` and `to` are the stretch that differs from its partner line. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'hunk';
  readonly number: number | null;
  readonly text: string;
  readonly from?: number;
  readonly to?: number;
}

export interface ParsedDiff {
  readonly lines: readonly DiffLine[];
  readonly added: number;
  readonly removed: number;
}

/** A unified diff as lines with their numbers; null when the text is none (it was told in words). */
export function parseDiff(diff: string): ParsedDiff | null {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let isInside = false;
  for (const line of diff.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[3]);
      isInside = true;
      const count = Number(hunk[4] ?? 1);
      const last = after + Math.max(0, count - 1);
      lines.push({ kind: 'hunk', number: null, text: last > after ? say`lines ${after}–${last}` : say`line ${Math.max(1, after)}` });
    } else if (!isInside) {
      continue;
    } else if (line.startsWith('+')) {
      lines.push({ kind: 'added', number: after, text: line.slice(1) });
      after += 1;
    } else if (line.startsWith('-')) {
      lines.push({ kind: 'removed', number: before, text: line.slice(1) });
      before += 1;
    } else if (line.startsWith(' ')) {
      lines.push({ kind: 'same', number: after, text: line.slice(1) });
      before += 1;
      after += 1;
    } else if (line.startsWith('\\') || line.startsWith('[…')) {
      lines.push({ kind: 'hunk', number: null, text: line.replace(/^\\ /, '') });
    }
  }
  if (!isInside) return null;
  return {
    lines: withMarks(lines),
    added: lines.filter((line) => line.kind === 'added').length,
    removed: lines.filter((line) => line.kind === 'removed').length,
  };
}

/** Where as many lines were added as removed, each pair is compared, and what differs in it is marked. */
function withMarks(lines: readonly DiffLine[]): DiffLine[] {
  const marked = [...lines];
  let index = 0;
  while (index < marked.length) {
    const removed = run(marked, index, 'removed');
    const added = run(marked, index + removed, 'added');
    for (let at = 0; at < Math.min(removed, added); at += 1) {
      // Changed lines are paired from their end: what is put in before a line leaves the line itself below it.
      const a = marked[index + removed - 1 - at];
      const b = marked[index + removed + added - 1 - at];
      const marks = a && b ? difference(a.text, b.text) : null;
      if (a && b && marks) {
        marked[index + removed - 1 - at] = { ...a, from: marks.from, to: a.text.length - marks.tail };
        marked[index + removed + added - 1 - at] = { ...b, from: marks.from, to: b.text.length - marks.tail };
      }
    }
    index += Math.max(1, removed + added);
  }
  return marked;
}

function run(lines: readonly DiffLine[], from: number, kind: DiffLine['kind']): number {
  let count = 0;
  while (lines[from + count]?.kind === kind) count += 1;
  return count;
}

const WORD = /[\p{L}\p{N}_]/u;

/** The stretch in which two lines differ, in whole words; null when they have too little in common. */
function difference(a: string, b: string): { from: number; tail: number } | null {
  const shorter = Math.min(a.length, b.length);
  let from = 0;
  while (from < shorter && a[from] === b[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  while (from > 0 && WORD.test(a[from - 1] ?? '') && WORD.test((a[from] ?? '') + (b[from] ?? ''))) from -= 1;
  while (tail > 0 && WORD.test(a[a.length - tail] ?? '') && WORD.test((a[a.length - tail - 1] ?? '') + (b[b.length - tail - 1] ?? '')))
    tail -= 1;
  const common = a.slice(0, from).trim().length + tail;
  return common * 2 >= shorter ? { from, tail } : null;
}

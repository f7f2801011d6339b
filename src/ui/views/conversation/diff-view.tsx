import type { DiffLine, ParsedDiff } from './parse-diff.ts';

/** A change, line by line: + and − in the gutter, numbers beside them, what differs inside a line marked. */
export function DiffView({ diff, name }: { diff: ParsedDiff; name: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="lines diff" tabIndex={0} role="region" aria-label={`Changes in ${name}`}>
      {diff.lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a diff is drawn once
        <div key={index} className={line.kind}>
          <span className="number">{line.number}</span>
          <span>
            <LineText line={line} />
          </span>
        </div>
      ))}
    </div>
  );
}

function LineText({ line }: { line: DiffLine }) {
  if (line.from === undefined || line.to === undefined || line.to <= line.from) return line.text;
  return (
    <>
      {line.text.slice(0, line.from)}
      <em>{line.text.slice(line.from, line.to)}</em>
      {line.text.slice(line.to)}
    </>
  );
}

export function DiffCounts({ diff }: { diff: ParsedDiff }) {
  return (
    <span>
      <span className="leaf">+{diff.added}</span> <span className="harm">−{diff.removed}</span>
    </span>
  );
}

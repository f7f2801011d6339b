import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import type { CodeToken } from '../../markdown/code-language.ts';
import { useHighlighted } from '../../markdown/code-block.tsx';
import type { DiffLine, ParsedDiff } from './parse-diff.ts';
import { say } from '../../words/say.ts';

/** A change, line by line: + and − in the gutter, numbers beside them, what differs inside a line marked. */
export function DiffView({ diff, name }: { diff: ParsedDiff; name: string }) {
  const text = diff.lines.map((line) => line.text).join('\n');
  const coloured = useHighlighted(text, /\.(\w+)$/.exec(name)?.[1] ?? '', false);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="lines diff" tabIndex={0} role="region" aria-label={say`Changes in ${visible(name)}`}>
      {diff.lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a diff is drawn once
        <div key={index} className={line.kind}>
          <span className="number">{line.number}</span>
          <span>
            <LineText line={line} coloured={line.kind === 'hunk' ? line.text : (coloured[index] ?? line.text)} />
          </span>
        </div>
      ))}
    </div>
  );
}

function LineText({ line, coloured }: { line: DiffLine; coloured: string | readonly CodeToken[] }) {
  const tokens: readonly CodeToken[] = typeof coloured === 'string' ? [{ text: coloured, ink: null }] : coloured;
  const { from = 0, to = 0 } = line;
  return (
    <>
      <Tokens tokens={slice(tokens, 0, from)} />
      {to > from ? (
        <em>
          <Tokens tokens={slice(tokens, from, to)} />
        </em>
      ) : null}
      <Tokens tokens={slice(tokens, Math.max(from, to), line.text.endsWith('\r') ? line.text.length - 1 : Infinity)} />
    </>
  );
}

function Tokens({ tokens }: { tokens: readonly CodeToken[] }) {
  return tokens.map((token, index) =>
    token.ink ? (
      // oxlint-disable-next-line react/no-array-index-key -- a line is drawn whole
      <span key={index} className={token.ink}>
        <Visible text={token.text} />
      </span>
    ) : (
      // oxlint-disable-next-line react/no-array-index-key -- a line is drawn whole
      <Visible key={index} text={token.text} />
    ),
  );
}

/** The tokens of a stretch of a line; one that lies across its edge is cut there. */
function slice(tokens: readonly CodeToken[], from: number, to: number): readonly CodeToken[] {
  const found: CodeToken[] = [];
  let at = 0;
  for (const token of tokens) {
    const text = token.text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (text !== '') found.push({ ...token, text });
    at += token.text.length;
  }
  return found;
}

export function DiffCounts({ diff }: { diff: ParsedDiff }) {
  return (
    <span>
      <span className="leaf">+{diff.added}</span> <span className="harm">−{diff.removed}</span>
    </span>
  );
}

import { memo, useState } from 'react';
import { Button } from './button.tsx';
import type { DiffLine, DiffLineKind } from './diff-lines.ts';
import { wholeNumber } from '../figures.ts';
import './diff-view.css';

const SAID: Record<DiffLineKind, string> = { same: '', added: 'added: ', removed: 'removed: ', hunk: '' };

/** Lines that are drawn at once. */
const SHOWN = 400;

/** A change line by line: + and − in the gutter, line numbers beside them. */
export const DiffView = memo(function DiffView({ lines }: { lines: readonly DiffLine[] }) {
  const [shown, setShown] = useState(SHOWN);
  return (
    <div className="diff">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: the keyboard must be able to */}
      <div className="diff-scroll" tabIndex={0} role="group" aria-label="Change">
        <div className="diff-lines">
          {lines.slice(0, shown).map((line, index) => (
            <div key={index} className={`diff-line is-${line.kind}`}>
              <span className="diff-number">{line.number ?? ''}</span>
              <span>
                {SAID[line.kind] ? <span className="unseen">{SAID[line.kind]}</span> : null}
                {line.text || ' '}
              </span>
            </div>
          ))}
        </div>
      </div>
      {lines.length > shown ? (
        <Button look="plain" small onClick={() => setShown(shown + 2_000)}>
          Show {wholeNumber(Math.min(2_000, lines.length - shown))} more lines
        </Button>
      ) : null}
    </div>
  );
});

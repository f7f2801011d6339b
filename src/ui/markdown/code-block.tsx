import { Copy, WrapText } from 'lucide-react';
import { memo, useEffect, useState } from 'react';
import { copyText } from '../clipboard.ts';
import { IconButton } from '../components/icon-button.tsx';
import { languageName, type CodeToken } from './code-language.ts';
import { say } from '../words/say.ts';

interface CodeBlockProps {
  readonly code: string;
  /** As written after the fence, such as `ts` or `js loss.js`. */
  readonly language: string;
  readonly isGrowing: boolean;
}

/** Beyond this, colours cost more than they tell. */
const HIGHLIGHTED_UP_TO = 60_000;

export const CodeBlock = memo(({ code, language, isGrowing }: CodeBlockProps) => {
  const [isWrapped, setWrapped] = useState(false);
  const lines = useHighlighted(code, language.split(/\s/, 1)[0] ?? '', isGrowing);
  const { name, file } = languageName(language);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="wide code" tabIndex={0} role="region" aria-label={say`Code: ${file || name}`}>
      <header>
        <span className="grow">
          {name}
          {file ? (
            <>
              {' · '}
              <span className="mono">{file}</span>
            </>
          ) : null}
        </span>
        <IconButton icon={WrapText} name={say`Wrap lines`} fine aria-pressed={isWrapped} onClick={() => setWrapped(!isWrapped)} />
        <IconButton icon={Copy} name={say`Copy code`} fine onClick={() => void copyText(code, say`The code is on the clipboard`)} />
      </header>
      <div className={`lines ${isWrapped ? 'is-wrapped' : ''}`}>
        {lines.map((line, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines are only ever added at the end
          <Line key={index} line={line} />
        ))}
      </div>
    </div>
  );
});
CodeBlock.displayName = 'CodeBlock';

const Line = memo(({ line }: { line: string | readonly CodeToken[] }) => (
  <div>
    <span>
      {typeof line === 'string'
        ? line
        : line.map((token, index) =>
            token.ink ? (
              // oxlint-disable-next-line react/no-array-index-key -- a line is drawn whole
              <span key={index} className={token.ink}>
                {token.text}
              </span>
            ) : (
              token.text
            ),
          )}
    </span>
  </div>
));
Line.displayName = 'Line';

/** The lines, plain at first; in colours when the block is complete and the highlighter is there. */
export function useHighlighted(code: string, language: string, isGrowing: boolean): readonly (string | readonly CodeToken[])[] {
  const [coloured, setColoured] = useState<{ code: string; language: string; lines: readonly (readonly CodeToken[])[] } | null>(null);
  useEffect(() => {
    if (isGrowing || language === '' || code.length > HIGHLIGHTED_UP_TO) return;
    let isWanted = true;
    void import('./highlight.ts')
      .then(({ highlight }) => highlight(code, language))
      .then((lines) => {
        if (isWanted && lines) setColoured({ code, language, lines });
      });
    return () => {
      isWanted = false;
    };
  }, [code, language, isGrowing]);
  return coloured?.code === code && coloured.language === language ? coloured.lines : code.split('\n');
}

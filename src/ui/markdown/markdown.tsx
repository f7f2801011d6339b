import type { Token, Tokens } from 'marked';
import { memo, useRef } from 'react';
import { CodeBlock } from './code-block.tsx';
import { Inline } from './inline.tsx';
import { markdownBlocks, NO_BLOCKS, type MarkdownBlocks } from './markdown-blocks.ts';
import { say } from '../words/say.ts';
import './markdown.css';

interface MarkdownProps {
  readonly text: string;
  /** Whether more is coming. */
  readonly isGrowing?: boolean;
}

/**
 * An answer in the reading face. Model output is never markup (S6): tokens become elements of ours one by one, and what is written as
 * HTML is shown as the words it is.
 */
export function Markdown({ text, isGrowing = false }: MarkdownProps) {
  const last = useRef<MarkdownBlocks>(NO_BLOCKS);
  const parsed = markdownBlocks(text, last.current);
  last.current = parsed;
  const end = parsed.blocks.findLastIndex((block) => block.type !== 'space');
  return (
    <div className="prose">
      {parsed.blocks.map((block, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- blocks are only ever added at the end: their place is their name
        <Block key={index} token={block} isGrowing={isGrowing && index === end} />
      ))}
    </div>
  );
}

const Block = memo(({ token, isGrowing }: { token: Token; isGrowing: boolean }) => {
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'heading':
      return <Heading token={token as Tokens.Heading} />;
    case 'code': {
      const code = token as Tokens.Code;
      return <CodeBlock code={code.text} language={code.lang ?? ''} isGrowing={isGrowing} />;
    }
    case 'hr':
      return <hr />;
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={(token as Tokens.Blockquote).tokens} />
        </blockquote>
      );
    case 'list':
      return <List token={token as Tokens.List} />;
    case 'table':
      return <Table token={token as Tokens.Table} />;
    case 'paragraph':
    case 'text':
      return (
        <p>
          <Inline tokens={token.tokens ?? [token]} />
        </p>
      );
    default:
      // HTML, and whatever a later version of the parser adds: as written.
      return <p className="as-written">{token.raw.trimEnd()}</p>;
  }
});
Block.displayName = 'Block';

function Blocks({ tokens }: { tokens: readonly Token[] }) {
  return tokens.map((token, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- as above
    <Block key={index} token={token} isGrowing={false} />
  ));
}

function Heading({ token }: { token: Tokens.Heading }) {
  // The page's own title is the first level; an answer's headings stand below it.
  const Level = token.depth <= 2 ? 'h2' : 'h3';
  return (
    <Level>
      <Inline tokens={token.tokens} />
    </Level>
  );
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- as above
    <li key={index} className={item.task ? 'is-task' : ''} data-done={item.task ? item.checked === true : undefined}>
      {item.task ? <span className="unseen">{item.checked ? say`done: ` : say`to do: `}</span> : null}
      {item.tokens.map((child, at) =>
        child.type === 'text' || child.type === 'paragraph' ? (
          // oxlint-disable-next-line react/no-array-index-key -- as above
          <span key={at} className={token.loose ? 'item-paragraph' : ''}>
            <Inline tokens={child.tokens ?? [child]} />
          </span>
        ) : child.type === 'checkbox' ? null : (
          // oxlint-disable-next-line react/no-array-index-key -- as above
          <Block key={at} token={child} isGrowing={false} />
        ),
      )}
    </li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={typeof token.start === 'number' ? token.start : 1}>{items}</ol>;
}

const FIGURE = /^[\s€$£≈<>+−–-]*[\d.,\u00a0\u202f ]+\s*(?:%|[a-zA-Zµ°]{1,4})?$/;

function Table({ token }: { token: Tokens.Table }) {
  // Columns of figures end on one edge, even where the model did not say so.
  const isFigures = token.header.map(
    (_, column) =>
      token.align[column] === 'right' ||
      (token.align[column] === null && token.rows.length > 0 && token.rows.every((row) => FIGURE.test(row[column]?.text ?? ''))),
  );
  const label = say`Table: ${token.header.map((cell) => cell.text).join(', ')}`;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="wide table-room" tabIndex={0} role="region" aria-label={label}>
      <table className={`data ${token.header.length > 3 ? 'is-full' : ''}`}>
        <thead>
          <tr>
            {token.header.map((cell, column) => (
              // oxlint-disable-next-line react/no-array-index-key -- as above
              <th key={column} className={isFigures[column] ? 'figure' : ''}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- as above
            <tr key={at}>
              {row.map((cell, column) => (
                // oxlint-disable-next-line react/no-array-index-key -- as above
                <td key={column} className={isFigures[column] ? 'figure' : ''}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

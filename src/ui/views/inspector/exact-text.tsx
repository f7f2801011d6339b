import { memo, useMemo } from 'react';
import { Visible } from '../../components/visible.tsx';
import { piecesOf } from './pieces-of.ts';

/**
 * Text exactly as it was sent: no highlighting, no wrapping of what it means, JSON escapes as they are,
 * and what would not be seen as escapes of ours. Long texts stand in pieces that
 * the browser lays out only when they come into view.
 */
export const ExactText = memo(function ExactText({ text }: { text: string }) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  return (
    <div className="exact-text">
      {pieces.map((piece, index) => (
        <span key={index} className={pieces.length > 1 ? 'exact-piece' : undefined}>
          <Visible text={piece} />
        </span>
      ))}
    </div>
  );
});

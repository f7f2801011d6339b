import { Visible } from '../../components/visible.tsx';
import { marksIn } from './marks-in.ts';

/** A text with what was found in it marked. */
export function MarkedText({ text }: { text: string }) {
  return marksIn(text).map((piece, index) =>
    piece.isHit ? (
      <mark key={index}>
        <Visible text={piece.text} />
      </mark>
    ) : (
      <Visible key={index} text={piece.text} />
    ),
  );
}

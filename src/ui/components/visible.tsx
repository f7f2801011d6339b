import { visiblePieces } from '../../core/models/visible.ts';
import './visible.css';

/** Words of a model or of a file, with what would not be seen in them as escapes: they read as what they are. */
export function Visible({ text }: { text: string }) {
  return visiblePieces(text).map((piece, index) =>
    piece.isEscape ? (
      // oxlint-disable-next-line react/no-array-index-key -- the pieces of a text are drawn together
      <span key={index} className="escape">
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}

import './waiting-lines.css';

const WIDTHS = ['92%', '78%', '46%'];

/** Where words will stand in a moment. It keeps their height and does not shimmer. */
export function WaitingLines({ lines = 3 }: { lines?: number }) {
  return (
    <div className="waiting-lines" aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} style={{ width: WIDTHS[line % WIDTHS.length] }} />
      ))}
    </div>
  );
}

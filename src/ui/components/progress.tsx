import './progress.css';

/** How far something is, 0 to 1. The figures stand beside it in words. */
export function Progress({ name, part }: { name: string; part: number }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 1_000) / 10;
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent)}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}

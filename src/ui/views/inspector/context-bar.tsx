import { memo } from 'react';
import type { ShownSection } from './request-sections.ts';

interface ContextBarProps {
  readonly sections: readonly ShownSection[];
  readonly total: number;
  /** Tokens that are served, input and output together; null when it is not known. */
  readonly window: number | null;
}

/** True to scale: the thin bar is the whole window, the tall one the request, opened out of it. What came from outside is hatched. */
export const ContextBar = memo(function ContextBar({ sections, total, window }: ContextBarProps) {
  const filled = sections.filter((section) => section.tokens > 0);
  const whole = window === null ? null : Math.max(window, total);
  return (
    <div className="request-bars" aria-hidden="true">
      {whole === null ? null : (
        <>
          <div className="request-bar is-thin">
            {filled.map(({ name, tokens }) => (
              <i key={name} className={`c-${name}`} style={{ width: percent(tokens, whole) }} />
            ))}
          </div>
          <svg className="request-zoom" viewBox="0 0 100 12" preserveAspectRatio="none">
            <path d={`M0 0H${((total / whole) * 100).toFixed(2)}L100 12H0Z`} />
          </svg>
        </>
      )}
      <div className="request-bar is-tall">
        {filled.map(({ name, tokens }) => (
          <i key={name} className={`c-${name}`} style={{ width: percent(tokens, total) }} />
        ))}
      </div>
    </div>
  );
});

function percent(part: number, whole: number): string {
  return `${((part / Math.max(1, whole)) * 100).toFixed(3)}%`;
}

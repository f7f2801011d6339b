import { clock } from '../../figures.ts';
import type { RunTimeline } from './run-timeline.ts';

/** The lanes of a run, true to time: the model, the tools, the waiting for the person. The list below says the same in words. */
export function RunLanes({ timeline: { lanes, length } }: { timeline: RunTimeline }) {
  const marks = [0, 1 / 3, 2 / 3, 1];
  return (
    <div className="lanes" aria-hidden="true">
      {lanes.map((lane) => (
        <div className="lane" key={lane.name}>
          <span>{lane.name}</span>
          <div>
            {lane.bars.map((bar) => (
              <i
                key={bar.id}
                className={`is-${bar.look} ${lane.rows > 1 ? `row-${bar.row}-of-${Math.min(3, lane.rows)}` : ''}`}
                style={{ left: percent(bar.from, length), width: `max(2px, ${percent(bar.to - bar.from, length)})` }}
              />
            ))}
          </div>
        </div>
      ))}
      <div className="lane-axis">
        {marks.map((part) => (
          <span key={part}>{part === 0 ? '0' : length < 6_000 ? seconds(length * part) : clock(length * part)}</span>
        ))}
      </div>
    </div>
  );
}

/** Under six seconds, whole ones would say the same twice. */
function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)}\u00a0s`;
}

function percent(part: number, whole: number): string {
  return `${((Math.max(0, part) / whole) * 100).toFixed(3)}%`;
}

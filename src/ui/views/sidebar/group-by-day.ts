import type { ConversationLine } from '../../../contract/views.ts';
import { daysAgo } from '../../figures.ts';

export interface DayGroup {
  readonly name: string;
  readonly lines: readonly ConversationLine[];
}

/** The list as it is told: pinned, then by day, the newest first. */
export function groupByDay(lines: readonly ConversationLine[], now: number): readonly DayGroup[] {
  const groups = new Map<string, ConversationLine[]>();
  const newestFirst = lines.toSorted((a, b) => b.updatedAt - a.updatedAt);
  for (const line of [...newestFirst.filter((each) => each.pinned), ...newestFirst.filter((each) => !each.pinned)]) {
    const name = line.pinned ? 'Pinned' : dayName(line.updatedAt, now);
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return [...groups].map(([name, each]) => ({ name, lines: each }));
}

function dayName(at: number, now: number): string {
  const ago = daysAgo(at, now);
  if (ago <= 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  if (ago < 7) return 'Last week';
  return ago < 31 ? 'Last month' : 'Earlier';
}

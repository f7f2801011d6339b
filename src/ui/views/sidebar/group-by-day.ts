import type { Folder } from '../../../core/models/folder.ts';
import type { ConversationLine } from '../../../contract/views.ts';
import { daysAgo } from '../../figures.ts';
import { say } from '../../words/say.ts';

export interface DayGroup {
  readonly name: string;
  readonly lines: readonly ConversationLine[];
}

/** The list as it is told: pinned, then by day, the newest first. */
export function groupByDay(lines: readonly ConversationLine[], now: number): readonly DayGroup[] {
  const groups = new Map<string, ConversationLine[]>();
  const newestFirst = lines.toSorted((a, b) => b.updatedAt - a.updatedAt);
  for (const line of [...newestFirst.filter((each) => each.pinned), ...newestFirst.filter((each) => !each.pinned)]) {
    const name = line.pinned ? say`Pinned` : dayName(line.updatedAt, now);
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return [...groups].map(([name, each]) => ({ name, lines: each }));
}

/** A part of the list: a folder with what is in it, or a day. */
export interface ListSection extends DayGroup {
  readonly folder: Folder | null;
}

/** Pinned ones first, then folders by name, then what is in none, by day. What is pinned stands on top, whatever folder it is in. */
export function sectionsOf(lines: readonly ConversationLine[], folders: readonly Folder[], now: number): readonly ListSection[] {
  const known = new Set(folders.map((folder) => folder.id));
  const isFiled = (line: ConversationLine) => !line.pinned && line.folderId !== undefined && known.has(line.folderId);
  const [pinned, days] = [lines.filter((line) => line.pinned), lines.filter((line) => !line.pinned && !isFiled(line))];
  const filed = lines.filter(isFiled).toSorted((a, b) => b.updatedAt - a.updatedAt);
  const day = (group: DayGroup): ListSection => ({ ...group, folder: null });
  return [
    ...groupByDay(pinned, now).map(day),
    ...folders.map((folder) => ({ name: folder.name, folder, lines: filed.filter((line) => line.folderId === folder.id) })),
    ...groupByDay(days, now).map(day),
  ];
}

function dayName(at: number, now: number): string {
  const ago = daysAgo(at, now);
  if (ago <= 0) return say`Today`;
  if (ago === 1) return say`Yesterday`;
  if (ago < 7) return say`Last week`;
  return ago < 31 ? say`Last month` : say`Earlier`;
}

import { isActive, type RunState } from '../../../core/agent/agent-state.ts';
import type { Interaction } from '../../../core/models/interaction.ts';
import type { RecordedRun, RecordedStep } from '../../../core/models/records.ts';
import { isSettled, type ToolCall } from '../../../core/models/tool-call.ts';
import { say } from '../../words/say.ts';

export type BarLook = 'model' | 'tool' | 'bad' | 'wait' | 'live';

/** A stretch of time in a lane. Milliseconds since the run began. */
export interface Bar {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly look: BarLook;
  /** Line inside its lane, from 0: what ran at the same time lies one below the other. */
  readonly row: number;
}

export interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly rows: number;
}

/** A wait for the person: from when it was asked until the call began or ended, or until now. */
export interface Wait {
  readonly interaction: Interaction;
  readonly from: number;
  /** Null: the time of the answer is on no record. */
  readonly to: number | null;
}

/** One step with its tries, its calls and what was asked of the person meanwhile. */
export interface ShownStep {
  readonly ord: number;
  /** The last is the one that counts. */
  readonly tries: readonly RecordedStep[];
  readonly calls: readonly ToolCall[];
  readonly waits: readonly Wait[];
}

export interface RunTimeline {
  readonly lanes: readonly Lane[];
  /** Milliseconds from its beginning to its end, or to now. */
  readonly length: number;
  readonly steps: readonly ShownStep[];
  readonly calls: number;
}

/** What happened in a run, true to time. `now` is milliseconds since 1970, for what is not over. */
export function timelineOf(
  run: RecordedRun,
  state: RunState,
  calls: readonly ToolCall[],
  interactions: readonly Interaction[],
  now: number,
): RunTimeline {
  const start = Math.min(run.createdAt, ...run.steps.map((step) => step.startedAt));
  const own = calls.filter((call) => call.runId === run.id);
  const waits = interactions.filter((each) => each.runId === run.id).map((each) => waitOf(each, own, now));
  const ends = [
    ...run.steps.map((step) => step.endedAt ?? 0),
    ...own.map((call) => call.endedAt ?? 0),
    ...waits.map((wait) => wait.to ?? wait.from),
  ];
  const end = isActive(state) ? now : Math.max(start + 1, ...ends);
  const model = run.steps.map((step): Omit<Bar, 'row'> => {
    const look = step.finish === 'failed' ? 'bad' : step.endedAt === undefined && isActive(state) ? 'live' : 'model';
    return { id: step.id, from: step.startedAt - start, to: (step.endedAt ?? end) - start, look };
  });
  const tools = own.flatMap((call): Omit<Bar, 'row'>[] => {
    if (call.startedAt === undefined) return [];
    const isLive = !isSettled(call.state);
    const look = call.state === 'failed' || call.state === 'interrupted' ? 'bad' : isLive ? 'live' : 'tool';
    return [{ id: call.id, from: call.startedAt - start, to: (call.endedAt ?? end) - start, look }];
  });
  const person = waits.flatMap((wait): Omit<Bar, 'row'>[] => {
    if (wait.to === null) return [];
    const look = wait.interaction.state === 'open' ? 'live' : 'wait';
    return [{ id: wait.interaction.id, from: wait.from - start, to: wait.to - start, look }];
  });
  return {
    lanes: [lane(say`Model`, model), lane(say`Tools`, tools), lane(say`You`, person)],
    length: Math.max(1, end - start),
    steps: stepsOf(run, own, waits),
    calls: own.length,
  };
}

function waitOf(interaction: Interaction, calls: readonly ToolCall[], now: number): Wait {
  const from = interaction.createdAt;
  if (interaction.state === 'open') return { interaction, from, to: now };
  const { prompt } = interaction;
  const call = 'callId' in prompt && prompt.callId !== null ? calls.find((each) => each.id === prompt.callId) : undefined;
  const began = call?.startedAt !== undefined && call.startedAt >= from ? call.startedAt : call?.endedAt;
  return { interaction, from, to: began !== undefined && began >= from ? began : null };
}

/** Bars that overlap go to the first line that is free, at most three. */
function lane(name: Lane['name'], bars: readonly Omit<Bar, 'row'>[]): Lane {
  const ends: number[] = [];
  const placed = bars
    .toSorted((a, b) => a.from - b.from)
    .map((bar): Bar => {
      let row = ends.findIndex((end) => end <= bar.from);
      if (row < 0) row = ends.length < 3 ? ends.length : 2;
      ends[row] = Math.max(ends[row] ?? 0, bar.to);
      return { ...bar, row };
    });
  return { name, bars: placed, rows: Math.max(1, ends.length) };
}

function stepsOf(run: RecordedRun, calls: readonly ToolCall[], waits: readonly Wait[]): readonly ShownStep[] {
  const byOrd = Map.groupBy(run.steps, (step) => step.ord);
  const steps = [...byOrd].toSorted(([a], [b]) => a - b);
  return steps.map(([ord, tries], index): ShownStep => {
    const ids = new Set(tries.map((step) => step.id));
    const own = calls.filter((call) => ids.has(call.stepId));
    const ownIds = new Set(own.map((call) => call.id));
    const from = Math.min(...tries.map((step) => step.startedAt));
    const next = steps[index + 1]?.[1];
    const until = next ? Math.min(...next.map((step) => step.startedAt)) : Infinity;
    const isIn = ({ interaction: { prompt, createdAt } }: Wait) =>
      'callId' in prompt && prompt.callId !== null ? ownIds.has(prompt.callId) : createdAt >= from && createdAt < until;
    return { ord, tries: tries.toSorted((a, b) => a.attempt - b.attempt), calls: own, waits: waits.filter(isIn) };
  });
}

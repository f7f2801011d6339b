import type { ScriptedReply } from '../tests/support/scripted-model-server.ts';
import type { BenchSite, Observed } from './bench-site.ts';
import { median, timesFloor, type Figure } from './figure.ts';

const DELTAS = 5_000;
const CHARACTERS = 4;

/** Words that do not repeat themselves: a counter among them. */
function words(deltas: number): string {
  let text = '';
  for (let at = 0; text.length < deltas * CHARACTERS; at += 1) text += `${at} is ${at * 7}, `;
  return text.slice(0, deltas * CHARACTERS);
}

/** An answer of many small deltas: what one of them costs, in CPU. */
export async function benchStream(site: BenchSite, isQuick: boolean): Promise<Figure[]> {
  const burst = await costPerDelta(site, 0, isQuick ? 3 : 11);
  const paced = await costPerDelta(site, 1, isQuick ? 1 : 3);
  return [
    { name: 'CPU per delta of 5,000, burst', unit: 'µs', ...burst, goal: timesFloor(1.3, burst.floor) },
    { name: 'CPU per delta of 5,000, paced', unit: 'µs', ...paced, goal: timesFloor(1.3, paced.floor) },
  ];
}

async function costPerDelta(site: BenchSite, delayMs: number, turns: number): Promise<{ ours: number; floor: number }> {
  const text = words(DELTAS);
  const script: ScriptedReply[] = [{ text, chunkSize: CHARACTERS, delayMs }];
  const trivial: ScriptedReply[] = [{ text: 'Hello.' }];
  const runs: Record<'ours' | 'floor', { long: number[]; short: number[] }> = {
    ours: { long: [], short: [] },
    floor: { long: [], short: [] },
  };
  for (let turn = 0; turn < turns; turn += 1) {
    for (const who of ['ours', 'floor'] as const) {
      runs[who].short.push((await site[who](trivial)).cost.cpu);
      runs[who].long.push(checked(await site[who](script), text).cost.cpu);
    }
  }
  const perDelta = ({ long, short }: { long: number[]; short: number[] }) => ((median(long) - median(short)) * 1000) / DELTAS;
  return { ours: perDelta(runs.ours), floor: perDelta(runs.floor) };
}

function checked(observed: Observed, text: string): Observed {
  if (observed.output.trimEnd() !== text.trimEnd()) throw new Error('the answer did not come out as it was sent');
  return observed;
}

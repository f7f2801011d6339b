import type { BenchSite, Observed } from './bench-site.ts';
import { median, timesFloor, type Figure } from './figure.ts';

/** A new process, one prompt, one word as the answer. */
export async function benchStart(site: BenchSite, isQuick: boolean): Promise<Figure[]> {
  const ours: Observed[] = [];
  const floor: Observed[] = [];
  const script = [{ text: 'Hello.' }];
  for (let turn = 0; turn < (isQuick ? 7 : 31); turn += 1) {
    ours.push(await site.ours(script));
    floor.push(await site.floor(script));
  }
  const of = (of: (observed: Observed) => number) => ({ ours: median(ours.map(of)), floor: median(floor.map(of)) });
  const start = of(({ cost, requests }) => (requests[0]?.arrivedAt ?? Number.NaN) - cost.startedAt);
  const cpu = of(({ cost }) => cost.cpu);
  const rss = of(({ cost }) => cost.rss / 1024);
  return [
    { name: 'start → first request', unit: 'ms', ...start, goal: timesFloor(1.6, start.floor) },
    { name: 'CPU of a trivial prompt', unit: 'ms', ...cpu, goal: timesFloor(2, cpu.floor) },
    { name: 'memory of a trivial prompt (RSS)', unit: 'MB', ...rss, goal: timesFloor(1.5, rss.floor) },
  ];
}

/** The default tools, the instructions and the prompt, as the first request carries them. */
export async function benchRequest(site: BenchSite): Promise<Figure[]> {
  const [request] = (await site.ours([{ text: 'Hello.' }])).requests;
  const bytes = Buffer.byteLength(request?.body ?? '');
  return [
    { name: 'first request, default tools', unit: 'bytes', ours: bytes, floor: null, goal: { words: '≤ 6,000 bytes', limit: 6_000 } },
  ];
}

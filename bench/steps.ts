import type { ScriptedReply } from '../tests/support/scripted-model-server.ts';
import type { BenchSite, Observed } from './bench-site.ts';
import { median, timesFloor, type Figure } from './figure.ts';
import { gapsBetween } from './model-server.ts';

const STEPS = 30;

function script(call: (at: number) => { readonly name: string; readonly input: unknown }): ScriptedReply[] {
  const replies = Array.from({ length: STEPS }, (_, at): ScriptedReply => ({ toolCalls: [{ ...call(at), id: `call_${at}` }] }));
  return [...replies, { text: 'Done.' }];
}

/** Each step reads other lines, so that nothing is the same call again. */
const READS = script((at) => ({ name: 'read_file', input: { path: 'notes.txt', start_line: at * 40 + 1, end_line: at * 40 + 40 } }));
const COMMANDS = script((at) => ({ name: 'run_command', input: { command: `echo ${at + 1}` } }));
const TRIVIAL = [{ text: 'Done.' }];

interface Pair {
  readonly ours: Observed[];
  readonly floor: Observed[];
}

async function observe(site: BenchSite, replies: readonly ScriptedReply[], into: Pair): Promise<void> {
  into.ours.push(checked(await site.ours(replies, '--allow', 'run_command', '--max-steps', '100'), replies.length));
  into.floor.push(checked(await site.floor(replies), replies.length));
}

function checked(observed: Observed, requests: number): Observed {
  if (observed.requests.length !== requests) throw new Error(`${observed.requests.length} requests came instead of ${requests}`);
  return observed;
}

const newPair = (): Pair => ({ ours: [], floor: [] });
const gapOf = (observed: readonly Observed[]) => median(observed.flatMap(({ requests }) => gapsBetween(requests)));
const cpuOf = (observed: readonly Observed[]) => median(observed.map(({ cost }) => cost.cpu));
const rssOf = (observed: readonly Observed[]) => median(observed.map(({ cost }) => cost.rss / 1024));

/** Thirty steps in one run, everything stored: what lies between an answer and the next request. */
export async function benchSteps(site: BenchSite, isQuick: boolean): Promise<Figure[]> {
  const reads = newPair();
  const commands = newPair();
  const trivial = newPair();
  const bare: { ms: number; cpu: number }[] = [];
  for (let turn = 0; turn < (isQuick ? 3 : 11); turn += 1) {
    await observe(site, TRIVIAL, trivial);
    await observe(site, READS, reads);
    await observe(site, COMMANDS, commands);
    bare.push(await site.sandboxes(STEPS));
  }
  const gap = (pair: Pair) => ({ ours: gapOf(pair.ours), floor: gapOf(pair.floor) });
  const cpu = (pair: Pair) => ({
    ours: (cpuOf(pair.ours) - cpuOf(trivial.ours)) / STEPS,
    floor: (cpuOf(pair.floor) - cpuOf(trivial.floor)) / STEPS,
  });
  const sandbox = { ms: median(bare.map(({ ms }) => ms)), cpu: median(bare.map((each) => each.cpu)) };
  const plus = (floor: number, more: number) => ({ words: `≤ floor + bare sandbox (${more.toFixed(1)})`, limit: floor + more });
  const [readGap, commandGap, readCpu, commandCpu] = [gap(reads), gap(commands), cpu(reads), cpu(commands)];
  const rss = { ours: rssOf(commands.ours), floor: rssOf(commands.floor) };
  return [
    { name: 'gap per step, read', unit: 'ms', ...readGap, goal: timesFloor(2.5, readGap.floor) },
    { name: 'gap per step, command', unit: 'ms', ...commandGap, goal: plus(commandGap.floor, sandbox.ms) },
    { name: 'CPU per step, read', unit: 'ms', ...readCpu, goal: timesFloor(2, readCpu.floor) },
    { name: 'CPU per step, command', unit: 'ms', ...commandCpu, goal: plus(commandCpu.floor, sandbox.cpu) },
    { name: 'memory after 30 commands (RSS)', unit: 'MB', ...rss, goal: timesFloor(1.5, rss.floor) },
  ];
}

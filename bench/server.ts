import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchSite } from './bench-site.ts';
import { median, type Figure } from './figure.ts';

/** What the best peer needs; see the README. */
const BEST_PEER = { readyMs: 276, pssMb: 81 };
/** Clock ticks a second, as Linux tells times of processes. */
const TICKS = 100;

export interface RunningServer {
  readonly child: ChildProcess;
  readonly readyMs: number;
  readonly origin: string;
  readonly token: string;
}

/** The server that stays: how soon it is there, what it costs when nothing happens, and how soon a prompt is at the model. */
export async function benchServer(site: BenchSite, isQuick: boolean): Promise<Figure[]> {
  const turns = isQuick ? 5 : 21;
  const ready = { ours: [] as number[], floor: [] as number[] };
  for (let turn = 0; turn < turns; turn += 1) {
    for (const who of ['ours', 'floor'] as const) {
      const server = await start(site, who);
      ready[who].push(server.readyMs);
      await end(server);
    }
  }
  const idle = { ours: await idleOf(site, 'ours', isQuick), floor: await idleOf(site, 'floor', isQuick) };
  const prompt = { ours: await promptOf(site, 'ours', turns * 3), floor: await promptOf(site, 'floor', turns * 3) };
  return [
    {
      name: 'server: start → ready',
      unit: 'ms',
      ours: median(ready.ours),
      floor: median(ready.floor),
      goal: { words: `≤ ${BEST_PEER.readyMs} ms, the best peer`, limit: BEST_PEER.readyMs },
    },
    {
      name: 'server: idle memory (PSS), page served',
      unit: 'MB',
      ours: idle.ours.pssMb,
      floor: idle.floor.pssMb,
      goal: { words: `≤ ${BEST_PEER.pssMb} MB, the best peer`, limit: BEST_PEER.pssMb },
    },
    { name: 'server: idle CPU', unit: 'ms/s', ours: idle.ours.cpu, floor: idle.floor.cpu, goal: { words: '≤ 1 ms/s', limit: 1 } },
    { name: 'server: prompt → request', unit: 'ms', ours: prompt.ours, floor: prompt.floor, goal: { words: '≤ 2 ms', limit: 2 } },
  ];
}

/** @param home the data folder; the site's own unless given */
export async function start(site: BenchSite, who: 'ours' | 'floor', home?: string): Promise<RunningServer> {
  const { argv, env } = site.server(who, home);
  const startedAt = performance.now();
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { env: { ...env }, cwd: site.folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.setEncoding('utf8').once('data', resolve);
  });
  const readyMs = performance.now() - startedAt;
  const [, origin = '', token = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/#token=(\S+)/.exec(line) ?? [];
  if (origin === '') throw new Error(`the server said: ${line}`);
  return { child, readyMs, origin, token };
}

export async function end({ child }: RunningServer): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function idleOf(site: BenchSite, who: 'ours' | 'floor', isQuick: boolean): Promise<{ pssMb: number; cpu: number }> {
  const server = await start(site, who);
  await get(server, '/');
  const seconds = isQuick ? 2 : 10;
  await sleep(2_000);
  const before = ticksOf(server.child.pid);
  await sleep(seconds * 1_000);
  const cpu = ((ticksOf(server.child.pid) - before) * 1_000) / TICKS / seconds;
  const [, pss = 'NaN'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.child.pid}/smaps_rollup`, 'utf8')) ?? [];
  await end(server);
  return { pssMb: Number(pss) / 1024, cpu };
}

function ticksOf(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name, which may hold anything: state, and as the 12th and 13th from there the times in user and in system.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Milliseconds from a client's sending to the arrival of the request at the model. */
async function promptOf(site: BenchSite, who: 'ours' | 'floor', turns: number): Promise<number> {
  const server = await start(site, who);
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await site.model.script([{ text: 'Hello.' }]);
    await site.model.take();
    const sentAt = monotonic();
    await post(server, agent, { json: { commandId: randomUUID(), workspace: site.folder, text: `Hello ${turn}` } });
    let arrivedAt: number | undefined;
    for (let tries = 0; arrivedAt === undefined && tries < 200; tries += 1) {
      [arrivedAt] = (await site.model.take()).map((asked) => asked.arrivedAt);
      if (arrivedAt === undefined) await sleep(5);
    }
    if (arrivedAt === undefined) throw new Error('no request came');
    times.push(arrivedAt - sentAt);
    await sleep(30);
  }
  agent.destroy();
  await end(server);
  // The first ones load what the others find loaded.
  return median(times.slice(3));
}

/** Milliseconds of the machine's monotonic clock, which all processes share. */
function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function post(server: RunningServer, agent: Agent, body: unknown): Promise<void> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(`${server.origin}/rpc/messages/send`, {
      method: 'POST',
      agent,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      if ((response.statusCode ?? 500) >= 300) reject(new Error(`the server answered ${response.statusCode}`));
      response.on('end', resolve);
    });
    sent.end(text);
  });
}

function get(server: RunningServer, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request(`${server.origin}${path}`, (response) => {
      response.resume();
      response.on('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}

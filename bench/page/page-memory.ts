import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BrowserContext, Page } from '@playwright/test';
import type { Figure } from '../figure.ts';
import type { ModelServer } from '../model-server.ts';

/** Runs that are made, each in a conversation of its own, and how many of them come before the first look. */
const RUNS = { early: 50, all: 100 };
/** Conversations that are opened, one after the other, and after how many the first look is taken. */
const OPENED = { early: 20, all: 100 };
/** How much more memory may be held late than early: what grows with each run or window is far above it. */
const FLAT = { words: '≤ 1.2', limit: 1.2 };
/** About 4 KB of an answer. */
const ANSWER = Array.from({ length: 120 }, (_, line) => `- line ${line} of what was found`).join('\n');

interface Watched {
  readonly url: string;
  readonly pid: number;
  readonly workspace: string;
}

/** What page and server hold after much work, beside what they held after some of it: memory that is not given back shows as a ratio. */
export async function memoryOverTime(context: BrowserContext, server: Watched, model: ModelServer): Promise<Figure[]> {
  const call = caller(server.url);
  await model.script([{ text: ANSWER, repeat: RUNS.all }]);
  const ids: string[] = [];
  const resident: number[] = [];
  for (let turn = 1; turn <= RUNS.all; turn += 1) {
    ids.push(await runOnce(call, server.workspace, turn));
    if (turn === RUNS.early || turn === RUNS.all) resident.push(await residentMb(server.pid));
  }
  await model.take();
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  const heaps: number[] = [];
  for (const [at, id] of ids.slice(0, OPENED.all).entries()) {
    await openConversation(page, id, at + 1);
    if (at + 1 === OPENED.early || at + 1 === OPENED.all) heaps.push(await heapMb(page));
  }
  await page.close();
  return [
    { name: `server memory, run ${RUNS.all} / run ${RUNS.early}`, unit: '×', ours: ratio(resident), floor: null, goal: FLAT },
    { name: 'server memory (RSS) then', unit: 'MB', ours: resident.at(-1) ?? Number.NaN, floor: null, goal: null },
    { name: `page heap, conversation ${OPENED.all} / ${OPENED.early}`, unit: '×', ours: ratio(heaps), floor: null, goal: FLAT },
    { name: 'page heap then, after a collection', unit: 'MB', ours: heaps.at(-1) ?? Number.NaN, floor: null, goal: null },
  ];
}

type Call = (procedure: string, input: unknown) => Promise<unknown>;

function caller(url: string): Call {
  const { origin, hash } = new URL(url);
  const headers = { authorization: `Bearer ${hash.slice('#token='.length)}`, 'content-type': 'application/json' };
  return async (procedure, input) => {
    const response = await fetch(`${origin}/rpc/${procedure}`, { method: 'POST', headers, body: JSON.stringify({ json: input }) });
    const { json } = (await response.json()) as { json: unknown };
    if (!response.ok) throw new Error(`${procedure}: ${JSON.stringify(json)}`);
    return json;
  };
}

/** One message in a new conversation, to the end of its run. */
async function runOnce(call: Call, workspace: string, turn: number): Promise<string> {
  const sent = (await call('messages/send', { commandId: randomUUID(), workspace, text: `Question ${turn} of many` })) as {
    conversationId: string;
  };
  for (let look = 0; look < 500; look += 1) {
    const { runs } = (await call('runs/list', { conversationId: sent.conversationId })) as { runs: { state: { name: string } }[] };
    const name = runs[0]?.state.name;
    if (name === 'completed') return sent.conversationId;
    if (name === 'failed' || name === 'cancelled') throw new Error(`run ${turn} is ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`run ${turn} does not end`);
}

async function openConversation(page: Page, id: string, turn: number): Promise<void> {
  await page.evaluate(
    (path) => {
      history.pushState(null, '', path);
      dispatchEvent(new PopStateEvent('popstate'));
    },
    `/c/${encodeURIComponent(id)}`,
  );
  await page.locator('.said', { hasText: `Question ${turn} of many` }).waitFor();
}

/** What the page's scripts hold once what nobody holds any more was taken away. */
async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1_000_000;
}

/** Resident memory of a process when it has had a moment to itself. */
async function residentMb(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_000;
}

function ratio([early, late]: readonly number[]): number {
  return (late ?? Number.NaN) / (early ?? Number.NaN);
}

import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { openBrowser, openProfile } from '../../tests/support/browser.ts';
import { asTable, goalsMet, median, timesFloor, type Figure } from '../figure.ts';
import { fillLongConversation, LONG_CONVERSATION } from '../long-conversation.ts';
import { startModelServer, type ModelServer } from '../model-server.ts';
import { memoryOverTime } from './page-memory.ts';
import { collectFrames, framesOf, type Frames } from './page-frames.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const isQuick = process.argv.includes('--quick');
/** Only what is held after much work. */
const isMemoryOnly = process.argv.includes('--memory');

/** An answer of 20 KB at 300 tokens a second, four characters each. */
const STREAM = { words: isQuick ? 1_500 : 5_000, everyMs: 1000 / 300 };

/** A product folder whose page is the floor: the same server, the same build, React and a field. */
async function makeFloorProduct(folder: string): Promise<string> {
  const product = join(folder, 'floor-product');
  cpSync(join(ROOT, 'dist'), join(product, 'dist'), { recursive: true });
  for (const name of ['package.json', 'node_modules']) symlinkSync(join(ROOT, name), join(product, name));
  const { build } = await import('vite');
  await build({
    configFile: join(ROOT, 'vite.config.ts'),
    root: join(ROOT, 'bench/page/floor'),
    logLevel: 'warn',
    build: { outDir: join(product, 'dist/page'), emptyOutDir: true },
  });
  return product;
}

interface Served {
  readonly child: ChildProcess;
  /** The address with the token. */
  readonly url: string;
}

async function serve(product: string, home: string, model: ModelServer, workspace: string): Promise<Served> {
  const child = spawn(process.execPath, [join(product, 'dist/main.js'), '--port', '0', '--no-open'], {
    cwd: workspace,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: join(home, 'of-person'),
      GLASSHOUSE_HOME: home,
      GLASSHOUSE_TITLES: 'off',
      GLASSHOUSE_KEYCHAIN: 'off',
      GLASSHOUSE_WINDOW: '200000',
      GLASSHOUSE_MODEL: 'openai-compatible/bench',
      OPENAI_BASE_URL: model.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.setEncoding('utf8').once('data', resolve);
  });
  const [url] = /http:\S+/.exec(line) ?? [];
  if (url === undefined) throw new Error(`the server said: ${line}`);
  return { child, url };
}

/** Milliseconds from asking for the page, caches warm. */
interface Opening {
  /** Until it takes what is typed, and goes on taking it: no task holds up a key by more than 50 ms from then on. */
  readonly interactive: number;
  /** Until everything of it is drawn, and the browser has nothing to do for it. */
  readonly idle: number;
}

async function opening(context: BrowserContext, url: string, turns: number): Promise<Opening[]> {
  const openings: Opening[] = [];
  // The first visits compile and keep what is compiled.
  for (let turn = 0; turn < turns + 4; turn += 1) {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'commit' });
    const times = await page.evaluate(async () => {
      const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const holdUps: number[] = [];
      const observer = new PerformanceObserver((list) => {
        for (const task of list.getEntries()) holdUps.push(task.startTime + task.duration);
      });
      observer.observe({ type: 'longtask', buffered: true });
      while (!document.querySelector('textarea')) await nextFrame();
      const field = performance.now();
      while (document.querySelector('.early')) await nextFrame();
      await new Promise((resolve) => requestIdleCallback(resolve));
      const idle = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return { interactive: Math.max(field, ...holdUps), idle };
    });
    if (turn >= 4) openings.push(times);
    await page.close();
  }
  return openings;
}

/** What the browser must fetch and run before the page is there; bytes, compressed. */
function firstScript(): number {
  const page = join(ROOT, 'dist/page');
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  const wanted = [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '');
  if (wanted.length === 0) throw new Error('the page asks for no script');
  return wanted.reduce((sum, file) => sum + gzipSync(readFileSync(join(page, file))).length, 0);
}

/** Milliseconds of the machine's monotonic clock at which a moment of the page's own clock was. */
async function clockOf(page: Page): Promise<(pageTime: number) => number> {
  let best = { width: Number.POSITIVE_INFINITY, offset: 0 };
  for (let turn = 0; turn < 30; turn += 1) {
    const before = monotonic();
    const there = await page.evaluate(() => performance.now());
    const after = monotonic();
    if (after - before < best.width) best = { width: after - before, offset: (before + after) / 2 - there };
  }
  return (pageTime) => pageTime + best.offset;
}

function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Milliseconds from the press of Enter to the arrival of the request at the model. */
async function keyToRequest(page: Page, model: ModelServer, turns: number): Promise<number> {
  const field = page.getByRole('textbox', { name: 'Message' });
  const times: number[] = [];
  await page.evaluate(() => {
    addEventListener(
      'keydown',
      (event) => {
        if (event.key === 'Enter') Object.assign(globalThis, { pressedAt: event.timeStamp });
      },
      true,
    );
  });
  await field.focus();
  for (let turn = 0; turn < turns + 3; turn += 1) {
    await model.script([{ text: 'Hello.' }]);
    await model.take();
    await field.fill(`Hello ${turn}`);
    const toOurs = await clockOf(page);
    await page.keyboard.press('Enter');
    // Asked any sooner, the model's server would be busy with the question.
    await pause(100);
    let arrivedAt: number | undefined;
    while (arrivedAt === undefined) {
      [arrivedAt] = (await model.take()).map((asked) => asked.arrivedAt);
      if (arrivedAt === undefined) await pause(5);
    }
    const pressedAt = await page.evaluate(() => (globalThis as unknown as { pressedAt: number }).pressedAt);
    if (turn >= 3) times.push(arrivedAt - toOurs(pressedAt));
    await pause(200);
  }
  return median(times);
}

/** The same with the least that there can be: a page that fetches, and a server that keeps the words and passes them on. */
async function floorKeyToRequest(browser: Browser, folder: string, model: ModelServer, turns: number): Promise<number> {
  const body = join(folder, 'floor-body.json');
  await model.script([{ text: 'Hello.' }]);
  writeFileSync(body, JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: 'Hello. '.repeat(600) }] }));
  const floor = [join(ROOT, 'bench/floor.mjs'), 'serve', model.url, join(folder, 'floor.db'), body];
  const child = spawn(process.execPath, floor, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => void child.stdout.setEncoding('utf8').once('data', resolve));
  const page = await browser.newPage();
  await page.goto(/http:\S+/.exec(line)?.[0] ?? '');
  await page.evaluate(() => {
    const field = document.createElement('textarea');
    field.ariaLabel = 'Message';
    document.body.replaceChildren(field);
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      void fetch('/', { method: 'POST', body: JSON.stringify({ json: { text: field.value } }) });
    });
  });
  const time = await keyToRequest(page, model, turns);
  await page.close();
  child.kill('SIGTERM');
  return time;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const MARKDOWN = `## Part NUMBER

The **north wall** was measured *twice*, with \`loss()\` and by hand; see [the list](https://example.org/NUMBER).

- one thing that holds
- another thing that does not

| part | before | after |
|---|---:|---:|
| pile NUMBER | 284.0 | 196.0 |

\`\`\`js
const loss = (before, after) => (before - after) / before; // NUMBER
\`\`\`

`;

function markdown(characters: number): string {
  let text = '';
  for (let part = 1; text.length < characters; part += 1) text += MARKDOWN.replaceAll('NUMBER', String(part));
  return text.slice(0, characters);
}

/** Frames while an answer streams, with somebody typing meanwhile. */
async function streamFrames(page: Page, model: ModelServer): Promise<Frames> {
  await model.script([{ text: markdown(STREAM.words * 4), chunkSize: 4, delayMs: STREAM.everyMs }]);
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('Write it all down.');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1_000);
  await collectFrames(page);
  await typeAlong(page, STREAM.words * STREAM.everyMs - 3_000);
  return framesOf(page);
}

async function plainFrames(context: BrowserContext, url: string): Promise<Frames> {
  const page = await context.newPage();
  const address = new URL(url);
  address.search = `?words=${STREAM.words}&every=${STREAM.everyMs}`;
  await page.goto(address.href);
  await page.waitForTimeout(1_000);
  await page.getByRole('textbox', { name: 'Message' }).focus();
  await collectFrames(page);
  await typeAlong(page, STREAM.words * STREAM.everyMs - 3_000);
  const frames = await framesOf(page);
  await page.close();
  return frames;
}

async function typeAlong(page: Page, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    await page.keyboard.press('a');
    await pause(120);
  }
}

/** The longest task that a paste of 20,000 lines causes; milliseconds. */
async function pasteHoldUp(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('textbox', { name: 'Message' }).focus();
  await pause(1_500);
  const longest = await page.evaluate(async () => {
    const tasks: number[] = [0];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
    const data = new DataTransfer();
    data.setData('text/plain', Array.from({ length: 20_000 }, (_, at) => `${at}: a line of some length that somebody copied`).join('\n'));
    const startedAt = performance.now();
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    tasks.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return Math.max(...tasks);
  });
  await page.close();
  return longest;
}

/** Opening and reading a conversation of 10,000 messages. */
async function longConversation(
  context: BrowserContext,
  url: string,
): Promise<{ openMs: number; firstMs: number; blankShare: number; frameP99: number }> {
  const page = await context.newPage();
  await page.goto(url);
  const line = page.getByRole('link', { name: LONG_CONVERSATION.title });
  await line.waitFor();
  await pause(500);
  const openMs = await page.evaluate(async (last) => {
    const link = [...document.querySelectorAll('a')].find((each) => each.textContent?.includes('Ten thousand')) as HTMLElement;
    const startedAt = performance.now();
    link.click();
    const isThere = () => document.querySelector('.scroll')?.textContent?.includes(last) ?? false;
    while (!isThere()) await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return performance.now() - startedAt;
  }, LONG_CONVERSATION.lastWords);
  await pause(500);
  await collectFrames(page);
  // What is under the middle of the view, frame by frame, while the wheel turns.
  const blanks = page.evaluate(async () => {
    const room = document.querySelector('.scroll')?.getBoundingClientRect() ?? new DOMRect();
    let frames = 0;
    let blank = 0;
    const end = performance.now() + 4_000;
    while (performance.now() < end) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      frames += 1;
      const isDrawn = [0.2, 0.5, 0.8].some((share) =>
        document.elementFromPoint(room.left + room.width / 2, room.top + room.height * share)?.closest('.list-item'),
      );
      if (!isDrawn) blank += 1;
    }
    return blank / frames;
  });
  await page.mouse.move(800, 400);
  for (let turn = 0; turn < 60; turn += 1) {
    await page.mouse.wheel(0, -1_200);
    await pause(50);
  }
  const blankShare = await blanks;
  const { p99 } = await framesOf(page);
  await page.locator('.scroll').focus();
  const before = performance.now();
  await page.keyboard.press('Home');
  await page.waitForFunction((first) => {
    const scroll = document.querySelector('.scroll');
    return scroll !== null && scroll.scrollTop < 200 && scroll.textContent?.includes(first);
  }, LONG_CONVERSATION.firstWords);
  const firstMs = performance.now() - before;
  await page.close();
  return { openMs, firstMs, blankShare, frameP99: p99 };
}

/** A server of its own: what the others did to it is not to be seen in it. */
async function memoryOf(browser: Browser, folder: string, model: ModelServer): Promise<Figure[]> {
  const [home, workspace] = [join(folder, 'worked'), join(folder, 'worked-in')];
  mkdirSync(join(home, 'of-person'), { recursive: true });
  mkdirSync(workspace);
  const { child, url } = await serve(ROOT, home, model, workspace);
  try {
    return await memoryOverTime(await browser.newContext(), { url, pid: child.pid ?? 0, workspace }, model);
  } finally {
    child.kill('SIGTERM');
  }
}

async function measure(browser: Browser, folder: string, model: ModelServer): Promise<Figure[]> {
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const homes = { ours: join(folder, 'ours'), floor: join(folder, 'floor') };
  for (const home of Object.values(homes)) mkdirSync(join(home, 'of-person'), { recursive: true });
  fillLongConversation(homes.ours, workspace);
  const ours = await serve(ROOT, homes.ours, model, workspace);
  const floor = await serve(await makeFloorProduct(folder), homes.floor, model, workspace);
  try {
    const openings: Record<'ours' | 'floor', Opening[]> = { ours: [], floor: [] };
    for (let turn = 0; turn < 2; turn += 1) {
      for (const who of ['ours', 'floor'] as const) {
        const profile = await openProfile(join(folder, `profile-${who}`));
        openings[who].push(...(await opening(profile, who === 'ours' ? ours.url : floor.url, isQuick ? 3 : 9)));
        await profile.close();
      }
    }
    const ready = (who: 'ours' | 'floor', moment: keyof Opening) => median(openings[who].map((each) => each[moment]));
    const windows = { ours: await browser.newContext(), floor: await browser.newContext() };
    const page = await windows.ours.newPage();
    await page.goto(ours.url);
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    const key = await keyToRequest(page, model, isQuick ? 5 : 21);
    const floorKey = await floorKeyToRequest(browser, folder, model, isQuick ? 5 : 21);
    const streamed = await streamFrames(page, model);
    const plain = await plainFrames(windows.floor, floor.url);
    await page.close();
    const paste = await pasteHoldUp(windows.ours, ours.url);
    const long = await longConversation(windows.ours, ours.url);
    const memory = await memoryOf(browser, folder, model);
    return [
      ...memory,
      { name: 'first script, gzip', unit: 'kB', ours: firstScript() / 1000, floor: null, goal: { words: '≤ 200 kB', limit: 200 } },
      {
        name: 'page interactive, warm',
        unit: 'ms',
        ours: ready('ours', 'interactive'),
        floor: ready('floor', 'interactive'),
        goal: timesFloor(1.2, ready('floor', 'interactive')),
      },
      { name: 'page drawn and idle, warm', unit: 'ms', ours: ready('ours', 'idle'), floor: ready('floor', 'idle'), goal: null },
      { name: 'key press → request at the model', unit: 'ms', ours: key, floor: floorKey, goal: { words: '≤ 5 ms', limit: 5 } },
      { name: 'frame while streaming, p50', unit: 'ms', ours: streamed.p50, floor: plain.p50, goal: timesFloor(1.2, plain.p50) },
      { name: 'frame while streaming, p99', unit: 'ms', ours: streamed.p99, floor: plain.p99, goal: timesFloor(1.2, plain.p99) },
      {
        name: 'a key while streaming, slowest',
        unit: 'ms',
        ours: streamed.slowestKey,
        floor: plain.slowestKey,
        goal: { words: '≤ 50 ms', limit: 50 },
      },
      { name: 'longest task of a paste of 20,000 lines', unit: 'ms', ours: paste, floor: null, goal: { words: '≤ 50 ms', limit: 50 } },
      { name: 'open 10,000 messages', unit: 'ms', ours: long.openMs, floor: null, goal: { words: '< 300 ms', limit: 300 } },
      { name: 'their first message', unit: 'ms', ours: long.firstMs, floor: null, goal: { words: '< 300 ms', limit: 300 } },
      { name: 'blank frames while scrolling', unit: '%', ours: long.blankShare * 100, floor: null, goal: { words: '0 %', limit: 0 } },
      { name: 'frame while scrolling, p99', unit: 'ms', ours: long.frameP99, floor: null, goal: { words: '≤ 50 ms', limit: 50 } },
    ];
  } finally {
    ours.child.kill('SIGTERM');
    floor.child.kill('SIGTERM');
  }
}

const folder = mkdtempSync(join(tmpdir(), 'glasshouse-bench-ui-'));
const model = await startModelServer();
const browser = await openBrowser();
const startedAt = performance.now();
try {
  const figures = isMemoryOnly ? await memoryOf(browser, folder, model) : await measure(browser, folder, model);
  const [load = 0] = loadavg();
  console.log(`\n${asTable(figures)}`);
  console.log(
    `\nbench:ui: ${goalsMet(figures)}, in ${Math.round((performance.now() - startedAt) / 1000)} s ` +
      `(Chromium ${browser.version()}, Node ${process.versions.node}, ${cpus().length} cores, load ${load.toFixed(1)})`,
  );
} finally {
  await browser.close();
  model.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

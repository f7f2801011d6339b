import { emptyTrash } from './application/use-cases/trash.ts';
import { compose, PRODUCT_ROOT, type Composed } from './compose.ts';
import { adviceFor, exitCodeFor, failure, FailureError } from './core/models/failure.ts';
import { startHttpServer, type RunningServer } from './infrastructure/rpc/http-server.ts';
import { parseServerOptions, SERVER_HELP, type ServerOptions } from './infrastructure/rpc/server-options.ts';
import type { Served } from './infrastructure/rpc/served.ts';
import { accessToken, randomToken } from './infrastructure/system/access-token.ts';
import { readServerRecord, removeServerRecord, writeServerRecord, type ServerRecord } from './infrastructure/system/server-record.ts';
import { serveable } from './serve.ts';

/** The server's composition root: starts it, or finds the one that runs on this data folder; says so; ends in good order. */

/** How long a server that is just starting is waited for; milliseconds. */
const STARTING = 5_000;
const LOOK_EVERY = 100;
/** How long after its start the server tidies up; milliseconds. */
const TIDYING = 60_000;
const DAY = 24 * 60 * 60_000;
/** How long an incognito server waits for its first window, and after its last one; milliseconds. */
const FIRST_WINDOW = 120_000;
const LAST_WINDOW = 10_000;
/** How long runs and requests may take to end when the server does; milliseconds. */
const LEAVING = 1_500;

async function main(): Promise<void> {
  const options = parseServerOptions(process.argv.slice(2));
  if (options.wantsHelp) {
    process.stdout.write(SERVER_HELP);
    return;
  }
  const given = options.tokenFromStdin ? await firstLine(process.stdin) : null;
  const composed = await compose({ env: process.env, canAnswer: () => true, isIncognito: options.isIncognito });
  reportBug = composed.reportBug;
  if (options.isIncognito) return serve(composed, options, given ?? randomToken());
  const { instances } = composed.parts.storage;
  // Another one that holds the place is found; one that is just ending leaves it.
  for (let waited = 0; waited < STARTING; waited += LOOK_EVERY) {
    if (await instances.claim('server')) return serve(composed, options, given);
    const running = await findRunning(composed);
    if (running) return openRunning(composed, running, options, given);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  throw new FailureError('database_busy', 'Another Glasshouse holds this data folder and does not answer.');
}

async function serve(composed: Composed, options: ServerOptions, given: string | null): Promise<void> {
  const { folder, storage } = composed.parts;
  const token = given ?? accessToken(folder, { rotate: options.rotatesToken });
  const served = serveable(composed, process.env);
  const { version } = await readManifest();
  const instance = storage.instances.id;
  const server = await startHttpServer({
    port: options.port,
    token,
    page: `${PRODUCT_ROOT}dist/page`,
    isIncognito: options.isIncognito,
    ...(options.isIncognito ? { onWindows: endWithWindows() } : {}),
    language: async () => process.env['GLASSHOUSE_LANGUAGE'] || storage.settings.get('language'),
    instance,
    version,
    served,
  });
  if (!options.isIncognito) writeServerRecord(folder, { pid: process.pid, port: server.port, instance, hasStoredToken: given === null });
  endOnSignal(composed, served, server, options.isIncognito);
  await sayReady(options, server.port, process.pid, options.tokenFromStdin ? null : token);
  if (!options.isIncognito) tidyUp(composed);
}

/** Ends the process some seconds after its last window was closed, or when no window comes; and with the process that started it. */
function endWithWindows(): (count: number) => void {
  const end = () => process.kill(process.pid, 'SIGTERM');
  let timer = setTimeout(end, FIRST_WINDOW);
  process.once('disconnect', end);
  return (count) => {
    clearTimeout(timer);
    // A window that is loaded anew comes back at once.
    if (count === 0) timer = setTimeout(end, LAST_WINDOW);
  };
}

/** Takes out what is kept for a time only: a while after the start, and every day. */
function tidyUp({ app, parts: { storage, runDeps }, reportBug }: Composed): void {
  const tidy = async () => {
    await storage.trimFeed();
    await app.pruneStorage();
    await emptyTrash(runDeps, (id) => app.purge(id));
  };
  const later = () => void tidy().catch(reportBug);
  setTimeout(later, TIDYING).unref();
  setInterval(later, DAY).unref();
}

/** The server that runs on this data folder; null while it is starting or ending. */
async function findRunning({ parts: { folder, storage } }: Composed): Promise<ServerRecord | null> {
  const record = readServerRecord(folder);
  return record && (await storage.instances.isAlive(record.instance)) && (await isHealthy(record.port)) ? record : null;
}

/** Says the same line as the running server, and opens the same page. */
async function openRunning(composed: Composed, running: ServerRecord, options: ServerOptions, given: string | null): Promise<void> {
  if (options.rotatesToken)
    throw new FailureError('usage', 'Glasshouse is running on this data folder. Stop it first, to give it a new token.');
  if (!running.hasStoredToken || given !== null) {
    throw new FailureError('usage', `Glasshouse is running on this data folder already (process ${running.pid}), with a token of its own.`);
  }
  await sayReady(options, running.port, running.pid, accessToken(composed.parts.folder, { rotate: false }));
  await composed.close();
  process.exit();
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) });
    return response.ok && ((await response.json()) as { status?: unknown }).status === 'ok';
  } catch {
    return false;
  }
}

/** @param token null where it must not be written */
async function sayReady(options: ServerOptions, port: number, pid: number, token: string | null): Promise<void> {
  // In the fragment it never travels.
  const url = `http://127.0.0.1:${port}/${token === null ? '' : `#token=${token}`}`;
  const line = options.readyJson ? JSON.stringify({ url, port, pid }) : `Glasshouse is ready: ${url}`;
  await new Promise<void>((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
  if (options.opens && !options.readyJson && token !== null) await openPage(port, token);
}

/** Opens the page in the browser by a ticket: the token must not stand in the command line of another program. */
async function openPage(port: number, token: string): Promise<void> {
  const server = `http://127.0.0.1:${port}`;
  const launch = await fetch(`${server}/launch`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  if (!launch.ok) return;
  const { url } = (await launch.json()) as { url: string };
  (await import('./infrastructure/system/open-browser.ts')).openBrowser(server + url);
}

/** A polite end: no more requests, what was told is stored, runs stand to be gone on with. A second signal ends it at once. */
function endOnSignal(composed: Composed, served: Served, server: RunningServer, isIncognito: boolean): void {
  let isEnding = false;
  const end = async () => {
    if (isEnding) process.exit(130);
    isEnding = true;
    const { folder, storage, supervisor, catalog, sandbox } = composed.parts;
    if (!isIncognito) removeServerRecord(folder, storage.instances.id);
    served.stream.stop();
    const programs = supervisor.leave().then(() => Promise.all([catalog.close(), sandbox.close()]));
    const quiet = Promise.all([server.close(), programs, served.pulls.close(), served.titles.close()]);
    await Promise.race([quiet, new Promise((resolve) => setTimeout(resolve, LEAVING))]);
    await storage.instances.suspendOwn();
    storage.close();
    process.exit(0);
  };
  const onSignal = () =>
    void end().catch((error: unknown) => {
      composed.reportBug(error);
      process.exit(1);
    });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
}

async function readManifest(): Promise<{ version: string }> {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(`${PRODUCT_ROOT}package.json`, 'utf8')) as { version: string };
}

/** @throws FailureError `usage` when it holds no token */
async function firstLine(stdin: NodeJS.ReadStream): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > 1_000) break;
  }
  const token = (text.split('\n', 1)[0] ?? '').trim();
  if (!/^[\x21-\x7e]{32,500}$/.test(token)) {
    throw new FailureError('usage', '--token-stdin wants a token of at least 32 plain characters as the first line of standard input.');
  }
  return token;
}

let reportBug: (error: unknown) => void = () => {};

/** The last edge: an expected failure in words, a bug in the log. Never a stack trace to a person. */
function fail(error: unknown): never {
  if (!(error instanceof FailureError)) reportBug(error);
  const reason = error instanceof FailureError ? error.failure : failure('internal', 'Glasshouse hit a fault of its own.');
  const advice = reason.code === 'usage' ? '' : `\n  ${adviceFor(reason.code)}`;
  process.stderr.write(`× ${reason.message} (${reason.code})${advice}\n`);
  process.exit(exitCodeFor(reason.code));
}

// A promise that nobody waited for must not end the runs of others.
process.on('unhandledRejection', (error) => reportBug(error));
process.on('uncaughtException', (error) => fail(error));
await main().catch(fail);

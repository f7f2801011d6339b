import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from '../../core/models/failure.ts';

/** How often the memory of a process is looked at; milliseconds. */
const WATCH_MS = 100;
/** How a process ends that V8 or the system gives no more memory. */
const OUT_OF_MEMORY: ReadonlySet<string | number | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL', 134]);
/** Bytes of a memory page, in which Linux counts. */
const PAGE = 4096;

export interface BoundedJob {
  /** The companion program, as `companion` names it. */
  readonly program: URL;
  /** Sent to it as its one message. */
  readonly request: object;
  /** Its standard input: an open file from its beginning, or bytes. */
  readonly input: number | Uint8Array | null;
  readonly limitMs: number;
  /** Of JavaScript's own heap. */
  readonly heapMb: number;
  /** Of everything, where the system tells (Linux). */
  readonly residentMb: number;
  /** What it works on, in a sentence: "the document". */
  readonly subject: string;
}

/** What came instead of a reply. */
type Silence = 'late' | 'stopped' | 'out of memory' | 'ended';

/** The program `name`, which lies beside the module that asks: as source there, or in the bundle. */
export function companion(name: string, module: string): URL {
  return new URL(`./${name}${module.endsWith('.ts') ? '.ts' : '.js'}`, module);
}

/**
 * Gives one job to a process of its own and waits for its one message. The process gets no environment; in the bundle it can read the
 * program's own folder and nothing else, and in either form it can write nothing, start no program and reach no network.
 * @returns its message; or tool_timeout, tool_cancelled, or tool_failed where it needed too much memory or ended without a word
 */
export async function runBounded<Reply>(job: BoundedJob, signal: AbortSignal): Promise<Result<Reply>> {
  if (signal.aborted) return withoutReply('stopped', job);
  const child = start(job);
  try {
    const reply = await firstMessage<Reply>(child, job, signal);
    return typeof reply === 'string' ? withoutReply(reply, job) : { ok: true, value: reply.message };
  } finally {
    child.kill('SIGKILL');
  }
}

function start(job: BoundedJob): ChildProcess {
  const { fork } = process.getBuiltinModule('node:child_process');
  const path = fileURLToPath(job.program);
  // Source has its packages further up, perhaps behind a link.
  const readable = path.endsWith('.ts') ? '*' : join(dirname(path), '*');
  const child = fork(job.program, [], {
    execArgv: [`--max-old-space-size=${job.heapMb}`, '--permission', `--allow-fs-read=${readable}`, '--allow-worker', '--no-warnings'],
    env: {},
    stdio: [typeof job.input === 'number' ? job.input : 'pipe', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
  });
  // What these errors mean is told by the reply that does not come.
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined).end(typeof job.input === 'number' ? undefined : (job.input ?? undefined));
  child.send(job.request, () => undefined);
  return child;
}

function firstMessage<Reply>(child: ChildProcess, job: BoundedJob, signal: AbortSignal): Promise<{ message: Reply } | Silence> {
  const { promise, resolve } = Promise.withResolvers<{ message: Reply } | Silence>();
  child.once('message', (message) => resolve({ message: message as Reply }));
  child.once('exit', (code, by) => resolve(OUT_OF_MEMORY.has(by ?? code) ? 'out of memory' : 'ended'));
  child.once('error', () => resolve('ended'));
  const onAbort = () => resolve('stopped');
  signal.addEventListener('abort', onAbort, { once: true });
  const late = setTimeout(() => resolve('late'), job.limitMs);
  const watch = setInterval(() => {
    if (residentBytes(child.pid) > job.residentMb * 1024 * 1024) resolve('out of memory');
  }, WATCH_MS);
  return promise.finally(() => {
    clearTimeout(late);
    clearInterval(watch);
    signal.removeEventListener('abort', onAbort);
  });
}

/** 0 where the system does not tell. Memory that V8 does not count (buffers, WebAssembly) is in it. */
function residentBytes(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1] ?? 0) * PAGE;
  } catch {
    return 0;
  }
}

function withoutReply(silence: Silence, job: BoundedJob): Result<never> {
  switch (silence) {
    case 'late':
      return {
        ok: false,
        failure: { code: 'tool_timeout', message: `${capital(job.subject)} took more than ${job.limitMs / 1000} seconds.` },
      };
    case 'stopped':
      return { ok: false, failure: { code: 'tool_cancelled', message: 'It was stopped.' } };
    case 'out of memory':
      return { ok: false, failure: { code: 'tool_failed', message: `${capital(job.subject)} needs too much memory.` } };
    case 'ended':
      return { ok: false, failure: { code: 'tool_failed', message: `The process for ${job.subject} ended without an answer.` } };
  }
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

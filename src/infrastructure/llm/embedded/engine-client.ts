import type { ChildProcess } from 'node:child_process';
import { failure, type Failure } from '../../../core/models/failure.ts';
import type { CompleteCommand, EngineCommand, EngineFinish, EngineReport, EngineUsage, LoadCommand } from './engine-protocol.ts';

/** How long a stop may take before the child is ended by force (R7 allows two seconds in all). */
const QUIET_MS = 1_500;
/** A child that has work and says nothing for so long is stuck. */
const SILENT_MS = 180_000;
const DEFAULT_IDLE_MS = 5 * 60 * 1000;
/** What the child may see of the environment: nothing that could be a secret. */
const ENVIRONMENT = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'USERPROFILE', 'LANG', 'NODE_COMPILE_CACHE'];

export type EngineEvent =
  | { readonly type: 'progress'; readonly what: 'loading' | 'reading'; readonly done: number; readonly total: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'finished'; readonly reason: EngineFinish; readonly usage: EngineUsage }
  | { readonly type: 'failed'; readonly failure: Failure; readonly usage: EngineUsage | null };

export interface EngineClientOptions {
  readonly load: Omit<LoadCommand, 'type'>;
  /** Milliseconds without work after which the child is ended. */
  readonly idleMs?: number;
  /** The child's program, when it does not lie beside this file. */
  readonly program?: URL;
}

/** What the child last said of itself: times in milliseconds, memory in bytes. */
export interface EngineFacts {
  readonly loadMs: number | null;
  readonly residentBytes: number | null;
  readonly pid: number | null;
}

type Request = Omit<CompleteCommand, 'type' | 'id'>;

/**
 * The child process, seen from here: started on first use, ended when idle or when this process ends.
 * Requests are answered one after another. A child that dies fails the request it was at, and the next one starts another child.
 */
export class EngineClient {
  readonly #options: EngineClientOptions;
  #child: ChildProcess | null = null;
  #loaded: Promise<Failure | null> | null = null;
  #onReport: ((report: EngineReport) => void) | null = null;
  #onExit: ((how: string) => void) | null = null;
  #lastId = 0;
  #queue: Promise<void> = Promise.resolve();
  #idle: NodeJS.Timeout | null = null;
  #facts: EngineFacts = { loadMs: null, residentBytes: null, pid: null };

  constructor(options: EngineClientOptions) {
    this.#options = options;
  }

  get facts(): EngineFacts {
    return this.#facts;
  }

  /** Never throws; the last event is `finished` or `failed`. Waits its turn; an abort while waiting ends it at once. */
  async *complete(request: Request, signal: AbortSignal): AsyncGenerator<EngineEvent, void, undefined> {
    const turn = this.#queue;
    let release = (): void => undefined;
    this.#queue = new Promise((resolve) => (release = resolve));
    try {
      if (await abortedBefore(turn, signal)) {
        // The next in line still has to wait for whoever was before.
        const free = release;
        release = () => void turn.then(free);
        yield { type: 'failed', failure: stoppedFailure(), usage: null };
        return;
      }
      yield* this.#answer(request, signal);
    } finally {
      release();
    }
  }

  /** Ends the child; resolves when it is gone. A later request starts another. */
  async close(): Promise<void> {
    this.#disarm();
    const child = this.#child;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#send({ type: 'shutdown' });
    // Let go of it now: a request that comes before it is gone must not be given to it.
    this.#leave(child, 'closed');
    const force = setTimeout(() => child.kill('SIGKILL'), QUIET_MS);
    await gone;
    clearTimeout(force);
  }

  async *#answer(request: Request, signal: AbortSignal): AsyncGenerator<EngineEvent, void, undefined> {
    this.#disarm();
    const events = new EventQueue();
    const id = (this.#lastId += 1);
    let force: NodeJS.Timeout | null = null;
    const stop = (): void => {
      this.#send({ type: 'cancel', id });
      force = setTimeout(() => this.#child?.kill('SIGKILL'), QUIET_MS);
    };
    this.#onExit = (how) => {
      events.push({ type: 'failed', failure: signal.aborted ? stoppedFailure() : crashed(how), usage: null });
    };
    const watch = setTimeout(() => this.#child?.kill('SIGKILL'), SILENT_MS);
    this.#onReport = (report) => {
      watch.refresh();
      const event = eventOf(report, id);
      if (event) events.push(event);
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      const loading = this.#start();
      this.#hold();
      void loading.then((problem) => {
        if (problem) events.push({ type: 'failed', failure: problem, usage: null });
        else if (signal.aborted) events.push({ type: 'failed', failure: stoppedFailure(), usage: null });
        else this.#send({ type: 'complete', id, ...request });
      });
      if (signal.aborted) stop();
      yield* events;
    } finally {
      signal.removeEventListener('abort', stop);
      if (force) clearTimeout(force);
      clearTimeout(watch);
      // Left in the middle (the reader went away): what is still being written is for nobody.
      if (!events.ended) await this.#quieten(id);
      this.#onReport = null;
      this.#onExit = null;
      this.#release();
      this.#arm();
    }
  }

  async #quieten(id: number): Promise<void> {
    const child = this.#child;
    if (!child) return;
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), QUIET_MS);
      const done = (): void => {
        clearTimeout(force);
        resolve();
      };
      this.#onExit = done;
      this.#onReport = (report) => {
        if ((report.type === 'finished' || report.type === 'failed') && report.id === id) done();
      };
      this.#send({ type: 'cancel', id });
    });
  }

  /** The child, loaded; null when all is well. */
  #start(): Promise<Failure | null> {
    if (this.#loaded) return this.#loaded;
    const { fork } = process.getBuiltinModule('node:child_process');
    const program = this.#options.program ?? new URL(`./engine-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    const env = Object.fromEntries(ENVIRONMENT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
    const child = fork(program, [], { execArgv: [], env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'json' });
    this.#child = child;
    this.#facts = { loadMs: null, residentBytes: null, pid: child.pid ?? null };
    this.#loaded = new Promise((resolve) => {
      const leave = (how: string): void => {
        this.#leave(child, how);
        resolve(crashed(how));
      };
      child.on('message', (message) => {
        const report = message as EngineReport;
        if (report.type === 'loaded') this.#facts = { ...this.#facts, loadMs: report.loadMs, residentBytes: report.residentBytes };
        if (report.type === 'finished') this.#facts = { ...this.#facts, residentBytes: report.residentBytes };
        if (report.type === 'loaded') resolve(null);
        else if (report.type === 'load_failed') {
          resolve(failure(report.code, report.message));
          this.#leave(child, null);
          child.kill('SIGKILL');
        } else this.#onReport?.(report);
      });
      child.once('error', (error) => leave(error.message));
      child.once('exit', (code, signal) => leave(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    this.#send({ type: 'load', ...this.#options.load });
    return this.#loaded;
  }

  /** `how` it ended, for the request that it was at; null when that is told otherwise. */
  #leave(child: ChildProcess, how: string | null): void {
    if (this.#child !== child) return;
    this.#child = null;
    this.#loaded = null;
    this.#facts = { ...this.#facts, pid: null };
    if (how !== null) this.#onExit?.(how);
  }

  #send(command: EngineCommand): void {
    const child = this.#child;
    // A child that died between two messages is reported by its exit, not by the failed send.
    if (child?.connected) child.send(command, () => undefined);
  }

  /** While there is work this process has to stay; otherwise the child must not keep it. */
  #hold(): void {
    this.#child?.ref();
    this.#child?.channel?.ref();
  }

  #release(): void {
    this.#child?.unref();
    this.#child?.channel?.unref();
  }

  #arm(): void {
    this.#disarm();
    this.#idle = setTimeout(() => void this.close(), this.#options.idleMs ?? DEFAULT_IDLE_MS);
    this.#idle.unref();
  }

  #disarm(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = null;
  }
}

/** Hands events over in order; ends after the first that ends an answer. */
class EventQueue implements AsyncIterable<EngineEvent> {
  readonly #events: EngineEvent[] = [];
  #wake: (() => void) | null = null;
  ended = false;

  push(event: EngineEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EngineEvent, void, undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (!event) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      this.ended = event.type === 'finished' || event.type === 'failed';
      yield event;
      if (this.ended) return;
    }
  }
}

function eventOf(report: EngineReport, id: number): EngineEvent | null {
  if (report.type === 'loading') return { type: 'progress', what: 'loading', done: report.done, total: 1 };
  if (report.type === 'loaded' || report.type === 'load_failed' || report.id !== id) return null;
  switch (report.type) {
    case 'reading':
      return { type: 'progress', what: 'reading', done: report.done, total: report.total };
    case 'text':
      return { type: 'text', text: report.text };
    case 'failed':
      return { type: 'failed', failure: failure(report.code, report.message), usage: null };
    case 'finished':
      if (report.reason === 'cancelled') return { type: 'failed', failure: stoppedFailure(), usage: report.usage };
      return { type: 'finished', reason: report.reason, usage: report.usage };
  }
}

/** True when the signal was aborted first. */
function abortedBefore(turn: Promise<void>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(true);
  return new Promise((resolve) => {
    const abort = (): void => resolve(true);
    signal.addEventListener('abort', abort, { once: true });
    void turn.then(() => {
      signal.removeEventListener('abort', abort);
      resolve(signal.aborted);
    });
  });
}

function stoppedFailure(): Failure {
  return failure('run_cancelled', 'Stopped.');
}

function crashed(how: string): Failure {
  return failure('model_crashed', `The process of the embedded model ended in the middle of its work (${how}).`);
}

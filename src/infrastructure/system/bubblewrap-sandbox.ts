import { accessSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Sandbox, SandboxedExit, SandboxPolicy } from '../../application/ports/sandbox.ts';
import { FailureError } from '../../core/models/failure.ts';
import { EMPTY_FILE, mountsFor } from './bubblewrap-mounts.ts';
import { openCommandPipes } from './output-pipe.ts';
import { gitRunnersIn, plantedSince } from './planted-git.ts';
import { descendantsOf, isDeserted, isGone, killTree, send } from './process-tree.ts';
import { setAside } from './set-aside.ts';
import { createSpawnBroker, type BrokeredStart, type SpawnBroker } from './spawn-broker.ts';
import { TerminalText } from './terminal-text.ts';

/** Between the polite end and the hard one; together with it well within two seconds (R7). */
const GRACE_MS = 1000;

export interface BubblewrapDependencies {
  /** The environment of commands, already free of secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Hidden from every command, besides what the policy of the call hides. */
  readonly protectedPlaces: readonly string[];
  /** Where bubblewrap is (null: nowhere); looked for unless given. */
  readonly program?: string | null;
}

type RunOptions = Parameters<Sandbox['run']>[2];

export interface BubblewrapSandbox extends Sandbox {
  /** Ends what waits for the next command, and the commands that are still running. */
  close(): Promise<void>;
}

/** The sandbox of Linux, by bubblewrap. Elsewhere, and where bubblewrap is missing or not allowed to work, it says so and runs nothing. */
export function createBubblewrapSandbox(dependencies: BubblewrapDependencies): BubblewrapSandbox {
  let start: Starter | null | undefined;
  let broker: SpawnBroker | null = null;
  let probe: ReturnType<Sandbox['available']> | undefined;
  const findStarter = (): Starter | null => {
    const path = dependencies.environment['PATH'] ?? '';
    const program =
      dependencies.program === undefined && process.platform === 'linux' ? onPath('bwrap', path) : (dependencies.program ?? null);
    if (program === null) return null;
    const shell = onPath('bash', path);
    if (shell !== null) broker = createSpawnBroker({ shell, program, environment: dependencies.environment, emptyFile: openEmptyFile });
    return starterOf(program, dependencies.environment, broker);
  };
  const run: Sandbox['run'] = async (command, policy, options) => {
    start ??= findStarter();
    if (start === null) throw new FailureError('sandbox_missing', missing());
    return runIn(start, dependencies.protectedPlaces, command, policy, options);
  };
  return {
    run,
    close: async () => broker?.close(),
    available: () =>
      (probe ??= (async () => {
        try {
          const policy = { directory: '/', writable: [], hidden: [], network: false };
          const exit = await run('true', policy, { timeoutMs: 10_000, signal: new AbortController().signal, onOutput: () => undefined });
          if (exit.code === 0) return { ok: true } as const;
          return { ok: false, reason: 'The sandbox (bubblewrap) starts, but runs nothing here.' } as const;
        } catch (error) {
          if (!(error instanceof FailureError)) throw error;
          return { ok: false, reason: error.failure.message } as const;
        }
      })()),
  };
}

function missing(): string {
  if (process.platform === 'linux')
    return 'Commands need a sandbox, and bubblewrap (bwrap) is not installed. Install it with `apt-get install bubblewrap`.';
  return 'Commands need a sandbox, and there is none for this system yet: only Linux has one (bubblewrap). Commands are off.';
}

function onPath(name: string, path: string): string | null {
  for (const folder of [...path.split(':'), '/usr/bin', '/bin', '/usr/local/bin']) {
    if (!folder.startsWith('/')) continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this one.
    }
  }
  return null;
}

let emptyFile: number | undefined;
const openEmptyFile = () => (emptyFile ??= openSync('/dev/null', 'r'));

/** The arguments of bubblewrap before the command itself, and how many empty files they count on, from number 4 on. */
function argumentsFor(policy: SandboxPolicy, mounts: readonly string[]): { args: string[]; emptyFiles: number } {
  let emptyFiles = 0;
  const shown = mounts.map((arg) => (arg === EMPTY_FILE ? String(4 + emptyFiles++) : arg));
  const isRoot = process.getuid?.() === 0;
  const spaces = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', ...(policy.network ? [] : ['--unshare-net'])];
  // Root keeps the right to files of other owners, and nothing else: with more, a command could take its walls down.
  const rights = isRoot ? ['CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_CHOWN'].flatMap((right) => ['--cap-add', right]) : [];
  const room = ['--die-with-parent', '--new-session', ...spaces, '--hostname', 'sandbox', '--json-status-fd', '3'];
  const shell = ['bash', '--noprofile', '--norc', '-c'];
  return { args: [...room, ...shown, '--cap-drop', 'ALL', ...rights, '--chdir', policy.directory, '--', ...shell], emptyFiles };
}

/** Starts bubblewrap; its pid, or null when there is none to be known. That it could not be started is seen by its silence. */
type Starter = (job: BrokeredStart) => Promise<number | null>;

function starterOf(program: string, environment: Readonly<Record<string, string>>, broker: SpawnBroker | null): Starter {
  return async (job) => {
    const answer = await broker?.start(job);
    if (answer?.isStarted) return answer.pid;
    const { spawn } = process.getBuiltinModule('node:child_process');
    const files = Array.from({ length: job.emptyFiles }, openEmptyFile);
    const stdio = ['ignore' as const, job.output, job.output, job.status, ...files];
    const child = spawn(program, [...job.first, job.last], { cwd: '/', env: environment, stdio });
    child.on('error', () => undefined);
    return child.pid ?? null;
  };
}

async function runIn(
  start: Starter,
  protectedPlaces: readonly string[],
  command: string,
  policy: SandboxPolicy,
  options: RunOptions,
): Promise<SandboxedExit> {
  const { signal } = options;
  signal.throwIfAborted();
  const mounts = mountsFor(policy, [...new Set([...protectedPlaces, ...policy.hidden])]);
  const before = gitRunnersIn(policy.writable);
  const since = Date.now();
  const { args, emptyFiles } = argumentsFor(policy, mounts.args);
  const { output, status } = await openCommandPipes().catch((cause: unknown) => {
    throw new FailureError('sandbox_missing', 'The sandbox could not be set up here: no pipe can be made for the output.', { cause });
  });
  const wall = watchPipes(output.reader, status.reader, options.onOutput);
  let pid: number | null;
  try {
    pid = await start({ first: args, last: command, output: output.writer, status: status.writer, emptyFiles, signal });
  } finally {
    output.started();
    status.started();
  }
  const exit = await untilEnd(pid, wall, options);
  const inner = wall.innerPid();
  // A command that did not come to an end of its own may have left a room behind that is only being set up, which does not yet end with its
  // maker.
  const isOver = inner === null || (wall.exitCode() !== null && (await isDeserted(inner, GRACE_MS)));
  if (!isOver) {
    send('SIGKILL', inner);
    await isGone(inner, GRACE_MS);
  }
  // Nothing is left that could write; should the pipe not know, nobody waits for it.
  const late = setTimeout(() => output.reader.destroy(), GRACE_MS);
  await wall.outputEnded;
  clearTimeout(late);
  const trouble = wall.trouble();
  if (trouble !== null) throw new FailureError('sandbox_missing', `The sandbox could not be set up here: ${trouble}`);
  if (exit === null) throw new FailureError('sandbox_missing', 'The sandbox (bubblewrap) could not be started.');
  const notes = setAside(mounts.absent);
  notes.push(...setAside(plantedSince(before, gitRunnersIn(policy.writable, before), since)));
  for (const note of notes) options.onOutput(`\n[${note}]\n`);
  return exit;
}

type Wall = ReturnType<typeof watchPipes>;

/** Hands on what comes; keeps back what bubblewrap itself says before there is a command. */
function watchPipes(output: Readable, status: Readable, onOutput: (text: string) => void) {
  const text = new TerminalText();
  let told = '';
  let held = '';
  let isFirst = true;
  const emit = (piece: string) => {
    if (isFirst && (held + piece).startsWith('bwrap: ') && held.length < 1000) held += piece;
    else if (held + piece !== '') {
      isFirst = false;
      onOutput(held + piece);
      held = '';
    }
  };
  output.on('data', (bytes: Buffer) => emit(text.add(bytes)));
  // A reader that fails has nothing more to say.
  output.on('error', () => output.destroy());
  status.on('error', () => status.destroy());
  status.setEncoding('utf8').on('data', (piece: string) => (told += piece));
  const numberOf = (name: string): number | null => {
    const match = new RegExp(`"${name}": (\\d+)`).exec(told);
    return match ? Number(match[1]) : null;
  };
  return {
    outputEnded: new Promise<void>((resolve) => {
      output.once('close', () => {
        emit(text.end());
        resolve();
      });
    }),
    /** Bubblewrap holds its status open as long as it lives. */
    statusEnded: new Promise<void>((resolve) => status.once('close', resolve)),
    innerPid: () => numberOf('child-pid'),
    /** Null when the command did not run, or not to an end of its own. */
    exitCode: () => numberOf('exit-code'),
    /** Null when the command has run; then what bubblewrap said was a warning, and belongs to the output. */
    trouble(): string | null {
      if (held === '') return null;
      if (numberOf('exit-code') === null) return held.slice('bwrap: '.length).split('\n')[0] ?? '';
      onOutput(held);
      return null;
    },
  };
}

/** Ends the command's whole tree on abort or time-out: asked first, then killed. Null when there was nothing that could run. */
async function untilEnd(pid: number | null, wall: Wall, { signal, timeoutMs }: RunOptions): Promise<SandboxedExit | null> {
  let stopped: 'stopped' | 'late' | null = null;
  let hard: NodeJS.Timeout | undefined;
  // All by name: one that is only being set up does not yet die with its parent.
  const kill = () => void (pid !== null && killTree(pid));
  const stop = (why: 'stopped' | 'late') => {
    if (stopped !== null) return;
    stopped = why;
    const inner = wall.innerPid();
    const below = inner === null ? [] : descendantsOf(inner);
    if (below.length === 0) return kill();
    for (const each of below) send('SIGTERM', each);
    hard = setTimeout(kill, GRACE_MS);
  };
  const onAbort = () => stop('stopped');
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => stop('late'), timeoutMs);
  await wall.statusEnded;
  clearTimeout(timer);
  clearTimeout(hard);
  signal.removeEventListener('abort', onAbort);
  const code = wall.exitCode();
  if (stopped !== null) return { code: null, signal: code === null ? 'SIGKILL' : 'SIGTERM', timedOut: stopped === 'late' };
  if (code === null) return wall.innerPid() === null ? null : { code: null, signal: 'SIGKILL', timedOut: false };
  return { code, signal: null, timedOut: false };
}

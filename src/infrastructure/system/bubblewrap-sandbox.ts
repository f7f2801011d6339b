import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Sandbox, SandboxedExit, SandboxPolicy } from '../../application/ports/sandbox.ts';
import { FailureError } from '../../core/models/failure.ts';
import { EMPTY_FILE, mountsFor } from './bubblewrap-mounts.ts';
import { openOutputPipe } from './output-pipe.ts';
import { descendantsOf, isGone, send } from './process-tree.ts';
import { setAside } from './set-aside.ts';
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

/** The sandbox of Linux, by bubblewrap. Elsewhere, and where bubblewrap is missing or not allowed to work, it says so and runs nothing. */
export function createBubblewrapSandbox(dependencies: BubblewrapDependencies): Sandbox {
  let program = dependencies.program;
  let probe: ReturnType<Sandbox['available']> | undefined;
  const find = () =>
    program !== undefined
      ? program
      : (program = process.platform === 'linux' ? onPath('bwrap', dependencies.environment['PATH'] ?? '') : null);
  const run: Sandbox['run'] = async (command, policy, options) => {
    const bubblewrap = find();
    if (bubblewrap === null) throw new FailureError('sandbox_missing', missing());
    return runIn(bubblewrap, dependencies, command, policy, options);
  };
  return {
    run,
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

function argumentsFor(command: string, policy: SandboxPolicy, mounts: readonly string[]): { args: string[]; files: number[] } {
  const files: number[] = [];
  const shown = mounts.map((arg) => {
    if (arg !== EMPTY_FILE) return arg;
    files.push((emptyFile ??= openSync('/dev/null', 'r')));
    return String(3 + files.length);
  });
  const isRoot = process.getuid?.() === 0;
  const spaces = ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', ...(policy.network ? [] : ['--unshare-net'])];
  // Root keeps the right to files of other owners, and nothing else: with more, a command could take its walls down.
  const rights = isRoot ? ['CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_CHOWN'].flatMap((right) => ['--cap-add', right]) : [];
  const room = ['--die-with-parent', '--new-session', ...spaces, '--hostname', 'sandbox', '--json-status-fd', '3'];
  const shell = ['bash', '--noprofile', '--norc', '-c'];
  const args = [...room, ...shown, '--cap-drop', 'ALL', ...rights, '--chdir', policy.directory, '--', ...shell, command];
  return { args, files };
}

async function runIn(
  program: string,
  { environment, protectedPlaces }: BubblewrapDependencies,
  command: string,
  policy: SandboxPolicy,
  options: RunOptions,
): Promise<SandboxedExit> {
  options.signal.throwIfAborted();
  const mounts = mountsFor(policy, [...new Set([...protectedPlaces, ...policy.hidden])]);
  const { args, files } = argumentsFor(command, policy, mounts.args);
  const { spawn } = process.getBuiltinModule('node:child_process');
  const pipe = await openOutputPipe().catch((cause: unknown) => {
    throw new FailureError('sandbox_missing', 'The sandbox could not be set up here: no pipe can be made for the output.', { cause });
  });
  let child: ChildProcess;
  try {
    child = spawn(program, args, { cwd: '/', env: environment, stdio: ['ignore', pipe.writer, pipe.writer, 'pipe', ...files] });
  } finally {
    pipe.started();
  }
  const wall = watchOutput(pipe.reader, child, options.onOutput);
  const ending = endOn(child, wall.innerPid, options);
  const exit = await ending.exit;
  const inner = wall.innerPid();
  // The first process of the room is gone only when the kernel has ended all others in it.
  if (inner !== null && !(await isGone(inner, GRACE_MS))) {
    send('SIGKILL', inner);
    await isGone(inner, GRACE_MS);
  }
  // Nothing is left that could write; should the pipe not know, nobody waits for it.
  const late = setTimeout(() => pipe.reader.destroy(), GRACE_MS);
  await wall.ended;
  clearTimeout(late);
  const trouble = wall.trouble();
  if (trouble !== null) throw new FailureError('sandbox_missing', `The sandbox could not be set up here: ${trouble}`);
  for (const note of setAside(mounts.absent)) options.onOutput(`\n[${note}]\n`);
  return exit;
}

/** Hands on what comes; keeps back what bubblewrap itself says before there is a command. */
function watchOutput(output: Readable, child: ChildProcess, onOutput: (text: string) => void) {
  const status = child.stdio[3];
  if (!status || !('setEncoding' in status)) throw new Error('the sandbox was started without its status');
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
  // A reader that fails has nothing more to say; that the command ended is told by its exit.
  output.on('error', () => output.destroy());
  status.setEncoding('utf8').on('data', (piece: string) => (told += piece));
  const ended = new Promise<void>((resolve) => {
    output.once('close', () => {
      emit(text.end());
      resolve();
    });
  });
  return {
    ended,
    innerPid(): number | null {
      const match = /"child-pid": (\d+)/.exec(told);
      return match ? Number(match[1]) : null;
    },
    /** Null when the command has run; then what bubblewrap said was a warning, and belongs to the output. */
    trouble(): string | null {
      if (held === '') return null;
      if (!told.includes('"exit-code"')) return held.slice('bwrap: '.length).split('\n')[0] ?? '';
      onOutput(held);
      return null;
    },
  };
}

/** Ends the command's whole tree on abort or time-out: asked first, then killed. */
function endOn(child: ChildProcess, innerPid: () => number | null, { signal, timeoutMs }: RunOptions): { exit: Promise<SandboxedExit> } {
  let stopped: 'stopped' | 'late' | null = null;
  let hard: NodeJS.Timeout | undefined;
  const kill = () => {
    // All by name: one that is only being set up does not yet die with its parent.
    const all = child.pid === undefined ? [] : descendantsOf(child.pid);
    child.kill('SIGKILL');
    for (const pid of all) send('SIGKILL', pid);
  };
  const stop = (why: 'stopped' | 'late') => {
    if (stopped !== null) return;
    stopped = why;
    const inner = innerPid();
    const below = inner === null ? [] : descendantsOf(inner);
    if (below.length === 0) return kill();
    for (const pid of below) send('SIGTERM', pid);
    hard = setTimeout(kill, GRACE_MS);
  };
  const onAbort = () => stop('stopped');
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => stop('late'), timeoutMs);
  const exit = new Promise<SandboxedExit>((resolve, reject) => {
    child.on('error', (error) =>
      reject(new FailureError('sandbox_missing', 'The sandbox (bubblewrap) could not be started.', { cause: error })),
    );
    child.on('close', (code, by) => {
      const isEnded = stopped !== null || by !== null;
      resolve({ code: isEnded ? null : code, signal: isEnded ? (by ?? 'SIGTERM') : null, timedOut: stopped === 'late' });
    });
  });
  return {
    exit: exit.finally(() => {
      clearTimeout(timer);
      clearTimeout(hard);
      signal.removeEventListener('abort', onAbort);
    }),
  };
}

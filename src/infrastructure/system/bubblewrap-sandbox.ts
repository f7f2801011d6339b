import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Sandbox, SandboxedExit, SandboxPolicy } from '../../application/ports/sandbox.ts';
import { FailureError } from '../../core/models/failure.ts';
import { EMPTY_FILE, mountsFor } from './bubblewrap-mounts.ts';
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
  // One pipe for both keeps the order of what comes; on the other only bubblewrap itself (and bash about its syntax) speaks.
  const script = `exec 2>&1; ${command}`;
  const args = [...room, ...shown, '--cap-drop', 'ALL', ...rights, '--chdir', policy.directory, '--', ...shell, script];
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
  const child = spawn(program, args, { cwd: '/', env: environment, stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...files] });
  const wall = watchOutput(child, options.onOutput);
  const ending = endOn(child, wall.innerPid, options);
  const exit = await ending.exit;
  const inner = wall.innerPid();
  // The first process of the room is gone only when the kernel has ended all others in it.
  if (inner !== null && !(await isGone(inner, GRACE_MS))) {
    send('SIGKILL', inner);
    await isGone(inner, GRACE_MS);
  }
  wall.end();
  if (wall.trouble() !== null) throw new FailureError('sandbox_missing', `The sandbox could not be set up here: ${wall.trouble()}`);
  for (const note of setAside(mounts.absent)) options.onOutput(`\n[${note}]\n`);
  return exit;
}

/** Hands on what comes; keeps apart what bubblewrap itself says. */
function watchOutput(child: ChildProcess, onOutput: (text: string) => void) {
  const [, output, errors, status] = child.stdio as unknown as readonly Readable[];
  if (!output || !errors || !status) throw new Error('the sandbox was started without its pipes');
  const fromOutput = new TerminalText();
  const fromErrors = new TerminalText();
  let told = '';
  let trouble = '';
  const emit = (text: string) => {
    if (text !== '') onOutput(text);
  };
  output.on('data', (bytes: Buffer) => emit(fromOutput.add(bytes)));
  errors.on('data', (bytes: Buffer) => {
    const text = fromErrors.add(bytes);
    if (trouble !== '' || text.startsWith('bwrap: ')) trouble = (trouble + text).slice(0, 1000);
    else emit(text);
  });
  status.setEncoding('utf8').on('data', (text: string) => (told += text));
  return {
    innerPid(): number | null {
      const match = /"child-pid": (\d+)/.exec(told);
      return match ? Number(match[1]) : null;
    },
    // Where the command has run to its end, bubblewrap only warned.
    trouble: () => (trouble === '' || told.includes('"exit-code"') ? null : (trouble.replace(/^bwrap: /, '').split('\n')[0] ?? '')),
    end(): void {
      emit(fromOutput.end());
      emit(fromErrors.end());
    },
  };
}

/** Ends the command's whole tree on abort or time-out: asked first, then killed. */
function endOn(child: ChildProcess, innerPid: () => number | null, { signal, timeoutMs }: RunOptions): { exit: Promise<SandboxedExit> } {
  let stopped: 'stopped' | 'late' | null = null;
  let hard: NodeJS.Timeout | undefined;
  const kill = () => {
    const inner = innerPid();
    if (inner !== null) send('SIGKILL', inner);
    child.kill('SIGKILL');
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

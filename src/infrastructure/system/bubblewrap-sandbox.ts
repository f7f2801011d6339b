import { accessSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox, SandboxedExit, SandboxPolicy } from '../../application/ports/sandbox.ts';
import { FailureError } from '../../core/models/failure.ts';
import { EMPTY_FILE, mountsFor } from './bubblewrap-mounts.ts';
import { gitRunnersIn, plantedSince } from './planted-git.ts';
import { HiddenPlaces } from './hidden-places.ts';
import { runInRoom, type RoomPlan, type Starter } from './sandbox-room.ts';
import { setAside } from './set-aside.ts';
import { createSpawnBroker, type SpawnBroker } from './spawn-broker.ts';

export interface BubblewrapDependencies {
  /** The environment of commands, already free of secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Hidden from every command, besides what the policy of the call hides. */
  readonly protectedPlaces: readonly string[];
  /** Where bubblewrap is (null: nowhere); looked for unless given. */
  readonly program?: string | null;
}

/** Where commands run. */
interface Rooms {
  readonly start: Starter;
  /** What nobody may see, and besides it what one command may not. */
  hiddenFrom(command: readonly string[]): HiddenPlaces;
}

type RunOptions = Parameters<Sandbox['run']>[2];

export interface BubblewrapSandbox extends Sandbox {
  /** Ends what waits for the next command, and the commands that are still running. */
  close(): Promise<void>;
}

/** The sandbox of Linux, by bubblewrap. Elsewhere, and where bubblewrap is missing or not allowed to work, it says so and runs nothing. */
export function createBubblewrapSandbox(dependencies: BubblewrapDependencies): BubblewrapSandbox {
  let rooms: Rooms | null | undefined;
  let broker: SpawnBroker | null = null;
  let probe: ReturnType<Sandbox['available']> | undefined;
  const findRooms = (): Rooms | null => {
    const path = dependencies.environment['PATH'] ?? '';
    const program =
      dependencies.program === undefined && process.platform === 'linux' ? onPath('bwrap', path) : (dependencies.program ?? null);
    if (program === null) return null;
    const shell = onPath('bash', path);
    if (shell !== null) broker = createSpawnBroker({ shell, program, environment: dependencies.environment, emptyFile: openEmptyFile });
    const start = starterOf(program, dependencies.environment, broker);
    return { start, hiddenFrom: hiddenPlacesOf(dependencies.protectedPlaces) };
  };
  const run: Sandbox['run'] = async (command, policy, options) => {
    rooms ??= findRooms();
    if (rooms === null) throw new FailureError('sandbox_missing', missing());
    return runIn(rooms, command, policy, options);
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

/** The places are the same for most commands: they are put in order once. */
function hiddenPlacesOf(protectedPlaces: readonly string[]): Rooms['hiddenFrom'] {
  const known = new WeakMap<readonly string[], HiddenPlaces>();
  return (more) => {
    const hidden = known.get(more) ?? new HiddenPlaces([...protectedPlaces, ...more]);
    known.set(more, hidden);
    return hidden;
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

/** The arguments of bubblewrap before the command itself. */
function planFor(policy: SandboxPolicy, mounts: readonly string[]): RoomPlan {
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

/** Runs one command in a room of its own. */
async function runIn(rooms: Rooms, command: string, policy: SandboxPolicy, options: RunOptions): Promise<SandboxedExit> {
  const { signal } = options;
  signal.throwIfAborted();
  const mounts = mountsFor(policy, rooms.hiddenFrom(policy.hidden));
  const before = gitRunnersIn(policy.writable);
  const since = Date.now();
  const plan = planFor(policy, mounts.args);
  const exit = await runInRoom(rooms.start, plan, command, options);
  const notes = setAside(mounts.absent);
  notes.push(...setAside(plantedSince(before, gitRunnersIn(policy.writable, before), since)));
  for (const note of notes) options.onOutput(`\n[${note}]\n`);
  return exit;
}

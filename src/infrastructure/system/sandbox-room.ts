import type { Readable } from 'node:stream';
import type { Sandbox, SandboxedExit } from '../../application/ports/sandbox.ts';
import { FailureError } from '../../core/models/failure.ts';
import { openCommandPipes } from './output-pipe.ts';
import { descendantsOf, isDeserted, isGone, killTree, send } from './process-tree.ts';
import type { BrokeredStart } from './spawn-broker.ts';
import { TerminalText } from './terminal-text.ts';

/** Between the polite end and the hard one; together with it well within two seconds (R7). */
const GRACE_MS = 1000;

/** Starts bubblewrap; its pid, or null when there is none to be known. That it could not be started is seen by its silence. */
export type Starter = (job: BrokeredStart) => Promise<number | null>;

type RunOptions = Parameters<Sandbox['run']>[2];

/** What a room is furnished with: all words of bubblewrap but the last, and how many empty files they count on, from number 4 on. */
export interface RoomPlan {
  readonly args: readonly string[];
  readonly emptyFiles: number;
}

/**
 * Runs a command in a sandbox of its own. Resolves when the command and everything that it started is gone; ends it on abort or time-out,
 * asked first, then killed.
 * @throws FailureError sandbox_missing
 */
export async function runInRoom(start: Starter, plan: RoomPlan, command: string, options: RunOptions): Promise<SandboxedExit> {
  const { output, status } = await openCommandPipes().catch((cause: unknown) => {
    throw new FailureError('sandbox_missing', 'The sandbox could not be set up here: no pipe can be made for the output.', { cause });
  });
  const wall = watchPipes(output.reader, status.reader, options.onOutput);
  let pid: number | null;
  try {
    const { args, emptyFiles } = plan;
    pid = await start({ first: args, last: command, output: output.writer, status: status.writer, emptyFiles, signal: options.signal });
  } finally {
    output.started();
    status.started();
  }
  const exit = await untilStatusEnds(pid, wall, options);
  await untilEmpty(wall, output.reader);
  const trouble = wall.trouble();
  if (trouble !== null) throw new FailureError('sandbox_missing', `The sandbox could not be set up here: ${trouble}`);
  if (exit === null) throw new FailureError('sandbox_missing', 'The sandbox (bubblewrap) could not be started.');
  return exit;
}

async function untilEmpty(wall: Wall, output: Readable): Promise<void> {
  const inner = wall.innerPid();
  // A command that did not come to an end of its own may have left a room behind that is only being set up, which does not yet end with its
  // maker.
  const isEmpty = inner === null || (wall.exitCode() !== null && (await isDeserted(inner, GRACE_MS)));
  if (!isEmpty) {
    send('SIGKILL', inner);
    await isGone(inner, GRACE_MS);
  }
  // Nothing is left that could write; should the pipe not know, nobody waits for it.
  const late = setTimeout(() => output.destroy(), GRACE_MS);
  await wall.outputEnded;
  clearTimeout(late);
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

/** Null when there was nothing that could run. */
async function untilStatusEnds(pid: number | null, wall: Wall, { signal, timeoutMs }: RunOptions): Promise<SandboxedExit | null> {
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

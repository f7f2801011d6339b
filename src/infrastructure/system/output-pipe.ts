import { closeSync, constants, lstatSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux: a handle of the place only, which counts neither as a reader nor as a writer. */
const O_PATH = 0o10000000;

/** Pipes that no command uses now. */
const free: number[] = [];

export interface NamedPipe {
  readonly reader: Socket;
  /** For the child to write; by its name below /proc also for a process that was started before. */
  readonly writer: number;
  /** To be called once the child has the writer, or will never have it. */
  started(): void;
}

/**
 * True pipes for what a command says, and for what is said about it. The streams that Node makes are sockets, which cannot be opened again
 * by their name: `echo x > /dev/stderr` would fail. Nothing of them stays on the disk.
 * @throws Error when no pipe can be made (no mkfifo, no temporary folder)
 */
export async function openCommandPipes(): Promise<{ readonly output: NamedPipe; readonly status: NamedPipe }> {
  const [output, status] = await takePipes(2);
  if (output === undefined || status === undefined) throw new Error('too few pipes were made');
  // Who tells the status reads it as well: it does not die of telling it when this process is gone.
  return { output: open(output, constants.O_WRONLY), status: open(status, constants.O_RDWR) };
}

function open(place: number, mode: number): NamedPipe {
  const name = `/proc/self/fd/${place}`;
  const end = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(name, mode);
  const { Socket } = process.getBuiltinModule('node:net');
  const reader = new Socket({ fd: end, readable: true, writable: false });
  let isAtEnd = false;
  reader.once('end', () => (isAtEnd = true));
  reader.once('close', () => {
    // One that was given up may still have a writer, whose words are not for the next command.
    if (isAtEnd) free.push(place);
    else closeSync(place);
  });
  return { reader, writer, started: () => closeSync(writer) };
}

/** How many are made at once: two for each of the rooms that are in use at a time. To make them takes a program of its own. */
const BATCH = 8;

const FOLDER = 'glasshouse-pipe-';
/** Milliseconds after which a folder of pipes is no longer being made: whoever made it was killed in the midst of it. */
const LEFT_BEHIND = 60_000;
let isSwept = false;

/** Takes away what others have left behind, once. */
function sweep(): void {
  if (isSwept) return;
  isSwept = true;
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    const stats = name.startsWith(FOLDER) ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
    if (!stats?.isDirectory() || stats.uid !== process.getuid?.()) continue;
    if (Date.now() - stats.mtimeMs > LEFT_BEHIND) rmSync(path, { recursive: true, force: true });
  }
}

async function makePipes(): Promise<number[]> {
  sweep();
  const folder = mkdtempSync(join(tmpdir(), FOLDER));
  const paths = Array.from({ length: BATCH }, (_, at) => join(folder, String(at)));
  try {
    const { execFile } = process.getBuiltinModule('node:child_process');
    await new Promise<void>((resolve, reject) => {
      execFile('mkfifo', ['-m', '600', ...paths], (error) => (error ? reject(error) : resolve()));
    });
    return paths.map((path) => openSync(path, O_PATH));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error when no pipe can be made */
async function takePipes(count: number): Promise<number[]> {
  while (free.length < count) free.push(...(await makePipes()));
  return free.splice(-count);
}

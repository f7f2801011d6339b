import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux: a handle of the place only, which counts neither as a reader nor as a writer. */
const O_PATH = 0o10000000;

/** Pipes that no command uses now. */
const free: number[] = [];

export interface OutputPipe {
  readonly reader: Socket;
  /** For the child as its output and its errors, so that both come in the order in which they were written. */
  readonly writer: number;
  /** To be called once the child has the writer. */
  started(): void;
}

/**
 * A true pipe for the output of a command. The streams that Node makes are sockets, which cannot be opened again by their name:
 * `echo x > /dev/stderr` would fail. Nothing of it stays on the disk.
 * @throws Error when no pipe can be made (no mkfifo, no temporary folder)
 */
export async function openOutputPipe(): Promise<OutputPipe> {
  const place = free.pop() ?? (await makePipe());
  const name = `/proc/self/fd/${place}`;
  const end = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(name, constants.O_WRONLY);
  const { Socket } = process.getBuiltinModule('node:net');
  const reader = new Socket({ fd: end, readable: true, writable: false });
  reader.once('close', () => free.push(place));
  return { reader, writer, started: () => closeSync(writer) };
}

async function makePipe(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-pipe-'));
  const path = join(folder, 'output');
  try {
    const { execFile } = process.getBuiltinModule('node:child_process');
    await new Promise<void>((resolve, reject) => {
      execFile('mkfifo', ['-m', '600', path], (error) => (error ? reject(error) : resolve()));
    });
    return openSync(path, O_PATH);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

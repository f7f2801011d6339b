import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, onTestFinished } from 'vitest';
import { startScriptedModelServer, type ScriptedModelServer, type ScriptedReply } from './scripted-model-server.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const serverProgram = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly done: Promise<CliResult>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when stdout and stderr together hold the text. */
  until(text: string | RegExp | ((all: string) => boolean)): Promise<void>;
}

/** A place with a data folder and a workspace of its own, removed after the test. */
export class CliScene {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'glasshouse-cli-')));
  readonly home = join(this.root, 'data');
  readonly workspace = join(this.root, 'workspace');
  readonly env: Record<string, string>;

  constructor(env: Record<string, string> = {}) {
    mkdirSync(this.workspace);
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.root, 'home'),
      LANG: 'C.UTF-8',
      GLASSHOUSE_HOME: this.home,
      GLASSHOUSE_KEYCHAIN: 'off',
      GLASSHOUSE_WINDOW: '100000',
      // One more request after the first answer: wanted where it is tested.
      GLASSHOUSE_TITLES: 'off',
      ...env,
    };
    mkdirSync(join(this.root, 'home'));
    scenes.add(this);
  }

  write(path: string, text: string): string {
    const whole = join(this.workspace, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  }

  /** Starts the bundled program, as a person would, with the workspace as the current folder. */
  start(
    args: readonly string[],
    options: { readonly input?: string | null; readonly env?: Record<string, string>; readonly wrap?: readonly string[] } = {},
  ): RunningCli {
    const words = [...(options.wrap ?? []), process.execPath, program, ...args];
    return follow(
      spawn(words[0]!, words.slice(1), {
        cwd: this.workspace,
        env: { ...this.env, ...options.env },
        stdio: [options.input === undefined || options.input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      }),
      options.input ?? null,
    );
  }

  /** Starts the bundled server on a port that is free. */
  serve(
    args: readonly string[] = [],
    options: { readonly input?: string; readonly env?: Record<string, string>; readonly opens?: boolean } = {},
  ): RunningCli {
    return follow(
      spawn(
        process.execPath,
        [serverProgram, ...(options.opens ? [] : ['--no-open']), ...(args.includes('--port') ? [] : ['--port', '0']), ...args],
        {
          cwd: this.workspace,
          env: { ...this.env, ...options.env },
          stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        },
      ),
      options.input ?? null,
    );
  }

  run(args: readonly string[], options: Parameters<CliScene['start']>[1] = {}): Promise<CliResult> {
    return this.start(args, options).done;
  }

  /** Starts it on a real terminal (a pty of `script`); what is written to `child.stdin` is typed. All output is on stdout. */
  terminal(args: readonly string[], env: Record<string, string> = {}): RunningCli {
    const command = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    return follow(
      spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], {
        cwd: this.workspace,
        env: { ...this.env, TERM: 'xterm-256color', ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
      null,
    );
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const scenes = new Set<CliScene>();
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const scene of scenes) scene.remove();
  scenes.clear();
});

function follow(child: ChildProcess, input: string | null): RunningCli {
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const check of waiting) check();
  };
  running.add(child);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    tell();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    tell();
  });
  if (input !== null) child.stdin?.end(input);
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout, stderr });
      tell();
    });
  });
  return {
    child,
    done,
    stdout: () => stdout,
    stderr: () => stderr,
    until: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const all = stdout + stderr;
          const found = typeof text === 'string' ? all.includes(text) : typeof text === 'function' ? text(all) : text.test(all);
          if (found) resolve();
          else if (child.exitCode !== null || child.signalCode !== null)
            reject(new Error(`ended without ${String(text)}; its last words:\n${all.slice(-600)}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
  };
}

/** The events of a `--json` run. */
export function eventsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Chooses the scripted model. */
export const MODEL = ['-m', 'openai-compatible/scripted'];
/** A key that must turn up nowhere. */
export const KEY = 'sk-planted-0123456789abcdef';

/** A scene whose model answers from a script. */
export async function scriptedScene(replies: readonly ScriptedReply[]): Promise<{ server: ScriptedModelServer; cli: CliScene }> {
  const server = await startScriptedModelServer([...replies]);
  onTestFinished(() => server.close());
  return {
    server,
    cli: new CliScene({
      OPENAI_BASE_URL: `${server.url}/v1`,
      // The other wire of the same key: nobody is asked beyond this machine.
      OPENAI_RESPONSES_BASE_URL: 'http://127.0.0.1:9/v1',
      OPENAI_API_KEY: KEY,
    }),
  };
}

/** A reply that asks for one tool. */
export function callOf(name: string, input: Record<string, unknown>): ScriptedReply {
  return { toolCalls: [{ name, input }] };
}

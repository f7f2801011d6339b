import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startScriptedModelServer, type ScriptedModelServer, type ScriptedReply } from './scripted-model-server.ts';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** The real server on a data folder of its own, with a model that answers from a script and a workspace to work in. */
export class PageScene {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'glasshouse-page-')));
  readonly home = join(this.root, 'data');
  readonly workspace = join(this.root, 'harbour');
  readonly model: ScriptedModelServer;
  /** The launch address, token included. */
  url = '';
  #server: ChildProcess | null = null;
  #port = 0;
  readonly #terminals: ChildProcess[] = [];

  readonly #env: Readonly<Record<string, string | undefined>>;

  private constructor(model: ScriptedModelServer, env: Readonly<Record<string, string | undefined>>) {
    this.model = model;
    this.#env = env;
    mkdirSync(this.workspace);
    mkdirSync(join(this.root, 'home'));
  }

  /** `env` is added to the server's environment; what is undefined in it is taken away. */
  static async open(replies: readonly ScriptedReply[] = [], env: Readonly<Record<string, string | undefined>> = {}): Promise<PageScene> {
    const scene = new PageScene(await startScriptedModelServer(replies), env);
    await scene.start();
    await scene.call('memory/set', { key: 'choice:workspace', value: scene.workspace });
    return scene;
  }

  get env(): Record<string, string> {
    const env: Record<string, string | undefined> = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.root, 'home'),
      LANG: 'C.UTF-8',
      GLASSHOUSE_HOME: this.home,
      GLASSHOUSE_KEYCHAIN: 'off',
      GLASSHOUSE_WINDOW: '100000',
      // One more request after the first answer: wanted where it is tested.
      GLASSHOUSE_TITLES: 'off',
      GLASSHOUSE_MODEL: 'openai-compatible/scripted',
      OPENAI_BASE_URL: `${this.model.url}/v1`,
      // The other wire of the same key: nobody is asked beyond this machine.
      OPENAI_RESPONSES_BASE_URL: 'http://127.0.0.1:9/v1',
      OPENAI_API_KEY: 'sk-planted-0123456789abcdef',
      ...this.#env,
    };
    return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  write(path: string, text: string | Uint8Array): void {
    const whole = join(this.workspace, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }

  /** Starts the server; again on the same port when it ran before. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, '--port', String(this.#port), '--no-open'], {
      cwd: this.workspace,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#server = child;
    this.url = await new Promise<string>((resolve, reject) => {
      let said = '';
      const listen = (chunk: Buffer) => {
        said += chunk.toString('utf8');
        const ready = /Glasshouse is ready: (\S+)/.exec(said);
        if (ready?.[1]) resolve(ready[1]);
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said.slice(-600)}`)));
    });
    this.#port = Number(new URL(this.url).port);
  }

  get token(): string {
    return new URL(this.url).hash.slice('#token='.length);
  }

  /** Calls a procedure as the page does. */
  async call(procedure: string, input: unknown): Promise<unknown> {
    const response = await fetch(`${new URL(this.url).origin}/rpc/${procedure}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ json: input }),
    });
    const { json } = (await response.json()) as { json: unknown };
    if (!response.ok) throw new Error(`${procedure}: ${JSON.stringify(json)}`);
    return json;
  }

  /** Starts the program on a real terminal (a pty), on the same data folder; what is written to `stdin` is typed. */
  terminal(words: readonly string[]): ChildProcess {
    const command = [process.execPath, cli, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const child = spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], {
      cwd: this.workspace,
      env: { ...this.env, TERM: 'xterm-256color' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#terminals.push(child);
    return child;
  }

  /** Ends the server as a power cut would, or politely. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#server;
    this.#server = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    for (const terminal of this.#terminals) terminal.kill('SIGKILL');
    await this.stop('SIGKILL');
    await this.model.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScriptedReply } from '../tests/support/scripted-model-server.ts';
import { openLauncher, type Cost } from './launcher.ts';
import { startModelServer, type Asked, type ModelServer } from './model-server.ts';

/** One run of a program, as seen from outside. */
export interface Observed {
  readonly cost: Cost;
  readonly requests: readonly Asked[];
  readonly output: string;
}

export interface BenchSite {
  readonly folder: string;
  /** `glasshouse run`, from the bundle. */
  ours(script: readonly ScriptedReply[], ...args: string[]): Promise<Observed>;
  /** The floor on the same script. */
  floor(script: readonly ScriptedReply[]): Promise<Observed>;
  readonly model: ModelServer;
  /** How the server, or what stands for the least of one, is started. */
  server(who: 'ours' | 'floor', home?: string): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };
  /** Empty sandboxes, started one after the other: the median of milliseconds, and CPU for each. */
  sandboxes(count: number): Promise<{ readonly ms: number; readonly cpu: number }>;
  close(): void;
}

const SERVER = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** As `bin/glasshouse` starts it. */
const FLAGS = ['--min-semi-space-size=2', '--max-semi-space-size=2'];
const FLOOR = fileURLToPath(new URL('floor.mjs', import.meta.url));
const PROMPT = 'Hello';
/** Lines of the file that steps read pieces of. */
const FILE_LINES = 3_000;

/** A temporary workspace, the model server, and the two programs that are compared on them. */
export async function openBenchSite(): Promise<BenchSite> {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-bench-'));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  const line = 'What was measured is what was there, and nothing else was.';
  writeFileSync(join(workspace, 'notes.txt'), Array.from({ length: FILE_LINES }, (_, at) => `${at + 1} ${line}\n`).join(''));
  const launcher = openLauncher();
  const server = await startModelServer();
  const { HOME = '', PATH = '' } = process.env;
  const env = {
    HOME,
    PATH,
    OPENAI_BASE_URL: server.url,
    GLASSHOUSE_WINDOW: '200000',
    GLASSHOUSE_KEYCHAIN: 'off',
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
  const out = join(folder, 'output');
  const bodyFile = join(folder, 'body.json');
  // Kept from run to run, as on a machine in use: only the first run of all makes its tables.
  const homes = { ours: join(folder, 'home'), floor: join(folder, 'home-of-floor') };
  mkdirSync(homes.floor);

  const observe = async (argv: readonly string[], home: string, script: readonly ScriptedReply[]): Promise<Observed> => {
    await server.script(script);
    await server.take();
    const cost = await launcher.launch({ argv: [process.execPath, ...argv], env: { ...env, GLASSHOUSE_HOME: home }, cwd: workspace, out });
    return { cost, requests: await server.take(), output: readFileSync(out, 'utf8') };
  };
  const ours: BenchSite['ours'] = (script, ...args) =>
    observe([...FLAGS, CLI, 'run', '--model', 'openai-compatible/bench', ...args, PROMPT], homes.ours, script);

  // The floor sends what ours sent. This run also fills the compile cache.
  const [first] = (await ours([{ text: 'Hello.' }])).requests;
  if (!first) throw new Error('glasshouse run sent no request');
  writeFileSync(bodyFile, first.body);
  return {
    folder,
    ours,
    floor: (script) => observe([FLOOR, 'run', server.url, join(homes.floor, 'floor.db'), bodyFile, workspace], homes.floor, script),
    model: server,
    server: (who, home = homes.ours) => ({
      argv: [
        process.execPath,
        ...(who === 'ours' ? [SERVER, '--port', '0', '--no-open'] : [FLOOR, 'serve', server.url, join(homes.floor, 'floor.db'), bodyFile]),
      ],
      env: { ...env, GLASSHOUSE_HOME: home, GLASSHOUSE_TITLES: 'off', GLASSHOUSE_MODEL: 'openai-compatible/bench' },
    }),
    async sandboxes(count) {
      const cost = await launcher.launch({ argv: [process.execPath, FLOOR, 'sandboxes', String(count)], env, cwd: folder, out });
      const idle = await launcher.launch({
        argv: [process.execPath, FLOOR, 'sandboxes', '1'],
        env,
        cwd: folder,
        out: join(folder, 'idle'),
      });
      return { ms: Number(readFileSync(out, 'utf8')), cpu: (cost.cpu - idle.cpu) / (count - 1) };
    },
    close() {
      launcher.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Program {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The file that its output goes to; what it says on the other stream goes to `out`.err. */
  readonly out: string;
}

export interface Cost {
  readonly code: number;
  /** Milliseconds of the machine's monotonic clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Milliseconds, user and system, with the children that it waited for. */
  readonly cpu: number;
  /** Kilobytes at most. */
  readonly rss: number;
}

export interface Launcher {
  /** Runs a program to its end. Rejects when it ends with another code than 0. */
  launch(program: Program): Promise<Cost>;
  close(): void;
}

/** Starts programs from a small process that can tell what they cost. Needs Python 3. */
export function openLauncher(): Launcher {
  const child = spawn('python3', [fileURLToPath(new URL('launch.py', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new Error(`The bench needs Python 3 to measure programs: ${error.message}`)));
  });
  gone.catch(() => undefined);
  return {
    async launch(program) {
      child.stdin.write(`${JSON.stringify(program)}\n`);
      const answer = await Promise.race([answers.next(), gone]);
      if (answer.done) throw new Error('The launcher ended.');
      const cost = JSON.parse(answer.value) as Cost;
      if (cost.code !== 0) throw new Error(`${program.argv.join(' ').slice(0, 200)} ended with ${cost.code}; see ${program.out}.err`);
      return cost;
    },
    close: () => void child.stdin.end(),
  };
}

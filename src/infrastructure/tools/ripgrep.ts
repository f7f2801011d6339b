import { FailureError } from '../../core/models/failure.ts';

let program: Promise<string> | undefined;

/** The ripgrep that the package brings, else the one on the PATH. */
function ripgrepPath(): Promise<string> {
  program ??= import('@vscode/ripgrep').then(
    (found) => found.rgPath,
    () => 'rg',
  );
  return program;
}

export interface RipgrepEnd {
  /** 0 found, 1 nothing found, 2 wrong pattern or unreadable places; null when ended early by `onLine`. */
  readonly code: number | null;
  readonly errors: string;
}

/**
 * Runs ripgrep in `folder` and hands over its output line by line, without the newline; a line is cut at 64 KB. `onLine` returns false to end it.
 * Memory stays bounded whatever comes.
 * @throws FailureError tool_failed when ripgrep cannot be started
 */
export async function ripgrep(
  args: readonly string[],
  folder: string,
  signal: AbortSignal,
  onLine: (line: string) => boolean,
): Promise<RipgrepEnd> {
  signal.throwIfAborted();
  const path = await ripgrepPath();
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(path, ['--no-config', '--color=never', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let errors = '';
  let isEnough = false;
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < 4000) errors += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, 65_536);
    for (const line of lines) {
      if (isEnough) return;
      if (onLine(line)) continue;
      isEnough = true;
      stop();
    }
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    signal.throwIfAborted();
    return { code: isEnough ? null : code, errors };
  } catch (error) {
    signal.throwIfAborted();
    throw new FailureError('tool_failed', 'The search program (ripgrep) could not be started.', { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Hidden files belong to the search; what git ignores, git's own folder and protected places do not. */
export function visibleFiles(protectedPaths: readonly string[]): string[] {
  const closed = protectedPaths.map((path) => `--glob=!/${path.replace(/[[\]{}*?!\\]/g, '\\$&')}`);
  return ['--hidden', '--no-require-git', '--glob=!.git', ...closed];
}

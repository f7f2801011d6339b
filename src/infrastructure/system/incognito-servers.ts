import type { ChildProcess } from 'node:child_process';
import type { IncognitoWindows } from '../../application/ports/machine.ts';
import { FailureError } from '../../core/models/failure.ts';
import { randomToken } from './access-token.ts';

/** How long one may take to start; milliseconds. */
const STARTING = 15_000;
/** At the same time; each is a process of its own. */
const MOST = 4;

/**
 * Servers beside this one that keep nothing on the disk: each window is a process of its own, with all that is said in its memory. They end
 * with their window, and with this process.
 * @param program the server's own
 */
export function createIncognitoServers(program: string, env: Readonly<Record<string, string | undefined>>): IncognitoWindows {
  const running = new Set<ChildProcess>();
  return {
    async open() {
      if (running.size >= MOST) throw new FailureError('usage', `${MOST} incognito windows are open already. Close one of them.`);
      const { spawn } = process.getBuiltinModule('node:child_process');
      const words = [program, '--incognito', '--port', '0', '--no-open', '--ready-json', '--token-stdin'];
      const child = spawn(process.execPath, words, { env, stdio: ['pipe', 'pipe', 'ignore', 'ipc'] });
      running.add(child);
      child.once('exit', () => running.delete(child));
      // What it is written to may be gone before it is told.
      child.stdin?.on('error', () => undefined);
      const token = randomToken();
      child.stdin?.end(`${token}\n`);
      try {
        const { url } = await ready(child);
        // The page gets a ticket that is good once, not the key.
        const launch = await fetch(`${url}launch`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
        return { url: new URL(((await launch.json()) as { url: string }).url, url).href };
      } catch (cause) {
        child.kill('SIGKILL');
        throw new FailureError('internal', 'An incognito window could not be opened: its server did not start.', { cause });
      }
    },
  };
}

function ready(child: ChildProcess): Promise<{ readonly url: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it did not start in time')), STARTING);
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (!said.includes('\n')) return;
      clearTimeout(timer);
      try {
        resolve(JSON.parse(said) as { url: string });
      } catch (error) {
        reject(error instanceof Error ? error : new Error('its first line was no JSON'));
      }
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error('it ended')));
  });
}

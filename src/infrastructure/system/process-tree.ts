import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processes below one, as Linux tells it: children first told, then theirs. Empty where it cannot be known. */
export function descendantsOf(pid: number): number[] {
  const found: number[] = [];
  const open = [pid];
  while (open.length > 0 && found.length < 10_000) {
    const children = read(`/proc/${open[0]}/task/${open.shift()}/children`).split(' ').filter(Boolean).map(Number);
    found.push(...children);
    open.push(...children);
  }
  return found;
}

/** Resolves when the process is gone (or only its entry is left), or after `limitMs`. */
export async function isGone(pid: number, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (true) {
    const stat = read(`/proc/${pid}/stat`);
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    if (stat === '' || state === 'Z' || state === 'X') return true;
    if (performance.now() > end) return false;
    await sleep(2);
  }
}

/** Sends a signal; a process that is gone already is no error. */
export function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

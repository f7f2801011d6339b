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
export function isGone(pid: number, limitMs: number): Promise<boolean> {
  return isSoon(() => hasEnded(pid), limitMs);
}

/**
 * Resolves when a room of processes is empty but for, at most, its first one on its way out; or after `limitMs`. The first inherits every
 * orphan: once it has started the command, it is alone when it has no child.
 */
export function isDeserted(first: number, limitMs: number): Promise<boolean> {
  return isSoon(() => hasEnded(first) || isChildless(first), limitMs);
}

async function isSoon(check: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!check()) {
    if (performance.now() > end) return false;
    await sleep(2);
  }
  return true;
}

/**
 * Kills a process with everything below it. It is held still first: one that dies while it is getting a child would leave the child behind,
 * waiting for it for ever.
 */
export async function killTree(pid: number): Promise<void> {
  send('SIGSTOP', pid);
  await isSoon(() => /^[TtZX]?$/.test(stateOf(pid)), 200);
  for (const each of [...descendantsOf(pid), pid]) send('SIGKILL', each);
}

function hasEnded(pid: number): boolean {
  return /^[ZX]?$/.test(stateOf(pid));
}

/** A letter, as Linux tells it; nothing when there is no such process. */
function stateOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  const at = stat.lastIndexOf(')') + 2;
  return stat.slice(at, at + 1);
}

/** False also where it cannot be known. */
function isChildless(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') === '';
  } catch {
    return false;
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

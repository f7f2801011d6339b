import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import type { LoggedFault, MachineFacts } from '../../application/use-cases/diagnostics.ts';
import { logFiles } from './node-system.ts';

/** Lines of the log that are told. */
const LINES = 50;
/** Places of one fault that are told. */
const FRAMES = 12;

export async function machineFacts(): Promise<MachineFacts> {
  return {
    platform: process.platform,
    release: release(),
    architecture: process.arch,
    processors: cpus().length,
    memoryBytes: totalmem(),
    language: Intl.DateTimeFormat().resolvedOptions().locale,
  };
}

/** The last faults: what a fault says may hold a person's words, so only its kind and its places in our own code are read. */
export async function lastFaults(folder: string): Promise<readonly LoggedFault[]> {
  const [log] = logFiles(folder);
  const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return lines.slice(-LINES).flatMap((line) => {
    const fault = parsed(line);
    if (!fault) return [];
    const at = typeof fault['at'] === 'string' && !Number.isNaN(Date.parse(fault['at'])) ? new Date(fault['at']).toISOString() : '';
    const name = /^[A-Za-z]{1,40}$/.exec(String(fault['name']))?.[0] ?? 'fault';
    return [{ at, name, where: placesIn(typeof fault['stack'] === 'string' ? fault['stack'] : '') }];
  });
}

/** `function (file:line)` of each frame that lies in our own bundle or in Node. The words before the frames are passed over. */
function placesIn(stack: string): readonly string[] {
  const frames = stack.split('\n').flatMap((line) => {
    const frame =
      /^ {4}at (?:async )?(?:([\w$.#<> ]{1,60}) \()?(?:file:\/\/\S*\/(?:dist|src)\/(?:[\w-]+\/)*([\w-]+\.[jt]s)|(node:[\w/:]+)):(\d+):\d+\)?$/.exec(
        line,
      );
    return frame ? [`${frame[1] ?? ''} (${frame[2] ?? frame[3] ?? ''}:${frame[4] ?? ''})`.trim()] : [];
  });
  return frames.slice(0, FRAMES);
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

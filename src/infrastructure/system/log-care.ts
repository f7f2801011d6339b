import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { StorageCare } from '../../application/ports/storage-care.ts';
import { logFiles } from './node-system.ts';

const DAY = 24 * 60 * 60 * 1_000;

/** Looks after the log's room. It is at most two megabytes, so it is read whole. */
export function createLogCare(folder: string, now: () => number): StorageCare {
  const old = async (days: number) => {
    const before = now() - days * DAY;
    const files = await Promise.all(
      logFiles(folder).map(async (path) => {
        const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
        return { path, kept: lines.filter((line) => timeOf(line) >= before), gone: lines.filter((line) => timeOf(line) < before) };
      }),
    );
    const gone = files.flatMap((file) => file.gone);
    return {
      files,
      sum: { kind: 'log' as const, count: gone.length, bytes: gone.reduce((all, line) => all + Buffer.byteLength(line) + 1, 0) },
    };
  };
  return {
    async measure() {
      const sizes = await Promise.all(
        logFiles(folder).map((path) =>
          stat(path).then(
            (found) => found.size,
            () => 0,
          ),
        ),
      );
      return [{ kind: 'log', bytes: sizes.reduce((sum, each) => sum + each, 0) }];
    },
    plan: async ({ log }) => (log === null ? [] : [(await old(log)).sum]),
    async prune({ log }) {
      if (log === null) return [];
      const { files, sum } = await old(log);
      for (const { path, kept, gone } of files) if (gone.length > 0) await writeLines(path, kept);
      return [sum];
    },
  };
}

async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return rm(path, { force: true });
  await writeFile(`${path}.tmp`, `${lines.join('\n')}\n`, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

/** When a line was written; what says no time is as old as can be. */
function timeOf(line: string): number {
  const at = /^\{"at":"([^"]+)"/.exec(line)?.[1];
  return at === undefined ? 0 : Date.parse(at) || 0;
}

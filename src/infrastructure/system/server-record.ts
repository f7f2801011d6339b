import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './access-token.ts';

/** Which server runs on a data folder, as the next start finds it. */
export interface ServerRecord {
  readonly pid: number;
  readonly port: number;
  /** Its instance: it is alive while this instance's lock is held. */
  readonly instance: string;
  /** False when its token was given to it and lies nowhere. */
  readonly hasStoredToken: boolean;
}

const NAME = 'server.json';

export function readServerRecord(folder: string): ServerRecord | null {
  try {
    const record = JSON.parse(readFileSync(join(folder, NAME), 'utf8')) as Partial<ServerRecord>;
    const { pid, port, instance, hasStoredToken } = record;
    if (typeof pid !== 'number' || typeof port !== 'number' || typeof instance !== 'string') return null;
    return { pid, port, instance, hasStoredToken: hasStoredToken !== false };
  } catch {
    return null;
  }
}

export function writeServerRecord(folder: string, record: ServerRecord): void {
  writeWhole(join(folder, NAME), JSON.stringify(record));
}

/** Removes the record of this server; that of another one stays. */
export function removeServerRecord(folder: string, instance: string): void {
  if (readServerRecord(folder)?.instance === instance) rmSync(join(folder, NAME), { force: true });
}

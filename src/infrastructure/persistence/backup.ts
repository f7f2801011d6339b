import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { FailureError } from '../../core/models/failure.ts';
import { asFailure, DATABASE_FILE, Database } from './database.ts';
import { isAnybodyHere } from './instances.ts';
import { MIGRATIONS } from './schema.ts';

/** What is in a backup, counted in the backup itself. */
export interface BackupFacts {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly conversations: number;
  readonly messages: number;
}

/** Pages that are copied at once; between them others may write. */
const PAGES_AT_ONCE = 2_000;

/**
 * Copies the database of a data folder as it is at one moment, whoever works on it meanwhile, into one file of its own (0600), and looks
 * whether that can be opened and is sound. The file is there whole or not at all. Keys are not in it: they are kept elsewhere.
 * @throws FailureError (by rejection) `usage` when there is such a file already or nothing to back up, `disk_full`, `database_damaged`,
 * `database_newer`, `database_unusable`
 */
export async function backUp(folder: string, target: string): Promise<BackupFacts> {
  const database = join(folder, DATABASE_FILE);
  const path = resolve(target);
  if (!existsSync(database)) throw new FailureError('usage', `There is nothing to back up in ${folder} yet.`);
  if (existsSync(path)) throw new FailureError('usage', `There is a file ${path} already. Choose another name.`);
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
    throw new FailureError('usage', `There is no folder ${dirname(path)}.`);
  // Made by us, under a name that nobody else has: nothing that is there is followed or written over.
  const part = `${path}.${process.pid}-${randomName()}.part`;
  try {
    closeSync(openSync(part, 'wx', 0o600));
    const source = new DatabaseSync(database, { readOnly: true, timeout: 5_000 });
    try {
      await backup(source, part, { rate: PAGES_AT_ONCE });
    } finally {
      source.close();
    }
    // One file, that needs no journal beside it.
    const copy = new DatabaseSync(part);
    copy.exec('PRAGMA journal_mode = DELETE');
    copy.close();
    const facts = inspectBackup(part);
    sync(part);
    nameFinally(part, path);
    sync(dirname(path));
    return { ...facts, path };
  } catch (error) {
    throw asFailure(error);
  } finally {
    for (const leftover of [part, `${part}-journal`]) rmSync(leftover, { force: true });
  }
}

/** A second name, and not a new one in the place of another: somebody may have been quicker. */
function nameFinally(part: string, path: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new FailureError('usage', `There is a file ${path} already. Choose another name.`);
    // A file system without second names (FAT): what is there is not overwritten as far as it can be seen.
    if (existsSync(path)) throw error;
    renameSync(part, path);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function randomName(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex');
}

/**
 * Opens a backup as a restore would, changes nothing, and reads all of it.
 * @throws FailureError `usage` when there is no such file or it is something else, `database_newer`, `database_damaged`
 */
export function inspectBackup(file: string): BackupFacts {
  const path = resolve(file);
  if (!existsSync(path)) throw new FailureError('usage', `There is no file ${path}.`);
  const stranger = new FailureError('usage', `${path} is no backup of Glasshouse.`);
  if (!statSync(path).isFile()) throw stranger;
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version === 0 || !db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'search_mark'`).get()) throw stranger;
    if (version > MIGRATIONS.length)
      throw new FailureError('database_newer', `${path} was made by a newer Glasshouse (version ${version} of the data).`);
    const verdict = String(db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check']);
    if (verdict !== 'ok') throw new FailureError('database_damaged', `${path} is damaged: ${verdict}.`);
    const counted = db
      .prepare(
        `SELECT (SELECT count(*) FROM conversation WHERE kind = 'chat') AS conversations, (SELECT count(*) FROM message) AS messages`,
      )
      .get();
    return {
      path,
      bytes: statSync(path).size,
      conversations: Number(counted?.['conversations']),
      messages: Number(counted?.['messages']),
    };
  } catch (error) {
    const reason = asFailure(error);
    // SQLite's own word for a file that is none of its.
    if (error instanceof Error && 'errcode' in error && error.errcode === 26) throw stranger;
    throw reason;
  } finally {
    db?.close();
  }
}

/**
 * Puts a backup in the place of the database of a data folder. What was there is kept beside it under another name; at every moment one of
 * the two is in place, whole.
 * @returns where the database that was there is kept; null when there was none
 * @throws FailureError as `inspectBackup`, and `database_busy` when a Glasshouse is at work on the folder
 */
export function restoreBackup(folder: string, file: string, now: Date): { readonly facts: BackupFacts; readonly kept: string | null } {
  const facts = inspectBackup(file);
  const database = join(folder, DATABASE_FILE);
  if (isAnybodyHere(folder))
    throw new FailureError('database_busy', `A Glasshouse is at work on ${folder}. End it first: what it writes would be lost.`);
  const next = join(folder, `${DATABASE_FILE}.${process.pid}-${randomName()}.restoring`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync(facts.path, next, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(next, 0o600);
    sync(next);
    const kept = existsSync(database) ? keepAside(database, now) : null;
    renameSync(next, database);
    sync(folder);
    // Opened once as it will be: an older one is brought up to date now, while the other is still at hand.
    Database.open(folder).close();
    return { facts, kept };
  } catch (error) {
    rmSync(next, { force: true });
    throw asFailure(error);
  }
}

/** Gives the database a second name, by which it stays when another takes its first one. Its journal must not meet the other one. */
function keepAside(database: string, now: Date): string {
  const kept = freeName(`${database}.before-restore-${now.toISOString().slice(0, 10)}`);
  try {
    // What stands in the journal goes into the file; the journal goes with the last who closes it.
    const db = new DatabaseSync(database, { timeout: 5_000 });
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  } catch {
    // It is damaged: it stays as it is, with its journal.
  }
  if (existsSync(`${database}-wal`)) renameSync(`${database}-wal`, `${kept}-wal`);
  rmSync(`${database}-shm`, { force: true });
  linkSync(database, kept);
  return kept;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let at = 2; existsSync(name); at += 1) name = `${wanted}-${at}`;
  return name;
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

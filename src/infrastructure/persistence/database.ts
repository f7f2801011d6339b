import { closeSync, existsSync, fdatasync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { FailureError } from '../../core/models/failure.ts';
import { MIGRATIONS } from './schema.ts';

/** How long a writer waits for another process; milliseconds. */
const BUSY_TIMEOUT = 5_000;
/** In the data folder. */
export const DATABASE_FILE = 'glasshouse.db';
const SQLITE_MAGIC = 'SQLite format 3\0';
/** Where the header of a SQLite file keeps `user_version`. Source: sqlite.org/fileformat2.html, "The Database Header". */
const USER_VERSION_OFFSET = 60;

/** A row by column name. */
export type Row = Record<string, SQLOutputValue>;

/**
 * The SQLite file of a data folder. Statements are prepared once and kept. Every method throws FailureError for what can be
 * expected of a disk: `database_newer`, `database_damaged`, `database_busy`, `database_unusable`, `disk_full`.
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Null: in memory. */
  readonly #path: string | null;
  #log: number | null = null;
  #settling = 0;
  #isFull = false;

  private constructor(db: DatabaseSync, path: string | null) {
    this.#db = db;
    this.#path = path;
  }

  /**
   * Opens or makes the database of a data folder and brings it up to date. A file that is newer or damaged is left as it is.
   * @param folder the data folder; made with 0700 when missing. `:memory:` keeps everything in memory.
   */
  static open(folder: string): Database {
    const path = folder === ':memory:' ? folder : prepareFile(folder);
    return guarded(() => {
      const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
      try {
        const database = new Database(db, path === ':memory:' ? null : path);
        database.#configure();
        database.#migrate();
        return database;
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  #configure(): void {
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 4000;',
    );
  }

  #migrate(): void {
    if (this.#version() === MIGRATIONS.length) return;
    this.transaction(() => {
      const version = this.#version();
      if (version > MIGRATIONS.length) throw newer(version);
      for (const [index, sql] of MIGRATIONS.entries()) {
        if (index < version) continue;
        this.#db.exec(sql);
        this.#db.exec(`PRAGMA user_version = ${index + 1}`);
      }
    }, true);
  }

  #version(): number {
    const row = this.#db.prepare('PRAGMA user_version').get() as { user_version: number };
    return row.user_version;
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return guarded(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return guarded(() => this.#prepare(sql).all(...values));
  }

  /** @returns the number of rows changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return guarded(() => Number(this.#prepare(sql).run(...values).changes));
  }

  /** @returns the rowid of the row inserted */
  insert(sql: string, ...values: SQLInputValue[]): number {
    return guarded(() => Number(this.#prepare(sql).run(...values).lastInsertRowid));
  }

  exec(sql: string): void {
    guarded(() => this.#db.exec(sql));
  }

  /** Reads that belong together: they see the database as it is at one moment, whatever other processes write meanwhile. */
  read<T>(work: () => T): T {
    return guarded(() => {
      if (this.#db.isTransaction) return work();
      this.#prepare('BEGIN').run();
      try {
        return work();
      } finally {
        if (this.#db.isTransaction) this.#prepare('COMMIT').run();
      }
    });
  }

  /**
   * All or nothing. Takes the write lock at once, so that it cannot fail half-way for another writer.
   * @param isDurable whether it must survive a power cut when this returns (fsync), not only a crash of ours
   */
  transaction<T>(work: () => T, isDurable = false): T {
    return guarded(() => {
      if (isDurable !== this.#isFull) {
        this.#db.exec(`PRAGMA synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`);
        this.#isFull = isDurable;
      }
      this.#prepare('BEGIN IMMEDIATE').run();
      try {
        const result = work();
        this.#prepare('COMMIT').run();
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /**
   * Makes everything that was committed survive a power cut, beside what goes on here: the wait for the disk is not this thread's. It is
   * what SQLite does at the end of a durable transaction: its log is written out.
   * @throws FailureError (by rejection) `disk_full`, `database_unusable`
   */
  async settle(): Promise<void> {
    if (this.#path === null) return;
    const log = (this.#log ??= guarded(() => openSync(`${this.#path}-wal`, 'r+')));
    this.#settling += 1;
    try {
      await new Promise<void>((resolve, reject) => fdatasync(log, (error) => (error ? reject(asFailure(error)) : resolve())));
    } finally {
      this.#settling -= 1;
      if (!this.#db.isOpen) this.#closeLog();
    }
  }

  #closeLog(): void {
    if (this.#log === null || this.#settling > 0) return;
    closeSync(this.#log);
    this.#log = null;
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
    this.#closeLog();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function prepareFile(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new FailureError('database_unusable', `The data folder ${folder} cannot be made: ${codeOf(error)}.`, { cause: error });
  }
  const path = join(folder, DATABASE_FILE);
  if (existsSync(path)) checkHeader(path, folder);
  // Made by us, with our mode: SQLite gives its journal files the mode of the database.
  else closeSync(guarded(() => openSync(path, 'a', 0o600)));
  return path;
}

/** Looks at the first bytes before SQLite does, so that a file that we must not touch is not touched. */
function checkHeader(path: string, folder: string): void {
  if (statSync(path).size === 0) {
    if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) throw damaged(`${path} is empty, but its journal is not`);
    if (existsSync(join(folder, 'instances'))) throw damaged(`${path} is empty, though it was in use`);
    return;
  }
  const header = Buffer.alloc(100);
  const file = guarded(() => openSync(path, 'r'));
  try {
    const read = readSync(file, header, 0, 100, 0);
    if (read < 100 || header.toString('latin1', 0, 16) !== SQLITE_MAGIC) throw damaged(`${path} does not begin as a SQLite file does`);
    const version = header.readUInt32BE(USER_VERSION_OFFSET);
    if (version > MIGRATIONS.length) throw newer(version);
  } finally {
    closeSync(file);
  }
}

function newer(version: number): FailureError {
  return new FailureError(
    'database_newer',
    `The database has version ${version}; this Glasshouse knows versions up to ${MIGRATIONS.length}. It was not touched.`,
  );
}

function damaged(what: string): FailureError {
  return new FailureError('database_damaged', `The database is damaged: ${what}. It was not changed.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

/** Primary result codes of SQLite. Source: sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asFailure(error);
  }
}

/** What can be expected of a disk and a database as a FailureError; anything else as it is. */
export function asFailure(error: unknown): unknown {
  if (error instanceof FailureError || !(error instanceof Error)) return error;
  if ('code' in error && error.code === 'ENOSPC')
    return new FailureError('disk_full', 'The disk with the data folder is full.', { cause: error });
  if ('code' in error && error.code === 'EIO')
    return new FailureError('database_unusable', 'The disk with the data folder reports an error.', { cause: error });
  if ('code' in error && (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS')) {
    return new FailureError('database_unusable', `The data folder cannot be used: ${error.code}.`, { cause: error });
  }
  if (!('errcode' in error) || typeof error.errcode !== 'number') return error;
  const options = { cause: error };
  switch (error.errcode & 0xff) {
    case BUSY:
    case LOCKED:
      return new FailureError('database_busy', 'The database was held by another program for too long.', options);
    case CORRUPT:
    case NOTADB:
      return new FailureError('database_damaged', `The database is damaged (${error.message}). It was not replaced.`, options);
    case FULL:
      return new FailureError('disk_full', 'The disk with the data folder is full.', options);
    case READONLY:
    case IOERR:
    case CANTOPEN:
      return new FailureError('database_unusable', `The database cannot be used (${error.message}).`, options);
    default:
      return error;
  }
}

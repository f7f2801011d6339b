import type { Result } from '../../core/models/failure.ts';

/** Windows of which nothing is kept. */
export interface IncognitoWindows {
  /** Makes one ready. @returns the address that opens it, good once. @throws FailureError `usage` when there are too many, `internal` */
  open(): Promise<{ readonly url: string }>;
}

export interface FolderListing {
  readonly path: string;
  readonly parent: string | null;
  readonly folders: readonly string[];
}

export interface DataSizes {
  readonly folder: string;
  /** Bytes of the database, its journal included. */
  readonly bytes: number;
  readonly modelsFolder: string;
  readonly modelsBytes: number;
}

export interface ProductFacts {
  readonly version: string;
  readonly node: string;
  readonly licence: string;
  readonly licences: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
}

/** Folders on this machine that a person may work in. Failures are values. */
export interface WorkFolders {
  /** The real path of a folder that exists. */
  resolve(path: string): Result<string>;
  /** Folders inside a folder (hidden ones left out), by name; the home folder when none is given. */
  list(path: string | undefined): Promise<Result<FolderListing>>;
  /** The small example folder, made when it is not there yet; what a person changed in it stays. */
  example(): Promise<string>;
  /** Where the example folder is, whether it is there or not. */
  readonly examplePath: string;
}

/** Files of a workspace, by what was typed of their path. */
export interface WorkspaceFiles {
  /**
   * Paths relative to the workspace, the best first, at most `limit`; never hidden ones, secrets, or what git ignores. Takes a second or two
   * at most. Rejects with FailureError where the workspace itself is closed.
   */
  find(workspace: string, query: string, limit: number): Promise<readonly string[]>;
}

/** What the product is, and how much room it takes. */
export interface ProductInfo {
  sizes(): Promise<DataSizes>;
  facts(): Promise<ProductFacts>;
}

/** A whole, checked copy of the database in one file. */
export interface Backup {
  readonly path: string;
  readonly bytes: number;
  readonly conversations: number;
  readonly messages: number;
}

export interface BackupMaker {
  /** @param name what its file is called @throws FailureError (by rejection) `disk_full`, `database_damaged`, `database_unusable` */
  make(name: string): Promise<Backup>;
  /** Takes one away that was handed over, or that nobody took. */
  discard(path: string): void;
}

/** Holds off the machine's sleep. */
export interface KeepAwake {
  /** Holds it off until what it returns is called. Where that cannot be done, nothing happens. */
  hold(): () => void;
}

/** A file in a workspace with instructions for agents. */
export interface InstructionFile {
  /** Its name. */
  readonly file: string;
  readonly text: string;
  /** Hex digest of the text: what an approval is bound to. */
  readonly digest: string;
}

export interface InstructionFiles {
  /** Null when there is none, or none that could be taken for instructions (a link, no text, too long). */
  read(workspace: string): Promise<InstructionFile | null>;
}

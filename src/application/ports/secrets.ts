/**
 * Keys of providers. Values never reach the database, a log, an export or the ledger.
 * `get` looks in the environment first. It returns null when there is none; it never throws for a missing keychain.
 */
export interface Secrets {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<{ readonly storedIn: 'keychain' | 'file' }>;
  remove(name: string): Promise<boolean>;
  /** Names that have a value, and where; never the value. */
  list(): Promise<readonly { readonly name: string; readonly from: 'environment' | 'keychain' | 'file' }[]>;
}

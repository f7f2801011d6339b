import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from '../../application/ports/secrets.ts';
import { FailureError } from '../../core/models/failure.ts';

export interface SecretsDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The data folder. */
  readonly folder: string;
  /** Names that `list` looks for in the environment: those of the providers' keys. */
  readonly names?: readonly string[];
}

const SERVICE = 'glasshouse';
/** Milliseconds to wait for the system's keychain; setting can make it ask the person to unlock it. */
const KEYCHAIN_READ = 5000;
const KEYCHAIN_WRITE = 60_000;

interface SealedEntry {
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

/** What `secrets.json` holds. The names in the keychain are noted so that it is loaded only when it has something. */
interface SecretsFile {
  readonly version: 1;
  readonly keychain: readonly string[];
  readonly sealed: Readonly<Record<string, SealedEntry>>;
}

const EMPTY: SecretsFile = { version: 1, keychain: [], sealed: {} };

/**
 * Keys from the environment, else from the system's keychain, else from a sealed file in the data folder.
 *
 * The sealed file is AES-256-GCM with its key in a second file beside it, both for the owner alone (0600). That keeps keys out of
 * backups that leave one of the two out, out of searches and off the screen. It does not keep them from programs that run as the
 * same user: these can read both files. The keychain can do better, and is used where there is one.
 * `GLASSHOUSE_KEYCHAIN=off` passes the keychain over.
 *
 * Methods reject with FailureError: `database_damaged` when the file is not ours to read (it is left as it is), `disk_full`,
 * `database_unusable` when the folder cannot be written.
 */
export function createSecrets(deps: SecretsDeps): Secrets {
  const keychainAllowed = deps.env['GLASSHOUSE_KEYCHAIN'] !== 'off';
  const file = join(deps.folder, 'secrets.json');
  const fromEnvironment = (name: string) => deps.env[name]?.trim() || null;
  return {
    async get(name) {
      const given = fromEnvironment(name);
      if (given !== null) return given;
      const stored = await readSecrets(file);
      const sealed = Object.hasOwn(stored.sealed, name) ? stored.sealed[name] : undefined;
      if (sealed) return unseal(deps.folder, name, sealed);
      return keychainAllowed && stored.keychain.includes(name) ? keychainGet(name) : null;
    },
    async set(name, value) {
      const stored = await readSecrets(file);
      const { [name]: _, ...others } = stored.sealed;
      const keychain = stored.keychain.filter((one) => one !== name);
      if (keychainAllowed && (await keychainSet(name, value))) {
        await writeSecrets(deps.folder, file, { ...stored, keychain: [...keychain, name], sealed: others });
        return { storedIn: 'keychain' };
      }
      await writeSecrets(deps.folder, file, { ...stored, keychain, sealed: { ...others, [name]: await seal(deps.folder, name, value) } });
      return { storedIn: 'file' };
    },
    async remove(name) {
      const stored = await readSecrets(file);
      const isSealed = Object.hasOwn(stored.sealed, name);
      const isInKeychain = stored.keychain.includes(name);
      if (!isSealed && !isInKeychain) return false;
      if (isInKeychain) await keychainRemove(name);
      const { [name]: _, ...others } = stored.sealed;
      await writeSecrets(deps.folder, file, { ...stored, keychain: stored.keychain.filter((one) => one !== name), sealed: others });
      return true;
    },
    async list() {
      const stored = await readSecrets(file);
      const found = new Map<string, 'environment' | 'keychain' | 'file'>();
      if (keychainAllowed) for (const name of stored.keychain) found.set(name, 'keychain');
      for (const name of Object.keys(stored.sealed)) found.set(name, 'file');
      for (const name of [...(deps.names ?? []), ...found.keys()]) if (fromEnvironment(name) !== null) found.set(name, 'environment');
      return [...found].map(([name, from]) => ({ name, from })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

async function readSecrets(file: string): Promise<SecretsFile> {
  let text: string;
  try {
    // Every start comes by here, mostly for nothing: an answer from the thread pool would take milliseconds, this takes microseconds.
    if (!existsSync(file)) return EMPTY;
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY;
    throw new FailureError('database_unusable', `The file of saved keys, ${file}, cannot be read.`, { cause: error });
  }
  const parsed = parseSecrets(text);
  if (!parsed) throw new FailureError('database_damaged', `The file of saved keys, ${file}, is damaged or of a newer Glasshouse.`);
  return parsed;
}

function parseSecrets(text: string): SecretsFile | null {
  try {
    const value = JSON.parse(text) as Partial<SecretsFile> | null;
    if (value?.version !== 1 || !Array.isArray(value.keychain) || typeof value.sealed !== 'object' || value.sealed === null) return null;
    return { version: 1, keychain: value.keychain, sealed: value.sealed };
  } catch {
    return null;
  }
}

async function writeSecrets(folder: string, file: string, content: SecretsFile): Promise<void> {
  await writeWhole(folder, file, `${JSON.stringify(content, null, 2)}\n`);
}

/** Whole or not at all: written beside, made durable, then renamed. */
async function writeWhole(folder: string, file: string, content: string | Uint8Array): Promise<void> {
  const beside = `${file}.${process.pid}.${Date.now().toString(36)}.tmp`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(beside, content, { mode: 0o600, flag: 'wx', flush: true });
    await chmod(beside, 0o600);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new FailureError(isFull ? 'disk_full' : 'database_unusable', `The file of saved keys, ${file}, could not be written.`, {
      cause: error,
    });
  }
}

async function keyOf(folder: string, create: boolean): Promise<Buffer | null> {
  const file = join(folder, 'secrets.key');
  try {
    const key = await readFile(file);
    if (key.length === 32) return key;
    throw new FailureError('database_damaged', `The key of the file of saved keys, ${file}, is damaged.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (!create) return null;
  }
  await writeWhole(folder, file, process.getBuiltinModule('node:crypto').randomBytes(32));
  return readFile(file);
}

async function seal(folder: string, name: string, value: string): Promise<SealedEntry> {
  const { createCipheriv, randomBytes } = process.getBuiltinModule('node:crypto');
  const key = await keyOf(folder, true);
  if (!key) throw new FailureError('database_unusable', 'The key of the file of saved keys could not be made.');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  // Bound to its name: an entry cannot be moved under another one.
  cipher.setAAD(Buffer.from(name, 'utf8'));
  const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return { iv: iv.toString('base64'), tag: cipher.getAuthTag().toString('base64'), data: data.toString('base64') };
}

async function unseal(folder: string, name: string, entry: SealedEntry): Promise<string> {
  const key = await keyOf(folder, false);
  try {
    if (!key) throw new Error('no key');
    const { createDecipheriv } = process.getBuiltinModule('node:crypto');
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(entry.iv, 'base64'));
    decipher.setAAD(Buffer.from(name, 'utf8'));
    decipher.setAuthTag(Buffer.from(entry.tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(entry.data, 'base64')), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new FailureError(
      'database_damaged',
      `The saved ${name} cannot be opened: its file or the key beside it was changed. Save it again.`,
      { cause: error },
    );
  }
}

/**
 * On Linux only the Secret Service will do: the library's other choice, the kernel's keyring, forgets at the next start of the machine.
 */
async function entryFor(name: string) {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  return new AsyncEntry(SERVICE, name, { linux: { store: 'secret-service' } });
}

async function keychainGet(name: string): Promise<string | null> {
  try {
    return await (await entryFor(name)).getPassword(AbortSignal.timeout(KEYCHAIN_READ));
  } catch {
    return null;
  }
}

/** Whether the keychain has it now, read back. Every failure means that there is no keychain to rely on. */
async function keychainSet(name: string, value: string): Promise<boolean> {
  try {
    const entry = await entryFor(name);
    await entry.setPassword(value, AbortSignal.timeout(KEYCHAIN_WRITE));
    return (await entry.getPassword(AbortSignal.timeout(KEYCHAIN_READ))) === value;
  } catch {
    return false;
  }
}

async function keychainRemove(name: string): Promise<void> {
  try {
    await (await entryFor(name)).deleteCredential(AbortSignal.timeout(KEYCHAIN_READ));
  } catch {
    // A keychain that is gone holds nothing that we could take out.
  }
}

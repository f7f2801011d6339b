import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of chance in a token. */
const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;

/**
 * The token of the server on this data folder: 256 bits, in the file `token` that only its owner can read. Made when there is none,
 * or when the old one is to be good no more.
 */
export function accessToken(folder: string, options: { readonly rotate: boolean }): string {
  const path = join(folder, 'token');
  const known = options.rotate ? null : readToken(path);
  if (known !== null) return known;
  const token = randomToken();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(path, `${token}\n`);
  return token;
}

/** A token that is kept nowhere. */
export function randomToken(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(TOKEN_BYTES).toString('base64url');
}

function readToken(path: string): string | null {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (!TOKEN.test(token)) return null;
    chmodSync(path, 0o600);
    return token;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
export function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, path);
}

import { inflateRawSync } from 'node:zlib';
import { FailureError } from '../../../core/models/failure.ts';

/** Bytes that a document may unpack to, all its files together. */
const UNPACKED_BYTES = 256 * 1024 * 1024;
/** Files that a document may hold. */
const MOST_FILES = 20_000;
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment behind it (PKWARE APPNOTE 4.3.16). */
const END_REACH = 22 + 65_535;

interface Entry {
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly packed: number;
  readonly headerAt: number;
}

/** The files inside a zip that is in memory. What they unpack to is counted as it unpacks, whatever the zip says of it. */
export class ZipArchive {
  readonly #bytes: Buffer;
  readonly #entries: ReadonlyMap<string, Entry>;
  #left = UNPACKED_BYTES;

  /** @throws FailureError document_damaged, document_too_large */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#entries = entriesOf(bytes);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Null: there is no such file. @throws FailureError document_damaged, document_encrypted, document_too_large */
  read(name: string): Buffer | null {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    if (entry.isEncrypted) throw new FailureError('document_encrypted', 'The document is locked with a password.');
    const { headerAt, packed, method } = entry;
    if (headerAt + 30 > this.#bytes.length || this.#bytes.readUInt32LE(headerAt) !== LOCAL) throw damaged();
    const start = headerAt + 30 + this.#bytes.readUInt16LE(headerAt + 26) + this.#bytes.readUInt16LE(headerAt + 28);
    if (start + packed > this.#bytes.length) throw damaged();
    const unpacked = unpack(this.#bytes.subarray(start, start + packed), method, this.#left);
    this.#left -= unpacked.length;
    return unpacked;
  }
}

function unpack(packed: Buffer, method: number, limit: number): Buffer {
  if (method === 0) {
    if (packed.length > limit) throw tooLarge();
    return packed;
  }
  if (method !== 8) throw damaged();
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : damaged();
  }
}

function entriesOf(bytes: Buffer): Map<string, Entry> {
  let at = bytes.length - 22;
  const lowest = Math.max(0, bytes.length - END_REACH);
  while (at >= lowest && bytes.readUInt32LE(at) !== END) at -= 1;
  if (at < lowest) throw damaged();
  const count = bytes.readUInt16LE(at + 10);
  const length = bytes.readUInt32LE(at + 12);
  let here = bytes.readUInt32LE(at + 16);
  const end = here + length;
  if (end > bytes.length) throw damaged();
  if (count > MOST_FILES) throw tooLarge();
  const entries = new Map<string, Entry>();
  while (here + 46 <= end && entries.size < count) {
    if (bytes.readUInt32LE(here) !== ENTRY) throw damaged();
    const nameLength = bytes.readUInt16LE(here + 28);
    // Some writers use the separator of Windows.
    const name = bytes.toString('utf8', here + 46, here + 46 + nameLength).replaceAll('\\', '/');
    entries.set(name, {
      isEncrypted: (bytes.readUInt16LE(here + 8) & 1) === 1,
      method: bytes.readUInt16LE(here + 10),
      packed: bytes.readUInt32LE(here + 20),
      headerAt: bytes.readUInt32LE(here + 42),
    });
    here += 46 + nameLength + bytes.readUInt16LE(here + 30) + bytes.readUInt16LE(here + 32);
  }
  return entries;
}

function damaged(): FailureError {
  return new FailureError('document_damaged', 'The document is cut or damaged: it cannot be unpacked.');
}

function tooLarge(): FailureError {
  return new FailureError('document_too_large', `The document unpacks to more than ${UNPACKED_BYTES / 1024 / 1024} MB.`);
}

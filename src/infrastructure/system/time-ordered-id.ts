import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes of chance that are fetched at once. */
const POOL = 1024;
/** The counter of one millisecond has twelve bits. */
const COUNTER_LIMIT = 0xfff;

/**
 * Makes UUIDs of version 7: sorted by time, and within a millisecond by a counter that begins anywhere in its lower half.
 * Source: RFC 9562, sections 5.7 and 6.2 (method 1).
 * Node's own would load all of its cryptography for it, which takes a tenth of the start of a run.
 * @param now milliseconds since 1970
 */
export function timeOrderedIds(now: () => number): () => string {
  const chance = pool();
  let last = 0;
  let counter = 0;
  return () => {
    const bytes = chance(10);
    const time = Math.max(now(), last);
    counter = time === last ? counter + 1 : bytes.readUInt16BE(0) & (COUNTER_LIMIT >> 1);
    last = time;
    if (counter > COUNTER_LIMIT) {
      last += 1;
      counter = 0;
    }
    const variant = 0x8000 | (bytes.readUInt16BE(2) & 0x3fff);
    const stamp = last.toString(16).padStart(12, '0');
    const ordered = (0x7000 | counter).toString(16);
    return `${stamp.slice(0, 8)}-${stamp.slice(8)}-${ordered}-${variant.toString(16)}-${bytes.toString('hex', 4)}`;
  };
}

/** Bytes of the system's own chance. */
function pool(): (count: number) => Buffer {
  let bytes: Buffer = Buffer.alloc(0);
  return (count) => {
    if (bytes.length < count) bytes = fresh();
    const taken = bytes.subarray(0, count);
    bytes = bytes.subarray(count);
    return taken;
  };
}

function fresh(): Buffer {
  const bytes = Buffer.alloc(POOL);
  let file: number | undefined;
  try {
    file = openSync('/dev/urandom', 'r');
    if (readSync(file, bytes, 0, POOL, null) === POOL) return bytes;
  } catch {
    // No such device on this system.
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return process.getBuiltinModule('node:crypto').randomBytes(POOL);
}

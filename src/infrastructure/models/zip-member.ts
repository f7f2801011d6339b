import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Where one file lies in a zip. Sizes in bytes. */
export interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly headerAt: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment behind it (PKWARE APPNOTE 4.3.16). */
const END_REACH = 22 + 65_535;

/** The files in a zip of less than 4 GB. Throws Error when it is no such zip. */
export async function zipMembers(zip: FileHandle): Promise<ZipMember[]> {
  const { size } = await zip.stat();
  const tail = Buffer.alloc(Math.min(size, END_REACH));
  await zip.read(tail, 0, tail.length, size - tail.length);
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at -= 1;
  if (at < 0) throw new Error('not a zip: no end record');
  const count = tail.readUInt16LE(at + 10);
  const length = tail.readUInt32LE(at + 12);
  const start = tail.readUInt32LE(at + 16);
  if (count === 0xffff || start === 0xffffffff || start + length > size) throw new Error('a zip of a kind that is not read here');
  const directory = Buffer.alloc(length);
  await zip.read(directory, 0, length, start);
  const members: ZipMember[] = [];
  for (let here = 0; here + 46 <= length && members.length < count;) {
    if (directory.readUInt32LE(here) !== ENTRY) throw new Error('a damaged zip: its directory is broken');
    const nameLength = directory.readUInt16LE(here + 28);
    members.push({
      name: directory.toString('utf8', here + 46, here + 46 + nameLength),
      method: directory.readUInt16LE(here + 10),
      crc: directory.readUInt32LE(here + 16),
      packed: directory.readUInt32LE(here + 20),
      size: directory.readUInt32LE(here + 24),
      headerAt: directory.readUInt32LE(here + 42),
    });
    here += 46 + nameLength + directory.readUInt16LE(here + 30) + directory.readUInt16LE(here + 32);
  }
  return members;
}

/**
 * The bytes of a member, as they unpack, never all in memory. Throws Error at the end when they are not those that were packed.
 */
export async function* unzipMember(path: string, member: ZipMember): AsyncGenerator<Uint8Array> {
  const { crc32 } = process.getBuiltinModule('node:zlib');
  if (member.method !== 0 && member.method !== 8) throw new Error(`a zip that is packed in a way that is not read here (${member.method})`);
  const zip = await open(path, 'r');
  try {
    const header = Buffer.alloc(30);
    await zip.read(header, 0, 30, member.headerAt);
    if (header.readUInt32LE(0) !== LOCAL) throw new Error('a damaged zip: a file has no header');
    const start = member.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    let crc = 0;
    let size = 0;
    if (member.packed > 0) {
      const packed = zip.createReadStream({ start, end: start + member.packed - 1, autoClose: false, highWaterMark: 256 * 1024 });
      const unpacked = member.method === 0 ? packed : inflated(packed);
      for await (const chunk of unpacked) {
        crc = crc32(chunk as Buffer, crc);
        size += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    }
    if (crc !== member.crc || size !== member.size) throw new Error('a damaged zip: a file does not unpack to what was packed');
  } finally {
    await zip.close();
  }
}

function inflated(packed: Readable): Readable {
  const inflate = process.getBuiltinModule('node:zlib').createInflateRaw({ chunkSize: 256 * 1024 });
  packed.on('error', (error) => inflate.destroy(error));
  return packed.pipe(inflate);
}

import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { mediaTypeOf, readFormat } from '../../src/core/models/media-format.ts';
import type { MediaBlock } from '../../src/core/reasoning/language-model.ts';
import type { Media } from '../../src/core/models/media.ts';

/** A real PNG of one colour. `note` stands in a chunk of words, so that its bytes can be found again. */
export function png(width = 40, height = 30, note = ''): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x7f)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)));
  const words = note === '' ? [] : [chunk('tEXt', Buffer.from(`Comment\0${note}`, 'latin1'))];
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), ...words, chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The head of a PNG that says it is so large: a bomb where it is decoded. */
export function hugePng(): Buffer {
  const small = png(4, 4);
  small.writeUInt32BE(60_000, 16);
  small.writeUInt32BE(60_000, 20);
  return small;
}

/** The smallest GIF. */
export const gif = (): Buffer => Buffer.from('R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=', 'base64');

/** Segments as a camera writes them, without a picture that could be drawn. */
export function jpeg(width = 640, height = 480): Buffer {
  const app = Buffer.from([0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  const frame = Buffer.from([0xff, 0xc2, 0x00, 0x0b, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app, frame, Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9, 0, 0])]);
}

/** A lossless WebP of one pixel. */
export const webp = (): Buffer => Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');

/** Bytes as what they are, for tests that skip the way in. */
function mediaOf(data: Buffer): Media {
  const format = readFormat(data, 'x');
  if (!format.ok) throw new Error(`${String(mediaTypeOf(data))}: ${format.failure.message}`);
  return { ...format.value, hash: createHash('sha256').update(data).digest('hex') };
}

/** Bytes as they stand in a request. */
export function shownAs(name: string, data: Buffer, origin: Pick<MediaBlock, 'section' | 'source' | 'trust'>): MediaBlock {
  return { name, media: mediaOf(data), base64: data.toString('base64'), ...origin };
}

import { expect, it } from 'vitest';
import { readHandedOver } from '../../src/core/models/handed-over.ts';
import { LARGEST_PICTURE, readFormat } from '../../src/core/models/media-format.ts';
import { estimateMedia } from '../../src/core/models/media-tokens.ts';
import { pdfOf as pdf } from '../support/documents.ts';
import { gif, hugePng, jpeg, png, webp } from '../support/pictures.ts';

const formatOf = (bytes: Uint8Array, name = 'a.png') => {
  const read = readFormat(bytes, name);
  return read.ok ? read.value : read.failure.code;
};

it('a picture is told by its content, with its size, whatever its name says', () => {
  expect(formatOf(png(40, 30), 'notes.txt')).toMatchObject({ mediaType: 'image/png', width: 40, height: 30 });
  expect(formatOf(jpeg(640, 480))).toMatchObject({ mediaType: 'image/jpeg', width: 640, height: 480 });
  expect(formatOf(gif())).toMatchObject({ mediaType: 'image/gif', width: 1, height: 1 });
  expect(formatOf(webp())).toMatchObject({ mediaType: 'image/webp', width: 1, height: 1 });
});

it('a PDF is told with its pages', () => {
  expect(formatOf(pdf(['One.', 'Two.', 'Three.']))).toMatchObject({ mediaType: 'application/pdf', pages: 3 });
});

it('what is cut anywhere is damaged, and what is no picture is unsupported', () => {
  for (const whole of [png(), jpeg(), gif(), webp()]) {
    for (let length = 16; length < whole.length - 4; length += 7) {
      expect(['media_damaged', 'media_unsupported']).toContain(formatOf(whole.subarray(0, length)));
    }
  }
  expect(formatOf(pdf(['One.']).subarray(0, 200))).toBe('media_damaged');
  expect(formatOf(Buffer.from('no picture'))).toBe('media_unsupported');
  expect(formatOf(new Uint8Array())).toBe('media_unsupported');
});

it('a picture with too many pixels or bytes is refused before anybody decodes it', () => {
  expect(formatOf(hugePng())).toBe('media_too_large');
  expect(formatOf(Buffer.concat([png(), Buffer.alloc(LARGEST_PICTURE)]))).toBe('media_too_large');
});

it('bytes of any kind end in a format or a failure', () => {
  for (let seed = 1; seed < 400; seed += 1) {
    const bytes = Buffer.from([png(), jpeg(), gif(), webp()][seed % 4] ?? []);
    for (let at = 4 + (seed % 9); at < bytes.length; at += 1 + (seed % 11)) bytes[at] = (bytes[at] ?? 0) ^ ((seed * at) & 255);
    expect(() => readFormat(bytes, 'x')).not.toThrow();
  }
});

it('what is handed over is media, words, or refused under its name', () => {
  const kind = (name: string, bytes: Uint8Array) => {
    const read = readHandedOver(name, bytes);
    return read.ok ? read.value.kind : read.failure.code;
  };
  expect(kind('photo.jpg', png())).toBe('media');
  expect(kind('notes.md', Buffer.from('# Notes'))).toBe('text');
  expect(kind('photo.png', Buffer.from('# Notes'))).toBe('media_unsupported');
  expect(kind('program', Buffer.from([1, 0, 2]))).toBe('file_binary');
  expect(kind('long.txt', Buffer.alloc(400_001, 'x'))).toBe('file_too_large');
});

it('tokens of a picture follow the formula of the model’s family', () => {
  const picture = (width: number, height: number) => ({ mediaType: 'image/png', bytes: 1, width, height }) as const;
  // https://platform.openai.com/docs/guides/images-vision: 1024 × 1024 is 765, 2048 × 4096 is 1105.
  const tiles = { by: 'tiles', fit: 2_048, short: 768, side: 512, base: 85, each: 170 } as const;
  expect(estimateMedia(picture(1024, 1024), tiles)).toBe(765);
  expect(estimateMedia(picture(2048, 4096), tiles)).toBe(1105);
  // https://docs.claude.com/en/docs/build-with-claude/vision: 1000 × 1000 is about 1334.
  expect(estimateMedia(picture(1000, 1000))).toBe(1334);
  expect(estimateMedia(picture(8000, 8000))).toBe(1600);
  // 1024 × 1024 is 1024 patches of 32 pixels.
  expect(estimateMedia(picture(1024, 1024), { by: 'patches', side: 32, most: 1_536, factor: 1 })).toBe(1024);
});

import { isPicture, type Media } from './media.ts';

/**
 * How the tokens of a picture are counted. `tiles`: it is made to fit `fit`, its shorter side then `short`, and costs `base` and so much a
 * tile. `patches`: so many squares of `side` pixels, at most `most`, times a factor. `area`: made to fit `longest`, its pixels divided.
 */
export type PictureCounting =
  | {
      readonly by: 'tiles';
      readonly fit: number;
      readonly short: number;
      readonly side: number;
      readonly base: number;
      readonly each: number;
    }
  | { readonly by: 'patches'; readonly side: number; readonly most: number; readonly factor: number }
  | { readonly by: 'area'; readonly longest: number; readonly perToken: number; readonly most: number };

/** What a picture costs where nothing is known of the model: the most common formula, on the large side. */
export const USUAL_COUNTING: PictureCounting = { by: 'area', longest: 1_568, perToken: 750, most: 1_600 };

/** Tokens of one page of a PDF: its words and its picture. The middle of the 1,500 to 3,000 that providers tell of. */
const TOKENS_PER_PAGE = 2_250;
/** Bytes of a page where pages cannot be counted. */
const BYTES_PER_PAGE = 60_000;

/** Tokens that a picture or a PDF takes of the window: an estimate, whatever the provider counts in the end. */
export function estimateMedia(media: Omit<Media, 'hash'>, counting: PictureCounting = USUAL_COUNTING): number {
  if (!isPicture({ ...media, hash: '' })) return (media.pages ?? Math.max(1, Math.ceil(media.bytes / BYTES_PER_PAGE))) * TOKENS_PER_PAGE;
  const { width = 1, height = 1 } = media;
  switch (counting.by) {
    case 'area': {
      const scale = Math.min(1, counting.longest / Math.max(width, height));
      return Math.max(1, Math.min(counting.most, Math.ceil((width * height * scale * scale) / counting.perToken)));
    }
    case 'patches': {
      const patches = Math.ceil(width / counting.side) * Math.ceil(height / counting.side);
      return Math.ceil(Math.min(counting.most, patches) * counting.factor);
    }
    case 'tiles': {
      const fitted = Math.min(1, counting.fit / Math.max(width, height));
      const scale = fitted * Math.min(1, counting.short / (Math.min(width, height) * fitted));
      const tiles = Math.ceil((width * scale) / counting.side) * Math.ceil((height * scale) / counting.side);
      return counting.base + counting.each * tiles;
    }
  }
}

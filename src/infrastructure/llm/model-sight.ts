import { PICTURE_TYPES, type MediaType } from '../../core/models/media.ts';
import { estimateMedia, USUAL_COUNTING, type PictureCounting } from '../../core/models/media-tokens.ts';
import type { MediaBlock, ModelProfile, Sight } from '../../core/reasoning/language-model.ts';

/** Noted from the providers' public pages on 2026-11-24. */
const AND_PDF: readonly MediaType[] = [...PICTURE_TYPES, 'application/pdf'];
const GEMINI_TAKES: readonly MediaType[] = ['image/png', 'image/jpeg', 'image/webp', 'application/pdf'];

/** Source: https://docs.claude.com/en/docs/build-with-claude/vision: width × height / 750, after it was made to fit. */
const CLAUDE_COUNTING: PictureCounting = USUAL_COUNTING;
/** Source: https://platform.openai.com/docs/guides/images-vision, "Calculating costs". */
const OPENAI_TILES = { by: 'tiles', fit: 2_048, short: 768, side: 512 } as const;
/** Source: https://ai.google.dev/gemini-api/docs/tokens: 258 for a tile of 768 pixels, or for a small picture. */
const GEMINI_COUNTING: PictureCounting = { by: 'tiles', fit: 3_072, short: 3_072, side: 768, base: 0, each: 258 };

function openaiCounting(model: string): PictureCounting {
  const patches = (factor: number): PictureCounting => ({ by: 'patches', side: 32, most: 1_536, factor });
  if (/^gpt-(?:4\.1|5(?:\.\d)?)-mini/.test(model)) return patches(1.62);
  if (/^gpt-(?:4\.1|5(?:\.\d)?)-nano/.test(model)) return patches(2.46);
  if (model.startsWith('o4-mini')) return patches(1.72);
  if (model.startsWith('gpt-4o-mini')) return { ...OPENAI_TILES, base: 2_833, each: 5_667 };
  if (model.startsWith('gpt-5')) return { ...OPENAI_TILES, base: 70, each: 140 };
  if (/^o[13]/.test(model)) return { ...OPENAI_TILES, base: 75, each: 150 };
  return { ...OPENAI_TILES, base: 85, each: 170 };
}

/** Names of models that are known to take words alone, wherever they are served. */
const WORDS_ALONE =
  /(?:^|\/)(?:gpt-3\.5|o1-mini|o3-mini|codestral|devstral|deepseek-(?:chat|reasoner|r1|v3)|gpt-oss|text-|qwen[\d.]*-coder|llama-?3(?:\.[13])?[:-])/i;
/** Names of models that are known to see, wherever they are served. */
const SEES =
  /(?:^|\/)(?:gpt-4o|gpt-4\.1|gpt-5|o3|o4-mini|claude-|gemini-|gemma-?3|llava|bakllava|moondream|minicpm-v|pixtral|llama-?3\.2-vision|llama-?4|mistral-(?:small|medium)|grok-(?:4|2-vision))|[-_]vl\b|vision/i;

/**
 * What a model takes beside words; absent: words alone. On the chat wire there is no form for PDFs that every server takes.
 * @param provider the preset or the wire that it is asked by
 */
export function sightOf(provider: string, model: string): Sight | undefined {
  if (provider === 'anthropic') return { takes: AND_PDF, isSure: model.startsWith('claude-'), counting: CLAUDE_COUNTING };
  if (provider === 'google') return { takes: GEMINI_TAKES, isSure: model.includes('gemini-'), counting: GEMINI_COUNTING };
  if (provider === 'deepseek' || WORDS_ALONE.test(model)) return undefined;
  const takes = provider === 'openai' ? AND_PDF : PICTURE_TYPES;
  const counting = provider === 'openai' || provider === 'openai-compatible' ? openaiCounting(model) : USUAL_COUNTING;
  return { takes, isSure: SEES.test(model), counting };
}

/** What a picture or a PDF takes of a model's window: an estimate. */
export function mediaTokens({ media }: MediaBlock, { sight }: ModelProfile): number {
  return estimateMedia(media, sight?.counting);
}

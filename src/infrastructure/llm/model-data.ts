import type { Price } from '../../core/models/usage.ts';

/** What is known of a hosted model. Noted from the providers' public tables on the day in `asOf`; a model not listed gets safe defaults. */
export interface ModelFacts {
  /** Tokens, input and output together. */
  readonly window: number;
  readonly maxOutput: number;
  /** Takes no `temperature` but its own. */
  readonly fixedTemperature?: boolean;
  readonly price?: Price;
}

const CLAUDE_NOTED = '2026-05-09';
const OPENAI_NOTED = '2025-11-15';

function claude(window: number, maxOutput: number, input: number, output: number): ModelFacts {
  // The cache costs 1.25 times the input to write (five minutes) and a tenth to read.
  return { window, maxOutput, price: { input, output, cachedRead: input / 10, cachedWrite: input * 1.25, asOf: CLAUDE_NOTED } };
}

function openai(
  window: number,
  maxOutput: number,
  input: number,
  cachedRead: number,
  output: number,
  fixedTemperature = false,
): ModelFacts {
  return { window, maxOutput, fixedTemperature, price: { input, output, cachedRead, asOf: OPENAI_NOTED } };
}

const CLAUDE: Readonly<Record<string, ModelFacts>> = {
  'claude-opus-4-7': claude(1_000_000, 128_000, 5, 25),
  'claude-opus-4-6': claude(1_000_000, 128_000, 5, 25),
  'claude-sonnet-4-6': claude(1_000_000, 64_000, 3, 15),
  'claude-haiku-4-5': claude(200_000, 64_000, 1, 5),
  'claude-opus-4-5': claude(200_000, 64_000, 5, 25),
  'claude-sonnet-4-5': claude(200_000, 64_000, 3, 15),
  'claude-opus-4-1': claude(200_000, 32_000, 15, 75),
  'claude-opus-4': claude(200_000, 32_000, 15, 75),
  'claude-sonnet-4': claude(200_000, 64_000, 3, 15),
  'claude-3-7-sonnet': claude(200_000, 64_000, 3, 15),
  'claude-3-5-sonnet': claude(200_000, 8192, 3, 15),
  'claude-3-5-haiku': claude(200_000, 8192, 0.8, 4),
  'claude-3-haiku': claude(200_000, 4096, 0.25, 1.25),
};

const OPENAI: Readonly<Record<string, ModelFacts>> = {
  // 400,000 together, but at most 272,000 of them input: the smaller number is safe for both.
  'gpt-5.1': openai(272_000, 128_000, 1.25, 0.125, 10, true),
  'gpt-5': openai(272_000, 128_000, 1.25, 0.125, 10, true),
  'gpt-5-mini': openai(272_000, 128_000, 0.25, 0.025, 2, true),
  'gpt-5-nano': openai(272_000, 128_000, 0.05, 0.005, 0.4, true),
  'gpt-4.1': openai(1_000_000, 32_768, 2, 0.5, 8),
  'gpt-4.1-mini': openai(1_000_000, 32_768, 0.4, 0.1, 1.6),
  'gpt-4.1-nano': openai(1_000_000, 32_768, 0.1, 0.025, 0.4),
  'gpt-4o': openai(128_000, 16_384, 2.5, 1.25, 10),
  'gpt-4o-mini': openai(128_000, 16_384, 0.15, 0.075, 0.6),
  o3: openai(200_000, 100_000, 2, 0.5, 8, true),
  'o4-mini': openai(200_000, 100_000, 1.1, 0.275, 4.4, true),
};

/** A Claude model whose name is not listed. */
const UNKNOWN_CLAUDE: ModelFacts = { window: 200_000, maxOutput: 8192 };
/** Another maker's model behind the Messages wire. */
const UNKNOWN_MESSAGES: ModelFacts = { window: 32_768, maxOutput: 8192 };
/** A model at OpenAI's own address whose name is not listed: newer ones are larger, and take no temperature. */
const UNKNOWN_OPENAI: ModelFacts = { window: 128_000, maxOutput: 16_384, fixedTemperature: true };

export function claudeFacts(model: string): ModelFacts {
  return lookUp(CLAUDE, model) ?? (model.startsWith('claude-') ? UNKNOWN_CLAUDE : UNKNOWN_MESSAGES);
}

/** Facts of the provider's own address: elsewhere a model of the same name can be served with less. */
export function openaiFacts(model: string): ModelFacts {
  return lookUp(OPENAI, model) ?? UNKNOWN_OPENAI;
}

/** A name as listed, alone or with a date: never a longer name, which is another model at another price. */
function lookUp(table: Readonly<Record<string, ModelFacts>>, model: string): ModelFacts | undefined {
  const bare = model.replace(/[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '');
  return Object.hasOwn(table, bare) ? table[bare] : undefined;
}

/** The names that are known without asking. */
export const CLAUDE_NAMES: readonly string[] = Object.keys(CLAUDE);

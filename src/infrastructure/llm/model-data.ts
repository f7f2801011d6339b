import type { Price } from '../../core/models/usage.ts';

/**
 * How a model is asked to think: with a budget of tokens, as much as it finds fit with an effort (`adaptive`), or always, with an
 * effort (`effort`). Absent: it is not asked.
 */
export type Thinking = 'budget' | 'adaptive' | 'effort';

/** What is known of a hosted model. Noted from the providers' public tables on the day in `asOf`; a model not listed gets safe defaults. */
export interface ModelFacts {
  /** Tokens, input and output together. */
  readonly window: number;
  readonly maxOutput: number;
  /** Takes no `temperature` but its own. */
  readonly fixedTemperature?: boolean;
  readonly thinking?: Thinking;
  /** Refuses a call in the history that is not signed. */
  readonly wantsSignatures?: boolean;
  readonly price?: Price;
}

const CLAUDE_NOTED = '2026-07-04';
const OPENAI_NOTED = '2026-06-04';
const GEMINI_NOTED = '2026-07-04';

function claude(window: number, maxOutput: number, input: number, output: number, abilities: Partial<ModelFacts> = {}): ModelFacts {
  // The cache costs 1.25 times the input to write (five minutes) and a tenth to read.
  return {
    window,
    maxOutput,
    ...abilities,
    price: { input, output, cachedRead: input / 10, cachedWrite: input * 1.25, asOf: CLAUDE_NOTED },
  };
}

function openai(window: number, maxOutput: number, input: number, cachedRead: number, output: number): ModelFacts {
  return { window, maxOutput, price: { input, output, cachedRead, asOf: OPENAI_NOTED } };
}

/** Thinks always: takes an effort, and no temperature. */
function thinking(facts: ModelFacts): ModelFacts {
  return { ...facts, fixedTemperature: true, thinking: 'effort' };
}

function gemini(input: number, cachedRead: number, output: number, abilities: Partial<ModelFacts> = {}): ModelFacts {
  const price = { input, output, cachedRead, asOf: GEMINI_NOTED };
  return { window: 1_048_576, maxOutput: 65_536, thinking: 'budget', ...abilities, price };
}

const BUDGET = { thinking: 'budget' } as const;
const ADAPTIVE = { thinking: 'adaptive' } as const;
const ADAPTIVE_ONLY = { thinking: 'adaptive', fixedTemperature: true } as const;

const CLAUDE: Readonly<Record<string, ModelFacts>> = {
  'claude-opus-4-8': claude(1_000_000, 128_000, 5, 25, ADAPTIVE_ONLY),
  'claude-sonnet-5': claude(1_000_000, 128_000, 3, 15, ADAPTIVE_ONLY),
  'claude-opus-4-7': claude(1_000_000, 128_000, 5, 25, ADAPTIVE_ONLY),
  'claude-opus-4-6': claude(1_000_000, 128_000, 5, 25, ADAPTIVE),
  'claude-sonnet-4-6': claude(1_000_000, 64_000, 3, 15, ADAPTIVE),
  'claude-haiku-4-5': claude(200_000, 64_000, 1, 5, BUDGET),
  'claude-opus-4-5': claude(200_000, 64_000, 5, 25, BUDGET),
  'claude-sonnet-4-5': claude(200_000, 64_000, 3, 15, BUDGET),
  'claude-opus-4-1': claude(200_000, 32_000, 15, 75, BUDGET),
  'claude-opus-4': claude(200_000, 32_000, 15, 75, BUDGET),
  'claude-sonnet-4': claude(200_000, 64_000, 3, 15, BUDGET),
  'claude-3-7-sonnet': claude(200_000, 64_000, 3, 15, BUDGET),
  'claude-3-5-sonnet': claude(200_000, 8192, 3, 15),
  'claude-3-5-haiku': claude(200_000, 8192, 0.8, 4),
  'claude-3-haiku': claude(200_000, 4096, 0.25, 1.25),
};

const OPENAI: Readonly<Record<string, ModelFacts>> = {
  // 1,050,000 together, but above 272,000 of input the whole request costs double.
  'gpt-5.5': thinking(openai(272_000, 128_000, 5, 0.5, 30)),
  'gpt-5.4': thinking(openai(272_000, 128_000, 2.5, 0.25, 15)),
  'gpt-5.4-mini': thinking(openai(272_000, 128_000, 0.75, 0.075, 4.5)),
  'gpt-5.4-nano': thinking(openai(272_000, 128_000, 0.2, 0.02, 1.25)),
  // 400,000 together, but at most 272,000 of them input: the smaller number is safe for both.
  'gpt-5.2': thinking(openai(272_000, 128_000, 1.75, 0.175, 14)),
  'gpt-5.1': thinking(openai(272_000, 128_000, 1.25, 0.125, 10)),
  'gpt-5': thinking(openai(272_000, 128_000, 1.25, 0.125, 10)),
  'gpt-5-mini': thinking(openai(272_000, 128_000, 0.25, 0.025, 2)),
  'gpt-5-nano': thinking(openai(272_000, 128_000, 0.05, 0.005, 0.4)),
  'gpt-4.1': openai(1_000_000, 32_768, 2, 0.5, 8),
  'gpt-4.1-mini': openai(1_000_000, 32_768, 0.4, 0.1, 1.6),
  'gpt-4.1-nano': openai(1_000_000, 32_768, 0.1, 0.025, 0.4),
  'gpt-4o': openai(128_000, 16_384, 2.5, 1.25, 10),
  'gpt-4o-mini': openai(128_000, 16_384, 0.15, 0.075, 0.6),
  o3: thinking(openai(200_000, 100_000, 2, 0.5, 8)),
  'o4-mini': thinking(openai(200_000, 100_000, 1.1, 0.275, 4.4)),
};

const SIGNED = { wantsSignatures: true } as const;
/** Above 200,000 tokens of input the whole request costs up to double. */
const DEARER_ABOVE = { window: 200_000 } as const;

const GEMINI: Readonly<Record<string, ModelFacts>> = {
  'gemini-3.5-flash': gemini(1.5, 0.15, 9, SIGNED),
  'gemini-3.1-pro-preview': gemini(2, 0.2, 12, { ...SIGNED, ...DEARER_ABOVE }),
  'gemini-3-flash-preview': gemini(0.5, 0.05, 3, SIGNED),
  'gemini-3.1-flash-lite': gemini(0.25, 0.025, 1.5, SIGNED),
  'gemini-2.5-pro': gemini(1.25, 0.125, 10, DEARER_ABOVE),
  'gemini-2.5-flash': gemini(0.3, 0.03, 2.5),
  'gemini-2.5-flash-lite': gemini(0.1, 0.01, 0.4),
};

/** A Claude model whose name is not listed: newer ones think as they find fit, and take no temperature. */
const UNKNOWN_CLAUDE: ModelFacts = { window: 200_000, maxOutput: 8192, ...ADAPTIVE_ONLY };
/** Another maker's model behind the Messages wire. */
const UNKNOWN_MESSAGES: ModelFacts = { window: 32_768, maxOutput: 8192, thinking: 'budget' };
/** A model at OpenAI's own address whose name is not listed: newer ones are larger, and take no temperature. */
const UNKNOWN_OPENAI: ModelFacts = { window: 128_000, maxOutput: 16_384, fixedTemperature: true };
/** Another model behind the Gemini wire. */
const UNKNOWN_GEMINI: ModelFacts = { window: 32_768, maxOutput: 8192 };

/** Null: the name is not listed, and the server can say more of it. */
export function claudeFacts(model: string): ModelFacts | null {
  return lookUp(CLAUDE, model) ?? null;
}

/** What is said of a model behind the Messages wire whose name is not listed. */
export function claudeAbilities(model: string): ModelFacts {
  return model.startsWith('claude-') ? UNKNOWN_CLAUDE : UNKNOWN_MESSAGES;
}

/** Null: the name is not listed. */
export function openaiListed(model: string): ModelFacts | null {
  return lookUp(OPENAI, model) ?? null;
}

/** Facts of the provider's own address: elsewhere a model of the same name can be served with less. */
export function openaiFacts(model: string): ModelFacts {
  return lookUp(OPENAI, model) ?? { ...UNKNOWN_OPENAI, ...openaiAbilities(model) };
}

/** What a model can wherever it is served. */
export function openaiAbilities(model: string): Pick<ModelFacts, 'fixedTemperature' | 'thinking'> {
  const thinks = /(?:^|\/)(?:o\d|gpt-[5-9]|codex)/.test(model) && !model.includes('chat');
  return thinks ? { fixedTemperature: true, thinking: 'effort' } : {};
}

/** Null: the name is not listed, and the server can say more of it. */
export function geminiFacts(model: string): ModelFacts | null {
  return lookUp(GEMINI, model.replace(/^models\//, '')) ?? null;
}

/** What is said of a Gemini model whose name is not listed. */
export function geminiAbilities(model: string): ModelFacts {
  const generation = Number(/gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? 0);
  return {
    ...UNKNOWN_GEMINI,
    ...(generation >= 2.5 ? { maxOutput: 65_536, thinking: 'budget' } : {}),
    ...(generation >= 3 ? SIGNED : {}),
  };
}

/** A name as listed, alone or with a date: never a longer name, which is another model at another price. */
function lookUp(table: Readonly<Record<string, ModelFacts>>, model: string): ModelFacts | undefined {
  const bare = model.replace(/[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, '');
  return Object.hasOwn(table, bare) ? table[bare] : undefined;
}

/** The names that are known without asking, the newest first. */
export const CLAUDE_NAMES: readonly string[] = Object.keys(CLAUDE);
export const OPENAI_NAMES: readonly string[] = Object.keys(OPENAI);
export const GEMINI_NAMES: readonly string[] = Object.keys(GEMINI);

import type { LanguageModel, ModelProfile } from '../../core/reasoning/language-model.ts';
import type { Base } from './address.ts';
import type { HttpStream } from './http-stream.ts';
import type { ModelFacts } from './model-data.ts';
import type { RefusedHere } from './openai-responses.ts';
import type { WindowFrom } from './presets.ts';
import type { Asked } from './wire-failure.ts';

/** What a model is opened with: the address and the key were looked at already. */
export interface Ready {
  /** The model as the server names it. */
  readonly model: string;
  readonly base: Base;
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly asked: Asked;
  readonly http: HttpStream;
  readonly refused: RefusedHere;
  readonly thinkingTokens?: number;
  readonly silenceMs?: number;
  /** The profile from what is known; the person's own window beats what the facts say. */
  profile(facts: ModelFacts): ModelProfile;
  /** What the server says of the window, where the person has not said it; null: nothing. */
  askWindow(from: WindowFrom, address: string): Promise<number | null>;
}

/** A provider with a wire of its own. Adapters and facts are loaded when a model is opened. */
export interface OwnWire {
  readonly name: string;
  readonly baseUrl: string;
  /** Environment variable that overrides `baseUrl`. */
  readonly baseUrlName: string;
  /** Environment variables of the key. The first is the one that is told of. */
  readonly keyNames: readonly string[];
  /** Headers that show who asks. */
  keyHeaders(key: string): Readonly<Record<string, string>>;
  /** Where the server lists its models. */
  listAddress(address: string): string;
  /** What must go along with that question. */
  readonly listHeaders: Readonly<Record<string, string>>;
  /** The names in its answer that can be talked with. */
  namesIn(answer: unknown): readonly string[];
  /** Names that are known without asking, the newest first. */
  knownNames(): Promise<readonly string[]>;
  /** What is known of a model that is served there; null: nothing. */
  factsAt(address: string): Promise<(model: string) => ModelFacts | null>;
  open(ready: Ready): Promise<LanguageModel>;
}

const ANTHROPIC: OwnWire = {
  name: 'anthropic',
  baseUrl: 'https://api.anthropic.com',
  baseUrlName: 'ANTHROPIC_BASE_URL',
  keyNames: ['ANTHROPIC_API_KEY'],
  keyHeaders: (key) => ({ 'x-api-key': key }),
  listAddress: (address) => `${bare(address).replace(/\/v1$/, '')}/v1/models?limit=100`,
  listHeaders: { 'anthropic-version': '2023-06-01' },
  namesIn: (answer) => textsOf(answer, 'data', 'id'),
  knownNames: async () => (await import('./model-data.ts')).CLAUDE_NAMES,
  factsAt: async () => (await import('./model-data.ts')).claudeFacts,
  async open(ready) {
    const [{ createAnthropicModel }, { claudeFacts, claudeAbilities }] = await Promise.all([
      import('./anthropic-messages.ts'),
      import('./model-data.ts'),
    ]);
    const facts = claudeFacts(ready.model) ?? (await askedClaude(ready, claudeAbilities(ready.model)));
    return createAnthropicModel({
      ...sharedOf(ready),
      ...(facts.thinking === undefined ? { thinkingTokens: 0 } : {}),
      profile: ready.profile(facts),
      thinking: facts.thinking === 'adaptive' ? 'adaptive' : 'budget',
      holdsForm: HOLDS_FORM.test(ready.model),
      fixedTemperature: facts.fixedTemperature ?? false,
    });
  },
};

/** The chat completions wire of the same provider is a preset of its own. */
const OPENAI: OwnWire = {
  name: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  baseUrlName: 'OPENAI_RESPONSES_BASE_URL',
  keyNames: ['OPENAI_API_KEY'],
  keyHeaders: bearer,
  listAddress: (address) => `${bare(address)}/models`,
  listHeaders: {},
  namesIn(answer) {
    const names = textsOf(answer, 'data', 'id');
    const talking = names.filter((name) => TALKS.test(name) && !TALKS_NOT.test(name));
    return talking.length > 0 ? talking : names;
  },
  knownNames: async () => (await import('./model-data.ts')).OPENAI_NAMES,
  // Elsewhere a model of the same name can be served with less.
  factsAt: async (address) => (address === OPENAI.baseUrl ? (await import('./model-data.ts')).openaiListed : () => null),
  async open(ready) {
    const [{ createOpenAiResponsesModel }, data] = await Promise.all([import('./openai-responses.ts'), import('./model-data.ts')]);
    const { model, base, refused } = ready;
    const isOwn = base.url.host === new URL(OPENAI.baseUrl).host;
    const abilities = data.openaiAbilities(model);
    const facts: ModelFacts = isOwn
      ? data.openaiFacts(model)
      : { ...abilities, window: (await ready.askWindow('models', base.address)) ?? DEFAULT_WINDOW, maxOutput: 8192 };
    return createOpenAiResponsesModel({
      ...sharedOf(ready),
      profile: ready.profile(facts),
      thinks: facts.thinking === 'effort',
      fixedTemperature: facts.fixedTemperature ?? false,
      refused,
    });
  },
};

const GOOGLE: OwnWire = {
  name: 'google',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  baseUrlName: 'GOOGLE_GEMINI_BASE_URL',
  keyNames: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  // In a header: an address ends in logs.
  keyHeaders: (key) => ({ 'x-goog-api-key': key }),
  listAddress: (address) => `${versioned(address)}/models?pageSize=200`,
  listHeaders: {},
  namesIn: (answer) =>
    textsOf(answer, 'models', 'name', (model) => {
      const methods = model['supportedGenerationMethods'];
      return !Array.isArray(methods) || methods.includes('generateContent');
    })
      .map((name) => name.replace(/^models\//, ''))
      .filter((name) => !TALKS_NOT.test(name)),
  knownNames: async () => (await import('./model-data.ts')).GEMINI_NAMES,
  factsAt: async () => (await import('./model-data.ts')).geminiFacts,
  async open(ready) {
    const [{ createGeminiModel }, data] = await Promise.all([import('./gemini.ts'), import('./model-data.ts')]);
    const facts = data.geminiFacts(ready.model) ?? (await askedGemini(ready, data.geminiAbilities(ready.model)));
    return createGeminiModel({
      ...sharedOf(ready),
      baseUrl: versioned(ready.base.address),
      profile: ready.profile(facts),
      thinks: facts.thinking !== undefined,
      wantsSignatures: facts.wantsSignatures ?? false,
    });
  },
};

export const OWN_WIRES: readonly OwnWire[] = [ANTHROPIC, OPENAI, GOOGLE];

export function findOwnWire(name: string): OwnWire | undefined {
  return OWN_WIRES.find((wire) => wire.name === name);
}

/** Models that take `output_config.format`. Source: https://docs.claude.com/en/docs/build-with-claude/structured-outputs, 2026-11-24. */
const HOLDS_FORM = /^claude-(?:opus-4-[1-9](?!\d)|(?:sonnet|haiku)-4-[5-9](?!\d)|[a-z]+-[5-9])/;

const DEFAULT_WINDOW = 32_768;
/** Names of models that take words and give words, and, among them, what gives something else. */
const TALKS = /^(?:gpt-|o\d|codex|chatgpt|ft:)/;
const TALKS_NOT = /audio|realtime|image|tts|transcribe|search|instruct|embedding|moderation|live|robotics|computer-use/;

async function askedClaude(ready: Ready, facts: ModelFacts): Promise<ModelFacts> {
  return { ...facts, window: (await ready.askWindow('anthropic', ready.base.address)) ?? facts.window };
}

async function askedGemini(ready: Ready, facts: ModelFacts): Promise<ModelFacts> {
  return { ...facts, window: (await ready.askWindow('gemini', versioned(ready.base.address))) ?? facts.window };
}

function sharedOf(ready: Ready) {
  const { model, secretHeaders, asked, http, thinkingTokens, silenceMs } = ready;
  return {
    model,
    baseUrl: ready.base.address,
    secretHeaders,
    asked,
    http,
    ...(thinkingTokens === undefined ? {} : { thinkingTokens }),
    ...(silenceMs === undefined ? {} : { silenceMs }),
  };
}

export function bearer(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}` };
}

function bare(address: string): string {
  return address.replace(/\/+$/, '');
}

/** Google's address with the version of the wire, which the person may leave out. */
function versioned(address: string): string {
  return /\/v1(?:alpha|beta)?$/.test(bare(address)) ? bare(address) : `${bare(address)}/v1beta`;
}

function textsOf(
  answer: unknown,
  listName: string,
  name: string,
  isWanted: (one: Record<string, unknown>) => boolean = () => true,
): readonly string[] {
  const list = (answer as Record<string, unknown> | null)?.[listName];
  if (!Array.isArray(list)) return [];
  return (list as (Record<string, unknown> | null)[]).flatMap((one) => {
    const text = one?.[name];
    return one && typeof text === 'string' && isWanted(one) ? [text] : [];
  });
}

/** Where the window that is really served is asked for. */
export type WindowFrom = 'none' | 'models' | 'ollama' | 'llamacpp' | 'lmstudio' | 'openrouter' | 'gemini' | 'anthropic';

/** What differs between servers that speak the OpenAI chat wire. A new server is a new entry here. */
export interface Preset {
  readonly name: string;
  readonly baseUrl: string;
  /** Environment variable that overrides `baseUrl`. */
  readonly baseUrlName: string | null;
  /** Environment variable (and name of the secret) of the key; null: the server wants none. */
  readonly keyName: string | null;
  /** Only the provider's own address needs the key: a server elsewhere may want none. */
  readonly keyOptionalElsewhere: boolean;
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Whether `stream_options: {include_usage: true}` is understood. */
  readonly includeUsage: boolean;
  /** How reasoning goes back with calls that it led to. */
  readonly reasoningBack: 'none' | 'reasoning_content' | 'reasoning_details';
  /** How an answer can be held to a form. */
  readonly constraint: 'none' | 'json_schema' | 'grammar';
  /** What the ids of calls must look like: `nine` letters and digits, or what every other provider takes. */
  readonly callIds: 'any' | 'nine';
  /** Refuses a person's words straight after a tool's result: an answer must stand between them. */
  readonly answersResults: boolean;
  /** Takes `cache_control` on text parts, for models of these names. */
  readonly cacheControl: RegExp | null;
  readonly windowFrom: WindowFrom;
  /** Tokens when nothing better is known: small enough for what such servers serve by default. */
  readonly defaultWindow: number;
  /** Milliseconds without a byte; servers on one's own machine are silent while they load and read. */
  readonly silenceMs: number;
}

const MINUTE = 60_000;

const OWN_SERVER = {
  baseUrlName: null,
  keyName: null,
  keyOptionalElsewhere: true,
  maxTokensField: 'max_tokens',
  includeUsage: true,
  reasoningBack: 'none',
  constraint: 'json_schema',
  callIds: 'any',
  answersResults: false,
  cacheControl: null,
  silenceMs: 10 * MINUTE,
} as const;

const HOSTED = {
  baseUrlName: null,
  keyOptionalElsewhere: false,
  maxTokensField: 'max_tokens',
  includeUsage: true,
  callIds: 'any',
  answersResults: false,
  silenceMs: 3 * MINUTE,
} as const;

export const PRESETS: readonly Preset[] = [
  {
    ...HOSTED,
    name: 'openai-compatible',
    baseUrl: 'https://api.openai.com/v1',
    baseUrlName: 'OPENAI_BASE_URL',
    keyName: 'OPENAI_API_KEY',
    keyOptionalElsewhere: true,
    maxTokensField: 'max_completion_tokens',
    reasoningBack: 'none',
    constraint: 'json_schema',
    cacheControl: null,
    windowFrom: 'models',
    defaultWindow: 32_768,
  },
  // Serves 4,096 tokens unless told otherwise, and cuts a longer prompt silently.
  {
    ...OWN_SERVER,
    name: 'ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    baseUrlName: 'OLLAMA_BASE_URL',
    windowFrom: 'ollama',
    defaultWindow: 4096,
  },
  {
    ...OWN_SERVER,
    name: 'lmstudio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    baseUrlName: 'LMSTUDIO_BASE_URL',
    windowFrom: 'lmstudio',
    defaultWindow: 4096,
  },
  {
    ...OWN_SERVER,
    name: 'llamacpp',
    baseUrl: 'http://127.0.0.1:8080/v1',
    baseUrlName: 'LLAMACPP_BASE_URL',
    constraint: 'grammar',
    windowFrom: 'llamacpp',
    defaultWindow: 4096,
  },
  {
    ...OWN_SERVER,
    name: 'vllm',
    baseUrl: 'http://127.0.0.1:8000/v1',
    baseUrlName: 'VLLM_BASE_URL',
    windowFrom: 'models',
    defaultWindow: 8192,
  },
  {
    ...HOSTED,
    name: 'openrouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyName: 'OPENROUTER_API_KEY',
    reasoningBack: 'reasoning_details',
    constraint: 'json_schema',
    cacheControl: /^anthropic\//,
    windowFrom: 'openrouter',
    defaultWindow: 32_768,
  },
  {
    ...HOSTED,
    name: 'deepseek',
    baseUrl: 'https://api.deepseek.com/v1',
    keyName: 'DEEPSEEK_API_KEY',
    reasoningBack: 'reasoning_content',
    constraint: 'none',
    cacheControl: null,
    windowFrom: 'none',
    defaultWindow: 65_536,
  },
  // Few of its models can be held to a schema.
  {
    ...HOSTED,
    name: 'groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    baseUrlName: 'GROQ_BASE_URL',
    keyName: 'GROQ_API_KEY',
    maxTokensField: 'max_completion_tokens',
    reasoningBack: 'none',
    constraint: 'none',
    cacheControl: null,
    windowFrom: 'models',
    defaultWindow: 32_768,
  },
  // Refuses every field that it does not document, `stream_options` among them; usage comes without being asked for.
  {
    ...HOSTED,
    name: 'mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    baseUrlName: 'MISTRAL_BASE_URL',
    keyName: 'MISTRAL_API_KEY',
    includeUsage: false,
    reasoningBack: 'none',
    constraint: 'json_schema',
    callIds: 'nine',
    answersResults: true,
    cacheControl: null,
    windowFrom: 'models',
    defaultWindow: 32_768,
  },
  {
    ...HOSTED,
    name: 'xai',
    baseUrl: 'https://api.x.ai/v1',
    baseUrlName: 'XAI_BASE_URL',
    keyName: 'XAI_API_KEY',
    maxTokensField: 'max_completion_tokens',
    reasoningBack: 'none',
    constraint: 'json_schema',
    cacheControl: null,
    windowFrom: 'models',
    defaultWindow: 131_072,
  },
  {
    ...HOSTED,
    name: 'together',
    baseUrl: 'https://api.together.xyz/v1',
    baseUrlName: 'TOGETHER_BASE_URL',
    keyName: 'TOGETHER_API_KEY',
    reasoningBack: 'none',
    constraint: 'none',
    cacheControl: null,
    windowFrom: 'models',
    defaultWindow: 32_768,
  },
];

export function findPreset(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}

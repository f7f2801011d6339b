import { PRESETS } from './presets.ts';

/** Keys that a person can save: names of environment variables that providers' users know, with a line about each. */
export const PROVIDER_KEYS: Readonly<Record<string, string>> = {
  ANTHROPIC_API_KEY: 'Key for anthropic/… models.',
  ...Object.fromEntries(PRESETS.flatMap(({ name, keyName }) => (keyName === null ? [] : [[keyName, `Key for ${name}/… models.`]]))),
};

/** How other models than the embedded one are chosen in a terminal. */
export const PROVIDER_EXAMPLES: readonly string[] = [
  'ANTHROPIC_API_KEY=…  glasshouse run -m anthropic/MODEL "PROMPT"',
  'OPENAI_API_KEY=…     glasshouse run -m openai-compatible/MODEL "PROMPT"',
  'glasshouse run -m ollama/MODEL "PROMPT"      (also lmstudio, llamacpp, vllm, openrouter, deepseek)',
];

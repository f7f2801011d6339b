/** Keys that a person can save, by the name of their environment variable. */
export const PROVIDER_KEYS: Readonly<Record<string, string>> = {
  ANTHROPIC_API_KEY: 'Key for anthropic/… models.',
  OPENAI_API_KEY: 'Key for openai-compatible/… models.',
  OPENROUTER_API_KEY: 'Key for openrouter/… models.',
  DEEPSEEK_API_KEY: 'Key for deepseek/… models.',
};

/** How other models than the embedded one are chosen in a terminal. */
export const PROVIDER_EXAMPLES: readonly string[] = [
  'ANTHROPIC_API_KEY=…  glasshouse run -m anthropic/MODEL "PROMPT"',
  'OPENAI_API_KEY=…     glasshouse run -m openai-compatible/MODEL "PROMPT"',
  'glasshouse run -m ollama/MODEL "PROMPT"      (also lmstudio, llamacpp, vllm, openrouter, deepseek)',
];

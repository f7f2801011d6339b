import { OWN_WIRES } from './own-wires.ts';
import { PRESETS } from './presets.ts';

/** Which providers a key opens, by its name. */
function providersByKey(): ReadonlyMap<string, readonly string[]> {
  const providers = new Map<string, string[]>();
  const all = [
    ...OWN_WIRES.map(({ name, keyNames }) => ({ name, keyNames })),
    ...PRESETS.map(({ name, keyName }) => ({ name, keyNames: keyName === null ? [] : [keyName] })),
  ];
  for (const { name, keyNames } of all) for (const key of keyNames) providers.set(key, [...(providers.get(key) ?? []), name]);
  return providers;
}

/** The providers that a key opens, as their models begin; none for a key that is no provider's. */
export function providersOfKey(name: string): readonly string[] {
  return providersByKey().get(name) ?? [];
}

/** Keys that a person can save: names of environment variables that providers' users know, with a line about each. */
export const PROVIDER_KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  [...providersByKey()].map(([key, names]) => [key, `Key for ${names.map((name) => `${name}/…`).join(' and ')} models.`]),
);

/** How other models than the embedded one are chosen in a terminal. */
export const PROVIDER_EXAMPLES: readonly string[] = [
  'ANTHROPIC_API_KEY=…  glasshouse run -m anthropic/MODEL "PROMPT"  (also openai, google,',
  '                     groq, mistral, xai, together, openrouter, deepseek)',
  'OPENAI_API_KEY=…     glasshouse run -m openai-compatible/MODEL "PROMPT"',
  'glasshouse run -m ollama/MODEL "PROMPT"      (also lmstudio, llamacpp, vllm)',
];

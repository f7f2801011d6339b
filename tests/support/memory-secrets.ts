import type { Secrets } from '../../src/application/ports/secrets.ts';

/** Secrets that live as long as the test. */
export function memorySecrets(initial: Readonly<Record<string, string>> = {}): Secrets {
  const values = new Map(Object.entries(initial));
  return {
    get: async (name) => values.get(name) ?? null,
    set: async (name, value) => {
      values.set(name, value);
      return { storedIn: 'file' };
    },
    remove: async (name) => values.delete(name),
    list: async () => [...values.keys()].map((name) => ({ name, from: 'file' as const })),
  };
}

import type { SettingStore } from '../../src/application/ports/stores.ts';

/** Settings that live as long as the test. */
export function memorySettings(given: Readonly<Record<string, string>> = {}): SettingStore {
  const values = new Map(Object.entries(given));
  return {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    remove: async (key) => values.delete(key),
    all: async () => values,
  };
}

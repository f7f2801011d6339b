import { afterEach, describe, expect, it, vi } from 'vitest';

const place = globalThis as { glasshouseWords?: Record<string, string>; document?: unknown };

/** As the page of a language loads it: the words come first. */
async function speaking(words?: Record<string, string>, lang = 'en') {
  vi.resetModules();
  if (words) place.glasshouseWords = words;
  place.document = { documentElement: { lang } };
  return import('../../../src/ui/words/say.ts');
}

afterEach(() => {
  // Whoever comes next has a page of their own.
  vi.resetModules();
  delete place.glasshouseWords;
  delete place.document;
});

describe('words for a person', () => {
  it('are the English ones where there is no other language, and where it lacks them', async () => {
    const english = await speaking();
    expect(english.say`Delete ${'A'} of ${3}?`).toBe('Delete A of 3?');
    expect(english.sayCounted(1, 'step', 'steps')).toBe('step');
    expect(english.decimal('1.5')).toBe('1.5');
    const { say } = await speaking({ Other: 'Anderes' }, 'de');
    expect(say`Delete ${'A'} of ${3}?`).toBe('Delete A of 3?');
  });

  it('put the values where the language wants them, as they are', async () => {
    const { say } = await speaking({ 'Delete {0} of {1}?': 'Von {1} wird {0} gelöscht?' }, 'de');
    expect(say`Delete ${'{1}'} of ${3}?`).toBe('Von 3 wird {1} gelöscht?');
  });

  it('are counted by the rules of the language', async () => {
    const { sayCounted, decimal } = await speaking({ 'step|steps': 'Schritt|Schritte', 'decimal point': ',' }, 'de');
    expect([0, 1, 2].map((count) => sayCounted(count, 'step', 'steps'))).toEqual(['Schritte', 'Schritt', 'Schritte']);
    expect(sayCounted(2, 'call', 'calls')).toBe('calls');
    expect(decimal('1.5')).toBe('1,5');
  });
});

import { describe, expect, it } from 'vitest';
import { shareTokens } from '../../src/application/use-cases/read-requests.ts';

describe('tokens of spans', () => {
  it('add up to exactly what the provider counted, in proportion to their bytes', () => {
    for (const [bytes, counted] of [
      [[10, 20, 30], 100],
      [[1, 1, 1], 100],
      [[7, 0, 1_000, 3, 3], 251],
      [[5], 3],
      [Array.from({ length: 300 }, (_, index) => index * 7 + 1), 12_345],
    ] as const) {
      const tokens = shareTokens(bytes, counted, 4);
      expect(tokens.reduce((sum, each) => sum + each, 0)).toBe(counted);
      const all = bytes.reduce((sum, each) => sum + each, 0);
      for (const [index, each] of tokens.entries()) expect(Math.abs(each - ((bytes[index] ?? 0) / all) * counted)).toBeLessThan(1);
    }
  });

  it('are estimates where nobody counted', () => {
    expect(shareTokens([8, 9, 0], null, 4)).toEqual([2, 3, 0]);
    expect(shareTokens([0, 0], 5, 4)).toEqual([0, 0]);
  });
});

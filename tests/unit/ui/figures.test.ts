import { describe, expect, it } from 'vitest';
import {
  bytes,
  callDuration,
  clock,
  counted,
  daysAgo,
  duration,
  elapsed,
  fetched,
  money,
  shortMoney,
  tokens,
  whenInList,
} from '../../../src/ui/figures.ts';

/** With plain spaces: the figures keep their units by spaces that do not break. */
const plain = (text: string | null) => text?.replaceAll('\u00a0', ' ');

describe('figures of the page', () => {
  it.each([
    [120, '0.1 s'],
    [8_140, '8.1 s'],
    [18_200, '18 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [3_840_000, '1 h 4 min'],
  ])('%d ms is %s', (milliseconds, words) => expect(plain(duration(milliseconds))).toBe(words));

  it.each([
    [3, '<0.1 s'],
    [200, '0.2 s'],
    [20_000, '20.0 s'],
    [61_000, '1 min 1 s'],
  ])('a call of %d ms took %s', (milliseconds, words) => expect(plain(callDuration(milliseconds))).toBe(words));

  it('a running time never shows parts of a second', () => {
    expect(plain(elapsed(12_900))).toBe('12 s');
    expect(elapsed(65_000)).toBe('1:05');
    expect(clock(41_000)).toBe('0:41');
    expect(clock(3_725_000)).toBe('1:02:05');
  });

  it.each([
    [812, true, '812'],
    [21_640, true, '21.6k'],
    [21_000, true, '21k'],
    [200_000, true, '200k'],
    [999_700, true, '1M'],
    [1_240_000, true, '1.2M'],
    [1_300, false, '≈ 1.3k'],
  ])('%d tokens (exact: %s) are %s', (count, isExact, words) => expect(plain(tokens(count, isExact))).toBe(words));

  it('money is never rounded to nothing, and never invented', () => {
    expect(money(0.0412)).toBe('$0.0412');
    expect(money(0.00001)).toBe('<$0.0001');
    expect(money(0)).toBe('$0');
    expect(money(null)).toBeNull();
    expect(shortMoney(0.0812)).toBe('$0.081');
    expect(shortMoney(0.0004)).toBe('$0.0004');
    expect(shortMoney(0)).toBeNull();
  });

  it('tells how far a fetch is, the unit once', () => {
    expect(plain(fetched(212_000_000, 491_000_000, 8_400_000, 33))).toBe('212 of 491 MB · 8.4 MB/s · 33 s left');
    expect(plain(fetched(900_000, 491_000_000, null, null))).toBe('900 kB of 491 MB');
    expect(plain(bytes(1_204_000_000))).toBe('1.20 GB');
  });

  it('says one thing and several things rightly', () => {
    expect([counted(1, 'step'), counted(4, 'step'), counted(12_000, 'step')]).toEqual(['1 step', '4 steps', '12,000 steps']);
  });

  it('says when by the calendar, not by hours', () => {
    const at = (text: string) => new Date(text).getTime();
    const now = at('2025-11-12T00:30:00');
    expect(daysAgo(at('2025-11-11T23:59:00'), now)).toBe(1);
    expect(whenInList(at('2025-11-12T00:10:00'), now)).toBe('00:10');
    expect(whenInList(at('2025-11-11T17:30:00'), now)).toBe('17:30');
    expect(whenInList(at('2025-11-07T09:00:00'), now)).toBe('Fri');
    expect(whenInList(at('2025-10-30T09:00:00'), now)).toBe('30 Oct');
    expect(whenInList(at('2024-10-30T09:00:00'), now)).toBe('30 Oct 2024');
  });
});

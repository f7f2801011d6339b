import { describe, expect, it } from 'vitest';
import { timeOrderedIds } from '../../src/infrastructure/system/time-ordered-id.ts';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids in the order of time', () => {
  it('are UUIDs of version 7 that begin with the time', () => {
    const id = timeOrderedIds(() => 0x0123456789ab)();
    expect(id).toMatch(UUID_7);
    expect(id.slice(0, 13)).toBe('01234567-89ab');
  });

  it('are unique and sorted, also many in one millisecond', () => {
    const newId = timeOrderedIds(() => 1_000);
    const ids = Array.from({ length: 20_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.every((id) => UUID_7.test(id))).toBe(true);
  });

  it('stay sorted when the clock goes back', () => {
    const times = [5_000, 5_001, 4_000, 4_000, 5_002];
    let at = 0;
    const newId = timeOrderedIds(() => times[at++] ?? 0);
    const ids = times.map(newId);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('of two makers are different at the same moment', () => {
    const [one, other] = [timeOrderedIds(() => 7), timeOrderedIds(() => 7)];
    expect(one().slice(-12)).not.toBe(other().slice(-12));
  });
});

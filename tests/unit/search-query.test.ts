import { describe, expect, it } from 'vitest';
import { dayOfFilter, filterText, parseSearch, withoutFilter } from '../../src/core/models/search-query.ts';
import { completionsOf } from '../../src/ui/views/palette/filter-completions.ts';

const parts = (query: string) => {
  const { words, filters } = parseSearch(query);
  return [words, ...filters.map(({ key, value }) => `${key}=${value}`)];
};

describe('a search query', () => {
  it('is words and filters, whatever is typed', () => {
    for (const [query, expected] of [
      ['heron role:person nest*', ['heron nest*', 'role=person']],
      ['agent:"Old Sailor" in:Birds deep', ['deep', 'agent=Old Sailor', 'in=Birds']],
      ['"role:person" heron', ['"role:person" heron']],
      ['https://example.org at 12:30', ['https://example.org at 12:30']],
      ['Role:Tool', ['', 'role=Tool']],
      ['before: x', ['x', 'before=']],
      ['agent:"never closed', ['', 'agent=never closed']],
      ['xin:Birds', ['xin:Birds']],
      ['constructor:x', ['constructor:x']],
      ['', ['']],
    ] as const)
      expect(parts(query)).toEqual(expected);
  });

  it('loses one filter and keeps the rest', () => {
    const query = 'heron agent:"Old Sailor" role:person';
    const [agent] = parseSearch(query).filters;
    expect(agent && withoutFilter(query, agent)).toBe('heron role:person');
    expect(parts(filterText('agent', 'Old Sailor'))).toEqual(['', 'agent=Old Sailor']);
  });

  it('knows days that there are', () => {
    expect(dayOfFilter('2026-11-24')).toBe(new Date(2026, 10, 24).getTime());
    expect(dayOfFilter('2026-02-30')).toBeNull();
    expect(dayOfFilter('yesterday')).toBeNull();
  });

  it('is completed where a filter begins, and with what there is', () => {
    const values = { agents: ['Old Sailor'], folders: ['Birds'], workspaces: ['harbour'] };
    const typed = (text: string) => completionsOf(text, values).map((completion) => completion.typed);
    expect(typed('heron ro')).toEqual(['heron role:']);
    expect(typed('agent:sail')).toEqual(['agent:"Old Sailor" ']);
    expect(typed('in:')).toEqual(['in:Birds ']);
    expect(typed('heron')).toEqual([]);
    expect(typed('role:person')).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { mentionAt, withPath } from '../../../src/ui/views/composer/mention.ts';

it('an @ at the beginning of a word is a mention; one inside of a word is none', () => {
  expect(mentionAt('See @src/a', 10)).toEqual({ from: 4, query: 'src/a' });
  expect(mentionAt('@', 1)).toEqual({ from: 0, query: '' });
  expect(mentionAt('(@a', 3)).toEqual({ from: 1, query: 'a' });
  for (const text of ['Write to ada@example.org', 'a@', '@a b', 'no mention', '@a@b']) expect(mentionAt(text, text.length)).toBeNull();
});

it('a chosen path stands in place of what was typed, and the caret behind it', () => {
  expect(withPath('Read @no please', { from: 5, query: 'no' }, 'notes/a.md')).toEqual({ text: 'Read notes/a.md please', caret: 16 });
  expect(withPath('@', { from: 0, query: '' }, 'my notes.md')).toEqual({ text: '`my notes.md` ', caret: 14 });
});

import { expect, it } from 'vitest';
import { sourceInWords, sourceNamed, sourcesOf } from '../../src/core/models/sources.ts';
import type { ToolCall } from '../../src/core/models/tool-call.ts';

const call = (id: string, tool: string, input: unknown, change: Partial<ToolCall> = {}): ToolCall => ({
  id,
  providerCallId: id,
  conversationId: 'c',
  runId: 'r',
  stepId: 's',
  messageId: 'm',
  ord: 0,
  tool,
  input,
  effect: 'none',
  touches: {},
  state: 'succeeded',
  trust: 'trusted',
  ...change,
});

const sources = sourcesOf([
  call('1', 'read_file', { path: './notes/a.md', start_line: 3, end_line: 90 }, { output: 'lines 3–9 of 9\nwords' }),
  call('2', 'read_file', { path: 'b.txt' }),
  call('3', 'read_file', { path: 'b.txt' }),
  call('4', 'read_document', { path: 'offer.pdf', part: '2-5' }),
  call('5', 'fetch_page', { url: 'https://example.org/a' }),
  call('6', 'read_file', { path: 'gone.txt' }, { state: 'failed' }),
  call('7', 'read_file', { path: 'short.txt', start_line: 50 }, { output: '(there is no line 50: the file has 9 lines)' }),
  call('8', 'write_file', { path: 'c.txt' }),
]);

it('sources are what was really read, each once', () => {
  expect(sources.map(sourceInWords)).toEqual(['notes/a.md, lines 3–9', 'b.txt', 'offer.pdf, 2-5', 'https://example.org/a']);
});

it('a word of the answer names a source only where that place was read', () => {
  const named = (word: string) => sourceNamed(word, sources)?.callId ?? null;
  expect(['notes/a.md', 'notes/a.md:4', './b.txt:900', 'offer.pdf'].map(named)).toEqual(['1', '1', '2', '4']);
  expect(['notes/a.md:10', 'a.md', 'gone.txt', 'short.txt', 'c.txt', 'offer.pdf:2', 'words'].map(named)).toEqual(Array(7).fill(null));
});

import { describe, expect, it } from 'vitest';
import { SseParser, type SseEvent } from '../../src/infrastructure/llm/sse.ts';

function parse(text: string, every = Infinity): SseEvent[] {
  const bytes = new TextEncoder().encode(text);
  const parser = new SseParser();
  const events: SseEvent[] = [];
  for (let at = 0; at < bytes.length; at += Math.min(every, bytes.length)) events.push(...parser.push(bytes.subarray(at, at + every)));
  return [...events, ...parser.end()];
}

describe('server-sent events', () => {
  const STREAM =
    '\uFEFF: hello\r\nevent: a\r\ndata: one\r\ndata:two\r\nid: 7\r\nretry: 10\r\n\r\ndata:  ☃ 𝄞\n\n:\n\ndata\n\nevent: none\n\ndata: last';
  const EVENTS: SseEvent[] = [
    { event: 'a', data: 'one\ntwo' },
    { event: '', data: ' ☃ 𝄞' },
    { event: '', data: '' },
    { event: '', data: 'last' },
  ];

  it.each([Infinity, 1, 2, 3, 5])('reads fields, comments and line ends, %s bytes at a time', (every) => {
    expect(parse(STREAM, every)).toEqual(EVENTS);
  });

  it('a carriage return alone ends a line, and one before a cut does not make two', () => {
    expect(parse('data: a\r\rdata: b\r\r')).toEqual([
      { event: '', data: 'a' },
      { event: '', data: 'b' },
    ]);
    expect(parse('data: a\r\ndata: b\r\n\r\n', 8)).toEqual([{ event: '', data: 'a\nb' }]);
  });

  it('gives an event as soon as its blank line is there', () => {
    const parser = new SseParser();
    expect(parser.push(new TextEncoder().encode('data: a\n'))).toEqual([]);
    expect(parser.push(new TextEncoder().encode('\ndata: b'))).toEqual([{ event: '', data: 'a' }]);
    expect(parser.pending).toBe(7);
  });
});

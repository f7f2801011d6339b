import { describe, expect, it } from 'vitest';
import type { Section } from '../../../src/core/models/request.ts';
import type { Trust } from '../../../src/core/models/trust.ts';
import type { RequestSpan, RequestView } from '../../../src/contract/views.ts';
import { piecesOf } from '../../../src/ui/views/inspector/pieces-of.ts';
import { sectionsOf } from '../../../src/ui/views/inspector/request-sections.ts';

function span(section: Section, source: string, text: string, trust: Trust = 'trusted', cost: number | null = null): RequestSpan {
  return { section, source, text, trust, cost, cacheBreakpoint: false, bytes: text.length, tokens: text.length };
}

function request(spans: readonly RequestSpan[]): RequestView {
  return {
    id: 'r',
    stepId: 's',
    runId: 'run',
    createdAt: 0,
    model: 'm',
    method: 'POST',
    url: 'http://127.0.0.1/v1',
    bytes: 0,
    window: null,
    usage: null,
    cost: null,
    headers: {},
    spans,
    tokensBySection: {},
    curl: null,
  };
}

describe('the sections of a request', () => {
  it('C1 hold every span exactly once, and its exact text', () => {
    const spans = [
      span('wire', 'core', '{"a":"'),
      span('system', 'core', 'You are'),
      span('wire', 'core', '"}'),
      span('history', 'call:1', '{}'),
      span('history', 'call:1', 'from a page', 'untrusted'),
      span('input', 'message:9', 'Hello'),
    ];
    const shown = sectionsOf(request(spans), undefined).flatMap((section) => section.spans);
    expect(shown.map((each) => each.index).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const each of shown) expect(each.span).toBe(spans[each.index]);
  });

  it('S3 put what came from outside into a section of its own, wherever it stands', () => {
    const sections = sectionsOf(
      request([span('history', 'call:1', 'a page', 'untrusted'), span('history', 'message:1', 'mine')]),
      undefined,
    );
    expect(sections.map((section) => [section.name, section.spans.length])).toEqual([
      ['history', 1],
      ['outside', 1],
    ]);
  });

  it('add up tokens, and know no cost where no price is known', () => {
    const [system, tools] = sectionsOf(
      request([
        span('tools', 'tool:a', '1234', 'trusted', 0.25),
        span('tools', 'tool:b', '12', 'trusted', 0.5),
        span('system', 'core', '123'),
      ]),
      undefined,
    );
    expect(system).toMatchObject({ name: 'system', tokens: 3, cost: null });
    expect(tools).toMatchObject({ name: 'tools', title: 'Tools, 2 offered', tokens: 6, cost: 0.75 });
  });

  it('tell what was asked of a tool from what it answered by their order', () => {
    const [history] = sectionsOf(request([span('history', 'call:1', '{}'), span('history', 'call:1', 'done')]), undefined);
    expect(history?.spans.map((each) => each.source.kind)).toEqual(['call', 'result']);
  });
});

describe('the pieces of a long text', () => {
  it('joined are the text, and no character is cut', () => {
    const text = `${'a'.repeat(7_999)}😀${'ä'.repeat(20_000)}\n${'x'.repeat(9_000)}`;
    const pieces = piecesOf(text);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(text);
    for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { ConversationLine, RequestSpan } from '../../../src/contract/views.ts';
import { emptySnapshot } from '../../../src/core/agent/conversation-fold.ts';
import type { Interaction } from '../../../src/core/models/interaction.ts';
import type { ToolCall } from '../../../src/core/models/tool-call.ts';
import { pathOf, routeOf, type Route } from '../../../src/ui/route.ts';
import { parseDiff } from '../../../src/ui/views/conversation/parse-diff.ts';
import { allowedBy, callWords, shortResult, splitWords } from '../../../src/ui/views/conversation/tool-words.ts';
import { sourceInWords } from '../../../src/ui/views/inspector/source-in-words.ts';
import { groupByDay } from '../../../src/ui/views/sidebar/group-by-day.ts';

const call = (change: Partial<ToolCall>): ToolCall => ({
  id: 'x',
  providerCallId: 'p',
  conversationId: 'c',
  runId: 'r',
  stepId: 's',
  messageId: 'm',
  ord: 0,
  tool: 'run_command',
  input: { command: 'npm test' },
  effect: 'unsafe',
  touches: {},
  words: { future: 'Will run `npm test`', present: 'Running `npm test`', past: 'Ran `npm test`' },
  state: 'proposed',
  trust: 'trusted',
  ...change,
});

const denied = (reason?: string): Interaction => ({
  id: 'i',
  conversationId: 'c',
  runId: 'r',
  rootRunId: 'r',
  prompt: { kind: 'approval', callId: 'x', tool: 'run_command', title: '', preview: { kind: 'text', text: '' }, reasons: [] },
  digest: '',
  state: 'answered',
  answer: { kind: 'deny', ...(reason === undefined ? {} : { reason }) },
  createdAt: 0,
});

/** A row as it is read. */
const row = (each: ToolCall, interaction?: Interaction) => {
  const { verb, object, rest, why } = callWords(each, interaction);
  return [verb, object, rest, why].filter(Boolean).join(' ');
};

describe('the words of a call', () => {
  it.each<[Partial<ToolCall>, string]>([
    [{ state: 'proposed' }, 'Will run npm test'],
    [{ state: 'awaiting_approval' }, 'Run npm test'],
    [{ state: 'started', startedAt: 1 }, 'Running npm test'],
    [{ state: 'succeeded', startedAt: 1 }, 'Ran npm test'],
    [{ state: 'failed', startedAt: 1, failure: { code: 'tool_timeout', message: 'No answer in 20 s' } }, 'Ran npm test No answer in 20 s'],
    [{ state: 'cancelled', startedAt: 1 }, 'Stopped npm test by you'],
    [{ state: 'cancelled' }, 'Not begun: npm test'],
    [{ state: 'interrupted', startedAt: 1 }, 'Cut off: npm test may have run'],
  ])('R3 %o reads "%s"', (change, words) => expect(row(call(change))).toBe(words));

  it.each<[Partial<ToolCall>, string]>([
    [{ state: 'succeeded', startedAt: 1 }, 'Ran npm test'],
    [{ state: 'failed', startedAt: 1 }, 'Asked to run npm test, failed'],
    [{ state: 'failed' }, 'Asked to run npm test, failed before it began'],
    [{ state: 'denied' }, 'Asked to run npm test, not allowed'],
    [{ state: 'cancelled' }, 'Asked to run npm test, not begun'],
    [{ state: 'cancelled', startedAt: 1 }, 'Asked to run npm test, stopped by you'],
    [{ state: 'interrupted', startedAt: 1 }, 'Asked to run npm test, cut off: may have run'],
  ])('R3 the result of %o is told in a request as "%s"', (change, words) => {
    const snapshot = { ...emptySnapshot('c'), calls: new Map([['x', call(change)]]) };
    const span = {
      section: 'history',
      source: 'call:x',
      text: '',
      trust: 'trusted',
      cost: null,
      cacheBreakpoint: false,
      bytes: 0,
      tokens: 0,
    };
    const source = (earlier: readonly string[]) => sourceInWords(span as RequestSpan, new Set(earlier), snapshot);
    const told = ({ title, object, rest = '' }: ReturnType<typeof source>) => `${title} ${object ?? ''}${rest}`;
    expect(told(source(['call:x']))).toBe(words);
    expect(told(source([]))).toBe('Asked to run npm test');
  });

  it('says who did not allow it', () => {
    const each = call({ state: 'denied', failure: { code: 'tool_denied', message: 'A rule denies rm. The call did not run.' } });
    expect(row(each, denied())).toBe('Not allowed: npm test by you');
    expect(row(each, denied('not now'))).toBe('Not allowed: npm test by you: not now');
    expect(row(each)).toBe('Not allowed: npm test A rule denies rm.');
  });

  it('tells the thing from what is done to it', () => {
    expect(splitWords('Read a b.txt', { path: 'a b.txt' })).toEqual({ verb: 'Read', object: 'a b.txt', rest: '' });
    expect(splitWords('Searched for “x y”', { text: 'x y' })).toEqual({ verb: 'Searched for', object: '“x y”', rest: '' });
    expect(splitWords('Updated the plan', { items: [] })).toEqual({ verb: 'Updated the plan', object: null, rest: '' });
  });

  it('tells a short result at once, and a long one not', () => {
    expect(shortResult(call({ state: 'succeeded', output: '42\n' }))).toBe('42');
    expect(shortResult(call({ state: 'succeeded', output: 'a\nb' }))).toBe('');
    expect(shortResult(call({ state: 'failed', output: '42' }))).toBe('');
  });

  it('records who allowed it', () => {
    const allowed = (answer: Interaction['answer']): Interaction => ({ ...denied(), ...(answer ? { answer } : {}) });
    const each = call({ state: 'succeeded', authorisation: { by: 'person', reason: 'The person allowed it.' } });
    expect(allowedBy(each, allowed({ kind: 'allow' }))).toBe('You allowed it once');
    expect(allowedBy(each, allowed({ kind: 'allow', remember: { scope: 'conversation', pattern: 'x' } }))).toBe(
      'You allowed it for this conversation',
    );
    expect(allowedBy(call({ authorisation: { by: 'effect', reason: 'It changes nothing.' } }), undefined)).toBe(
      'Not asked: it changes nothing',
    );
  });
});

describe('a diff', () => {
  const DIFF =
    '--- a\n+++ a\n@@ -11,4 +11,5 @@\n same\n-  return d / after.section;\n+  if (!d) return null;\n+  return d / before.section;\n };\n end\n';

  it('is read with its numbers, and marks what differs in a line', () => {
    const parsed = parseDiff(DIFF);
    expect(parsed?.added).toBe(2);
    expect(parsed?.removed).toBe(1);
    expect(parsed?.lines.map((line) => [line.kind, line.number])).toEqual([
      ['hunk', null],
      ['same', 11],
      ['removed', 12],
      ['added', 12],
      ['added', 13],
      ['same', 14],
      ['same', 15],
    ]);
    const marked = parsed?.lines.filter((line) => line.from !== undefined).map((line) => line.text.slice(line.from, line.to));
    expect(marked).toEqual(['after', 'before']);
  });

  it('of a new file has only additions', () => {
    expect(parseDiff('--- /dev/null\n+++ a.txt\n@@ -0,0 +1,1 @@\n+x\n')).toMatchObject({ added: 1, removed: 0 });
  });

  it('that was told in words is none', () => {
    expect(parseDiff('a.png: new 300 bytes (not text)')).toBeNull();
  });
});

describe('the list of conversations', () => {
  const line = (id: string, at: string, pinned = false): ConversationLine => ({
    id,
    kind: 'chat',
    workspace: '/w',
    title: id,
    headMessageId: null,
    mode: 'ask',
    createdAt: 0,
    updatedAt: new Date(at).getTime(),
    pinned,
    archived: false,
    messages: 1,
    lastRunState: null,
    openInteractions: 0,
  });

  it('stands by day, the pinned first, the newest on top', () => {
    const now = new Date('2025-11-12T12:00:00').getTime();
    const groups = groupByDay(
      [
        line('old', '2025-09-01T10:00:00'),
        line('friday', '2025-11-07T10:00:00'),
        line('early', '2025-11-12T08:00:00'),
        line('pinned', '2025-01-01T08:00:00', true),
        line('late', '2025-11-12T11:00:00'),
        line('yesterday', '2025-11-11T23:00:00'),
      ],
      now,
    );
    expect(groups.map((group) => [group.name, ...group.lines.map((each) => each.id)])).toEqual([
      ['Pinned', 'pinned'],
      ['Today', 'late', 'early'],
      ['Yesterday', 'yesterday'],
      ['Last week', 'friday'],
      ['Earlier', 'old'],
    ]);
  });
});

describe('addresses', () => {
  it.each<[string, Route]>([
    ['/', { screen: 'new' }],
    ['/c/abc', { screen: 'conversation', id: 'abc', messageId: null }],
    ['/c/abc/m/def', { screen: 'conversation', id: 'abc', messageId: 'def' }],
    ['/settings/models', { screen: 'settings', section: 'models' }],
  ])('%s is a place, and the place is that address', (path, route) => {
    expect(routeOf(path)).toEqual(route);
    expect(pathOf(route)).toBe(path);
  });

  it('what is not known is the beginning', () => {
    expect(routeOf('/nowhere/else')).toEqual({ screen: 'new' });
  });
});

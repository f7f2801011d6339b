import { describe, expect, it } from 'vitest';
import type { AnnouncedEvent } from '../../../src/core/agent/agent-event.ts';
import type { Message } from '../../../src/core/models/message.ts';
import type { Run } from '../../../src/core/models/run.ts';
import type { ConversationView } from '../../../src/contract/views.ts';
import {
  afterKnown,
  foldRunEvent,
  latestRun,
  MissedEvent,
  openFrom,
  runsOnPath,
  withEarlier,
  type OpenConversation,
} from '../../../src/ui/stores/open-conversation.ts';

const VIEW: ConversationView = {
  seq: 10,
  conversation: {
    id: 'c',
    kind: 'chat',
    workspace: '/w',
    title: 'T',
    headMessageId: null,
    mode: 'ask',
    createdAt: 0,
    updatedAt: 0,
    pinned: false,
    archived: false,
  },
  messages: [],
  calls: [],
  before: null,
  cutCalls: [],
  running: {},
  interactions: [],
  plan: null,
  trim: null,
  runs: [],
  waiting: [],
  branches: [],
};

const message = (id: string, role: Message['role'], text?: string, parentId: string | null = null): Message => ({
  id,
  conversationId: 'c',
  parentId,
  runId: 'r',
  role,
  createdAt: 0,
  parts: text === undefined ? [] : [{ type: 'text', id: `${id}-p`, ord: 0, trust: 'trusted', state: 'complete', text }],
});

const run: Run = {
  id: 'r',
  conversationId: 'c',
  inputId: 'i',
  parentRunId: null,
  rootRunId: 'r',
  kind: 'root',
  state: { name: 'queued' },
  model: 'm',
  budget: { maxSteps: 5 },
  owner: 'here',
  createdAt: 0,
};

const input = (id: string, delivery: 'start' | 'steer' | 'follow_up') =>
  ({ id, conversationId: 'c', runId: 'r', delivery, actor: 'person', createdAt: 0 }) as const;

const usage = { input: 100, output: 10, cachedRead: 0, cachedWrite: 0, reasoning: 0, exact: true };

const EVENTS: readonly AnnouncedEvent[] = [
  { type: 'input_accepted', input: input('i', 'start'), message: message('m1', 'person', 'Hello'), run },
  { type: 'state_changed', state: { name: 'planning' } },
  { type: 'message_started', message: message('m2', 'agent', undefined, 'm1') },
  {
    type: 'step_started',
    step: { id: 's', ord: 0, attempt: 1, purpose: 'plan', messageId: 'm2', requestId: 'q', model: 'm', startedAt: 1 },
  },
  { type: 'part_started', messageId: 'm2', part: { type: 'text', id: 'p', ord: 0, trust: 'trusted', state: 'open', text: '' } },
  { type: 'part_delta', partId: 'p', offset: 0, text: 'Good ' },
  { type: 'part_delta', partId: 'p', offset: 5, text: 'day' },
  { type: 'part_completed', partId: 'p', text: 'Good day', state: 'complete' },
  { type: 'step_completed', stepId: 's', usage, cost: 0.01, finish: 'stop', endedAt: 2 },
  { type: 'notice_raised', code: 'x', text: 'A notice.' },
  { type: 'run_completed', state: { name: 'completed' }, usage, cost: 0.01, steps: 1 },
];

/** Durable events carry a number, passing ones none. */
function numbered(events: readonly AnnouncedEvent[], from = 11) {
  let seq = from;
  return events.map((event) => {
    const isPassing = event.type === 'part_delta';
    if (!isPassing) seq += 1;
    return { seq: isPassing ? null : seq, runId: 'r', event };
  });
}

const foldAll = (open: OpenConversation, events: ReturnType<typeof numbered>) =>
  events.reduce((at, event) => foldRunEvent(at, event, 'here'), open);

describe('U1 the conversation that the page holds', () => {
  it('follows a run from its input to its end', () => {
    const open = foldAll(openFrom(VIEW), numbered(EVENTS));
    expect(open.snapshot.messages.map((each) => each.parts.map((part) => ('text' in part ? part.text : part.type)))).toEqual([
      ['Hello'],
      ['Good day', 'A notice.'],
    ]);
    expect(latestRun(open)).toMatchObject({ state: { name: 'completed' }, steps: 1, usage, cost: 0.01, isHere: true });
  });

  it('is the same when every event comes twice, in order or all over again', () => {
    const events = numbered(EVENTS);
    const once = foldAll(openFrom(VIEW), events);
    const twice = foldAll(
      openFrom(VIEW),
      events.flatMap((event) => [event, event]),
    );
    const again = foldAll(once, events);
    const { endedAt: _, ...runOnce } = latestRun(once) ?? { endedAt: 0 };
    for (const other of [twice, again]) {
      const { endedAt: __, ...runOther } = latestRun(other) ?? { endedAt: 0 };
      expect(other.snapshot).toEqual(once.snapshot);
      expect(runOther).toEqual(runOnce);
    }
  });

  it('leaves out what the view holds already', () => {
    const events = numbered(EVENTS);
    const seen = openFrom({ ...VIEW, seq: 10_000 });
    expect(foldRunEvent(seen, events[0]!, 'here')).toBe(seen);
  });

  it('never shortens a part that is complete, when its old words come again', () => {
    const once = foldAll(openFrom(VIEW), numbered(EVENTS));
    const after = foldRunEvent(once, { seq: null, runId: 'r', event: { type: 'part_delta', partId: 'p', offset: 0, text: 'Go' } }, 'here');
    expect(after).toBe(once);
  });

  it('takes all words so far at once after a new connection', () => {
    const open = foldAll(openFrom(VIEW), numbered(EVENTS.slice(0, 6)));
    const after = foldRunEvent(
      open,
      { seq: null, runId: 'r', event: { type: 'part_delta', partId: 'p', offset: 0, text: 'Good day to' } },
      'here',
    );
    expect(after.snapshot.messages[1]?.parts[0]).toMatchObject({ text: 'Good day to' });
  });

  it('shows a notice once, when its message was read with it and the event comes later', () => {
    const once = foldAll(openFrom(VIEW), numbered(EVENTS));
    const again = foldRunEvent(once, { seq: 9_999, runId: 'r', event: { type: 'notice_raised', code: 'x', text: 'A notice.' } }, 'here');
    expect(again.snapshot.messages).toEqual(once.snapshot.messages);
  });

  it('says so when words are missing', () => {
    const open = foldAll(openFrom(VIEW), numbered(EVENTS.slice(0, 6)));
    const fold = (event: AnnouncedEvent) => () => foldRunEvent(open, { seq: null, runId: 'r', event }, 'here');
    expect(fold({ type: 'part_delta', partId: 'p', offset: 99, text: 'x' })).toThrow(MissedEvent);
    expect(fold({ type: 'part_delta', partId: 'unknown', offset: 0, text: 'x' })).toThrow(MissedEvent);
  });

  it('R6 shows what waits, until it is said', () => {
    const waiting = foldAll(
      foldAll(openFrom(VIEW), numbered(EVENTS.slice(0, 3))),
      numbered(
        [
          { type: 'input_accepted', input: input('i2', 'steer'), message: message('m3', 'person', 'In metres', 'm2'), run: null },
          { type: 'input_accepted', input: input('i3', 'follow_up'), message: message('m4', 'person', 'Then sum'), run: null },
        ],
        50,
      ),
    );
    expect(waiting.waiting.map((each) => each.text)).toEqual(['In metres', 'Then sum']);
    const steered = foldAll(waiting, numbered([{ type: 'message_started', message: message('m3', 'person', 'In metres', 'm2') }], 60));
    expect(steered.waiting.map((each) => each.text)).toEqual(['Then sum']);
    const next = foldAll(
      steered,
      numbered(
        [
          {
            type: 'input_accepted',
            input: input('i3', 'follow_up'),
            message: message('m4', 'person', 'Then sum', 'm3'),
            run: { ...run, id: 'r2' },
          },
        ],
        70,
      ),
    );
    expect(next.waiting).toEqual([]);
    expect(next.snapshot.messages.map((each) => each.id)).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  it('leads another way from a message that branches, and knows what stands beside it', () => {
    const once = foldAll(openFrom(VIEW), numbered(EVENTS));
    const next = { ...run, id: 'r2' };
    const again = { type: 'input_accepted', input: input('i2', 'start'), message: message('m1', 'person', 'Hello'), run: next } as const;
    const begun = foldAll(once, numbered([{ ...again, branch: 'again' }], 50));
    expect(runsOnPath(once)).toEqual(['r']);
    expect([begun.snapshot.messages.map(({ id }) => id), begun.branches.get('m1'), latestRun(begun)?.id]).toEqual([['m1'], ['m2'], 'r2']);
    const answered = foldAll(begun, numbered([{ type: 'message_started', message: message('m3', 'agent', undefined, 'm1') }], 60));
    expect([answered.snapshot.messages.map(({ id }) => id), answered.branches.get('m1')]).toEqual([
      ['m1', 'm3'],
      ['m2', 'm3'],
    ]);
    const other = message('n1', 'person', 'Good morning');
    const edited = foldAll(
      answered,
      numbered([{ type: 'input_accepted', input: input('i3', 'start'), message: other, run: { ...run, id: 'r3' }, branch: 'edited' }], 70),
    );
    expect([edited.snapshot.messages.map(({ id }) => id), edited.branches.get('')]).toEqual([['n1'], ['m1', 'n1']]);
  });

  it('says so when a message follows one that it does not hold', () => {
    const open = openFrom({ ...VIEW, messages: [message('m9', 'agent', 'x', 'm8')], before: 'm8' });
    const fold = (event: AnnouncedEvent) => () => foldAll(open, numbered([event]));
    expect(fold({ type: 'message_started', message: message('m5', 'agent', '', 'm4') })).toThrow(MissedEvent);
    expect(fold({ ...EVENTS[0]!, branch: 'edited' } as AnnouncedEvent)).toThrow(MissedEvent);
    expect(fold({ ...EVENTS[0]!, branch: 'again' } as AnnouncedEvent)).toThrow(MissedEvent);
  });

  it('knows which runs this server can stop', () => {
    const elsewhere = foldRunEvent(openFrom(VIEW), numbered(EVENTS)[0]!, 'another');
    expect(latestRun(elsewhere)?.isHere).toBe(false);
  });

  describe('that is long', () => {
    const stretch = (ids: readonly string[], before: string | null) => ({
      before,
      messages: ids.map((id) => message(id, 'agent', id)),
      calls: [],
      cutCalls: [],
      interactions: [],
      branches: [],
      runs: ids.map((id, at) => ({ ...runLine(`run of ${id}`), createdAt: at })),
    });
    const runLine = (id: string) => ({
      id,
      state: { name: 'completed' } as const,
      model: 'm',
      createdAt: 0,
      endedAt: 1,
      steps: 1,
      usage,
      cost: null,
      isHere: false,
    });
    const ids = (open: OpenConversation) => open.snapshot.messages.map(({ id }) => id).join('');
    const end = openFrom({ ...VIEW, ...stretch(['e', 'f'], 'd') });

    it('is held from its end, and gets what stands before it, a stretch after the other', () => {
      const more = withEarlier(end, stretch(['c', 'd'], 'b'));
      expect(ids(more)).toBe('cdef');
      expect(more.before).toBe('b');
      const all = withEarlier(more, stretch(['a', 'b'], null));
      expect(ids(all)).toBe('abcdef');
      expect(all.before).toBeNull();
      expect([...all.runs.keys()].at(-1)).toBe('run of f');
    });

    it('takes nothing in that does not lead up to what it holds', () => {
      expect(withEarlier(end, stretch(['b', 'c'], 'a'))).toBe(end);
      const all = withEarlier(end, stretch(['a', 'b', 'c', 'd'], null));
      expect(withEarlier(all, stretch(['a', 'b', 'c', 'd'], null))).toBe(all);
    });

    it('keeps, when its end is read again, what it knows of its beginning', () => {
      const known = withEarlier(end, stretch(['b', 'c', 'd'], 'a'));
      const again = afterKnown(openFrom({ ...VIEW, seq: 20, ...stretch(['f', 'g'], 'e') }), known);
      expect(ids(again)).toBe('bcdefg');
      expect([again.before, again.seq]).toEqual(['a', 20]);
      // Elsewhere another branch was taken: nothing of the old one stays.
      const other = afterKnown(openFrom({ ...VIEW, ...stretch(['x', 'y'], 'w') }), known);
      expect(ids(other)).toBe('xy');
    });

    it('leaves behind what belongs to a branch that is not shown any more', () => {
      const runs = ['r', 'r of f'].map((id, at) => ({ ...runLine(id), createdAt: at }));
      const known = openFrom({
        ...VIEW,
        ...stretch(['a', 'b', 'c', 'd', 'e', 'f'], null),
        runs,
        branches: [
          { parentId: null, messageIds: ['a', 'a2'] },
          { parentId: 'e', messageIds: ['f', 'f2'] },
        ],
      });
      const switched = afterKnown(openFrom({ ...VIEW, ...stretch(['d', 'x'], 'c'), runs: runs.slice(0, 1) }), known);
      expect([ids(switched), [...switched.runs.keys()], [...switched.branches.keys()]]).toEqual(['abcdx', ['r'], ['']]);
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { AnnouncedEvent } from '../../src/core/agent/agent-event.ts';
import { emptySnapshot, foldEvent, type ConversationSnapshot } from '../../src/core/agent/conversation-fold.ts';
import type { Conversation } from '../../src/core/models/conversation.ts';
import type { Run } from '../../src/core/models/run.ts';
import { fakeTool, personMessage, play } from '../support/agent-scene.ts';
import { FakeModel } from '../support/fake-model.ts';

const CONVERSATION: Conversation = {
  id: 'c',
  kind: 'chat',
  workspace: '/work',
  title: '',
  headMessageId: null,
  mode: 'ask',
  createdAt: 1,
  updatedAt: 1,
};

const RUN: Run = {
  id: 'run',
  conversationId: 'c',
  inputId: 'i',
  parentRunId: null,
  rootRunId: 'run',
  kind: 'root',
  state: { name: 'queued' },
  model: 'fake/model',
  budget: { maxSteps: 20 },
  owner: 'test',
  createdAt: 0,
};

/** A conversation with everything in it: thinking, tools side by side, an approval, a refusal, a steer, a plan. */
async function everything(): Promise<readonly AnnouncedEvent[]> {
  const model = new FakeModel([
    {
      reasoning: 'I look first, at both.',
      text: 'Let me look.',
      calls: [
        { name: 'look', input: { value: 'a' } },
        { name: 'look', input: {} },
      ],
    },
    { calls: [{ name: 'change', input: { value: 'b' } }] },
    { calls: [{ name: 'change', input: { value: 'c' } }] },
    { text: 'All is done, but one thing that you did not want.' },
    { text: 'And the last word.' },
  ]);
  let asked = 0;
  const played = await play({
    model,
    tools: [
      fakeTool('look', {
        execute: async (_, context) => {
          await context.progress('looking');
          await context.progress(' around');
          await context.updatePlan({ items: [{ text: 'look', state: 'done' }] });
          return { ok: true, output: 'seen', trust: 'trusted' };
        },
      }),
      fakeTool('change', { effect: 'unsafe' }),
    ],
    answer: () => ((asked += 1) === 1 ? { kind: 'allow' } : { kind: 'deny', reason: 'not this' }),
    steers: (taken) => (taken === 4 ? [personMessage('steer', 'And one more thing.')] : []),
  });
  const input = { id: 'i', conversationId: 'c', runId: 'run', delivery: 'start', actor: 'person', createdAt: 1 } as const;
  return [
    { type: 'conversation_created', conversation: CONVERSATION },
    { type: 'input_accepted', input, message: personMessage('m1', 'Do it.'), run: RUN },
    ...played.events,
  ];
}

function fold(events: readonly AnnouncedEvent[], from: ConversationSnapshot = emptySnapshot('c')): ConversationSnapshot {
  return events.reduce(foldEvent, from);
}

describe('the fold', () => {
  it('U1: any prefix folded twice, from any point, gives the same snapshot', async () => {
    const events = await everything();
    const kinds = new Set(events.map((event) => event.type));
    for (const kind of ['part_delta', 'tool_output', 'tool_call_ended', 'interaction_closed', 'plan_updated', 'message_started']) {
      expect(kinds, kind).toContain(kind);
    }
    for (let end = 1; end <= events.length; end += 1) {
      const prefix = events.slice(0, end);
      const once = fold(prefix);
      for (let from = 0; from < end; from += 1) expect(fold(prefix.slice(from), once), `${from} to ${end}`).toEqual(once);
    }
  });

  it('U1: what is told again, all words at once, is the same as what came in pieces', async () => {
    const events = await everything();
    const whole = fold(events);
    const without = fold(events.filter((event) => event.type !== 'part_delta'));
    expect(without).toEqual(whole);
    const at = events.findLastIndex((event) => event.type === 'part_delta');
    const delta = events[at];
    if (delta?.type !== 'part_delta') throw new Error('no words were streamed');
    const before = fold(events.slice(0, at + 1));
    const part = before.messages.flatMap((message) => message.parts).find((each) => each.id === delta.partId);
    if (part?.type !== 'text') throw new Error('the words are in no text');
    // The snapshot of an open part that everyone gets who comes back.
    expect(foldEvent(before, { type: 'part_delta', partId: part.id, offset: 0, text: part.text })).toBe(before);
    expect(foldEvent(before, { type: 'part_delta', partId: part.id, offset: 0, text: `${part.text} and more` })).not.toBe(before);
    // After a gap nothing is put in a wrong place: the completed part brings all of it.
    expect(foldEvent(before, { type: 'part_delta', partId: part.id, offset: part.text.length + 3, text: 'far' })).toBe(before);
  });

  it('U1: a late word of a part that is complete, or of a call that has ended, is no step back', async () => {
    const events = await everything();
    const whole = fold(events);
    for (const event of events) {
      if (event.type === 'part_delta' || event.type === 'tool_call_proposed' || event.type === 'tool_call_started') {
        expect(foldEvent(whole, event), event.type).toBe(whole);
      }
    }
  });
});

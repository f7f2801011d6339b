import { describe, expect, it } from 'vitest';
import { isMark, Outbox } from '../../src/application/services/outbox.ts';
import type { AgentEvent } from '../../src/core/agent/agent-event.ts';

const state = (name: 'planning' | 'acting' | 'observing'): AgentEvent => ({ type: 'state_changed', state: { name } });
const delta = (partId: string, offset: number, text: string): AgentEvent => ({ type: 'part_delta', partId, offset, text });
const notice: AgentEvent = { type: 'notice_raised', code: 'x', text: 'x' };
const moment = () => new Promise((resolve) => setTimeout(resolve, 60));

function boxed(store: (events: readonly AgentEvent[]) => Promise<void> = async () => {}) {
  const stored: (readonly AgentEvent[])[] = [];
  const outbox = new Outbox(async (events) => {
    await store(events);
    stored.push(events);
  });
  return { outbox, stored };
}

describe('the outbox of a run', () => {
  it('stores what is held with the event that it leads to, in order', async () => {
    const { outbox, stored } = boxed();
    await outbox.hold(state('planning'));
    await outbox.hold(delta('p', 0, 'Good'));
    await outbox.hold(state('acting'));
    await outbox.send(notice);
    expect(stored).toEqual([[state('planning'), delta('p', 0, 'Good'), state('acting'), notice]]);
  });

  it('stores by itself within a moment when nothing follows, and never twice', async () => {
    const { outbox, stored } = boxed();
    await outbox.hold(state('planning'));
    expect(stored).toEqual([]);
    await moment();
    expect(stored).toEqual([[state('planning')]]);
    await outbox.send();
    expect(stored).toHaveLength(1);
  });

  it('joins words that follow each other, and no others', async () => {
    const { outbox, stored } = boxed();
    const words = [delta('p', 0, 'Good '), delta('p', 5, 'morning'), delta('q', 0, 'And'), delta('q', 9, 'a gap'), delta('p', 12, '.')];
    for (const each of words) await outbox.hold(each);
    await outbox.send();
    expect(stored).toEqual([[delta('p', 0, 'Good morning'), delta('q', 0, 'And'), delta('q', 9, 'a gap'), delta('p', 12, '.')]]);
  });

  it('holds no more than so many words', async () => {
    const { outbox, stored } = boxed();
    await outbox.hold(delta('p', 0, 'x'.repeat(20_000)));
    expect(stored).toHaveLength(1);
  });

  it('tells of a failed store at the next call', async () => {
    const { outbox } = boxed(async () => {
      throw new Error('the disk is full');
    });
    await outbox.hold(state('planning'));
    await moment();
    await expect(outbox.hold(state('acting'))).rejects.toThrow('the disk is full');
    await expect(outbox.send(notice)).rejects.toThrow('the disk is full');
  });

  it('R1: marks are no events by which something is done or said', () => {
    const kinds: AgentEvent['type'][] = [
      'input_accepted',
      'step_started',
      'interaction_requested',
      'interaction_closed',
      'part_completed',
      'file_recorded',
      'run_completed',
    ];
    for (const type of kinds) expect(isMark({ type } as AgentEvent), type).toBe(false);
  });

  it('R1: of the starts of calls, only those are marks that leave nothing behind', () => {
    const start = (effect: 'none' | 'idempotent' | 'unsafe', network: boolean) =>
      isMark({ type: 'tool_call_started', call: { effect, touches: network ? { network } : {} } } as AgentEvent);
    expect(start('none', false)).toBe(true);
    expect(start('none', true)).toBe(false);
    expect(start('idempotent', false)).toBe(false);
    expect(start('unsafe', false)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { isMark, MarkBuffer } from '../../src/application/services/mark-buffer.ts';
import type { AgentEvent } from '../../src/core/agent/agent-event.ts';

const state = (name: 'planning' | 'acting' | 'observing'): AgentEvent => ({ type: 'state_changed', state: { name } });

function buffer(store: (events: readonly AgentEvent[]) => Promise<void> = async () => {}) {
  const stored: string[][] = [];
  const marks = new MarkBuffer(async (events) => {
    await store(events);
    stored.push(events.map((event) => (event.type === 'state_changed' ? event.state.name : event.type)));
  });
  return { marks, stored };
}

describe('marks on the way of a run', () => {
  it('are handed out in order, to be stored before what they lead to', () => {
    const { marks } = buffer();
    marks.hold(state('planning'));
    marks.hold(state('acting'));
    expect(marks.take()).toEqual([state('planning'), state('acting')]);
    expect(marks.isEmpty).toBe(true);
  });

  it('are stored by themselves within a moment when nothing follows', async () => {
    const { marks, stored } = buffer();
    marks.hold(state('planning'));
    marks.hold(state('acting'));
    expect(stored).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stored).toEqual([['planning', 'acting']]);
  });

  it('are never stored twice', async () => {
    const { marks, stored } = buffer();
    marks.hold(state('planning'));
    await marks.flush();
    await marks.flush();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(stored).toEqual([['planning']]);
  });

  it('tell of a failed store at the next call', async () => {
    const { marks } = buffer(async () => {
      throw new Error('the disk is full');
    });
    marks.hold(state('planning'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(() => marks.hold(state('acting'))).toThrow('the disk is full');
  });

  it('R1: are no events by which something is done or said', () => {
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

  it('R1: are the starts of calls that leave nothing behind, and of no others', () => {
    const start = (effect: 'none' | 'idempotent' | 'unsafe', network: boolean) =>
      isMark({ type: 'tool_call_started', call: { effect, touches: network ? { network } : {} } } as AgentEvent);
    expect(start('none', false)).toBe(true);
    expect(start('none', true)).toBe(false);
    expect(start('idempotent', false)).toBe(false);
    expect(start('unsafe', false)).toBe(false);
  });
});

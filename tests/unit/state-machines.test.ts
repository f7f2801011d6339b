import { describe, expect, it } from 'vitest';
import { advanceRun, personState, type RunState, type RunStateName } from '../../src/core/agent/agent-state.ts';
import { advanceCall, isSettled, resultForModel, type ToolCall, type ToolCallState } from '../../src/core/models/tool-call.ts';

function walk(...names: RunStateName[]): RunState {
  return names.reduce<RunState>((state, name) => advanceRun(state, name), { name: 'queued' });
}

describe('the run machine', () => {
  it('goes the way of the work, round and round', () => {
    expect(walk('receiving', 'planning', 'acting', 'observing', 'reflecting', 'planning', 'reflecting', 'completed')).toEqual({
      name: 'completed',
    });
  });

  it('remembers where an aside returns to', () => {
    expect(walk('receiving', 'planning', 'acting', 'awaiting_interaction')).toEqual({ name: 'awaiting_interaction', returnTo: 'acting' });
    expect(walk('receiving', 'planning', 'waiting_to_retry', 'planning')).toEqual({ name: 'planning' });
  });

  it.each([
    [['planning']],
    [['receiving', 'acting']],
    [['receiving', 'planning', 'observing']],
    [['receiving', 'planning', 'acting', 'planning']],
    [['receiving', 'planning', 'acting', 'awaiting_interaction', 'planning']],
    [['receiving', 'planning', 'reflecting', 'completed', 'planning']],
    [['receiving', 'planning', 'cancelled']],
    [['receiving', 'planning', 'cancelling', 'planning']],
    [['receiving', 'planning', 'suspended', 'acting']],
    [['receiving', 'planning', 'completed']],
  ] as [RunStateName[]][])('refuses %j', (names) => {
    expect(() => walk(...names)).toThrow(/illegal transition of run/);
  });

  it('R4: leaves suspended only by a person’s word', () => {
    const suspended = walk('receiving', 'planning', 'acting', 'suspended');
    expect(suspended).toEqual({ name: 'suspended', returnTo: 'acting' });
    expect(advanceRun(suspended, 'planning')).toEqual({ name: 'planning' });
    expect(advanceRun(suspended, 'cancelled')).toEqual({ name: 'cancelled' });
  });

  it('is told in the five states of a person', () => {
    expect(personState(null, 0, 0)).toBe('Idle');
    expect(personState({ name: 'planning' }, 0, 0)).toBe('Thinking');
    expect(personState({ name: 'acting' }, 1, 0)).toBe('ExecutingTool');
    expect(personState({ name: 'awaiting_interaction', returnTo: 'acting' }, 0, 1)).toBe('AwaitingUserInput');
    expect(personState({ name: 'failed' }, 0, 0)).toBe('Error');
  });
});

const CALL: ToolCall = {
  id: 'a',
  providerCallId: 'p',
  conversationId: 'c',
  runId: 'r',
  stepId: 's',
  messageId: 'm',
  ord: 0,
  tool: 't',
  input: {},
  effect: 'unsafe',
  touches: {},
  state: 'proposed',
  trust: 'trusted',
};

describe('the call machine', () => {
  it('goes from proposed to an end', () => {
    const states: ToolCallState[] = ['validated', 'awaiting_approval', 'authorized', 'started', 'succeeded'];
    const end = states.reduce((call, state) => advanceCall(call, state), CALL);
    expect(isSettled(end.state)).toBe(true);
  });

  it.each([
    ['proposed', 'started'],
    ['validated', 'started'],
    ['denied', 'started'],
    ['succeeded', 'failed'],
    ['started', 'denied'],
    ['awaiting_approval', 'succeeded'],
  ] as [ToolCallState, ToolCallState][])('refuses %s → %s', (from, to) => {
    expect(() => advanceCall({ ...CALL, state: from }, to)).toThrow(/illegal transition of tool call/);
  });

  it('R3: a call that was stopped before it began is told as not run, one that had begun as "may have run"', () => {
    expect(resultForModel({ ...CALL, state: 'cancelled' }).text).toMatch(/did not run/);
    expect(resultForModel({ ...CALL, state: 'cancelled' }).text).not.toMatch(/may have run/i);
    expect(resultForModel({ ...CALL, state: 'cancelled', startedAt: 5 }).text).toMatch(/may have run/);
  });

  it('R3: an interrupted call is told as "may have run", never as denied', () => {
    const { text, isError } = resultForModel({ ...CALL, state: 'interrupted', output: 'so far' });
    expect(text).toContain('may have run');
    expect(text).toContain('so far');
    expect(text).not.toMatch(/not allow|denied/);
    expect(isError).toBe(true);
  });

  it('R2: has a result for every state', () => {
    const states: ToolCallState[] = [
      'proposed',
      'validated',
      'awaiting_approval',
      'authorized',
      'started',
      'succeeded',
      'failed',
      'denied',
      'cancelled',
      'interrupted',
    ];
    for (const state of states) expect(resultForModel({ ...CALL, state, output: 'x' }).text).not.toBe('');
  });
});

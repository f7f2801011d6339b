import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../../src/core/models/interaction.ts';
import type { RecordedRun, RecordedStep } from '../../../src/core/models/records.ts';
import type { ToolCall } from '../../../src/core/models/tool-call.ts';
import { timelineOf } from '../../../src/ui/views/inspector/run-timeline.ts';

function step(id: string, ord: number, attempt: number, startedAt: number, end: Partial<RecordedStep> = {}): RecordedStep {
  return { id, runId: 'run', ord, attempt, purpose: 'plan', messageId: 'm', requestId: `request-${id}`, model: 'm', startedAt, ...end };
}

function run(steps: readonly RecordedStep[]): RecordedRun {
  return {
    id: 'run',
    conversationId: 'c',
    inputId: 'i',
    parentRunId: null,
    rootRunId: 'run',
    kind: 'root',
    state: { name: 'completed' },
    model: 'm',
    budget: { maxSteps: 60 },
    owner: 'o',
    createdAt: 1_000,
    version: 1,
    steps,
  };
}

function call(id: string, stepId: string, change: Partial<ToolCall>): ToolCall {
  return {
    id,
    providerCallId: id,
    conversationId: 'c',
    runId: 'run',
    stepId,
    messageId: 'm',
    ord: 0,
    tool: 'run_command',
    input: {},
    effect: 'unsafe',
    touches: {},
    state: 'succeeded',
    trust: 'trusted',
    ...change,
  };
}

function approval(callId: string, createdAt: number, state: Interaction['state']): Interaction {
  const prompt = {
    kind: 'approval',
    callId,
    tool: 'run_command',
    title: 'Run it?',
    preview: { kind: 'text', text: 'x' },
    reasons: [],
  } as const;
  return { id: `ask-${callId}`, conversationId: 'c', runId: 'run', rootRunId: 'run', prompt, digest: 'd', state, createdAt };
}

const DONE = { name: 'completed' } as const;

describe('the timeline of a run', () => {
  it('is true to time, from its beginning to its last end', () => {
    const timeline = timelineOf(
      run([step('a', 1, 1, 1_000, { endedAt: 3_000 }), step('b', 2, 1, 6_000, { endedAt: 9_000 })]),
      DONE,
      [call('x', 'a', { startedAt: 3_500, endedAt: 5_500 })],
      [],
      99_000,
    );
    expect(timeline.length).toBe(8_000);
    expect(timeline.lanes.map((lane) => lane.bars.map(({ from, to }) => [from, to]))).toEqual([
      [
        [0, 2_000],
        [5_000, 8_000],
      ],
      [[2_500, 4_500]],
      [],
    ]);
  });

  it('puts what ran at the same time one below the other', () => {
    const calls = [
      call('x', 'a', { startedAt: 2_000, endedAt: 5_000 }),
      call('y', 'a', { startedAt: 2_100, endedAt: 3_000 }),
      call('z', 'a', { startedAt: 3_100, endedAt: 4_000 }),
    ];
    const [, tools] = timelineOf(run([step('a', 1, 1, 1_000, { endedAt: 2_000 })]), DONE, calls, [], 0).lanes;
    expect(tools?.rows).toBe(2);
    expect(tools?.bars.map((bar) => bar.row)).toEqual([0, 1, 1]);
  });

  it('counts a wait from the question to the start of the call, and one that is open until now', () => {
    const steps = [step('a', 1, 1, 1_000, { endedAt: 2_000 })];
    const calls = [call('x', 'a', { startedAt: 7_000, endedAt: 8_000 }), call('y', 'a', { state: 'awaiting_approval' })];
    const asked = [approval('x', 2_000, 'answered'), approval('y', 8_500, 'open')];
    const timeline = timelineOf(run(steps), { name: 'awaiting_interaction', returnTo: 'acting' }, calls, asked, 12_000);
    expect(timeline.lanes[2]?.bars.map(({ from, to, look }) => [from, to, look])).toEqual([
      [1_000, 6_000, 'wait'],
      [7_500, 11_000, 'live'],
    ]);
    expect(timeline.length).toBe(11_000);
  });

  it('does not guess when an answer came that is on no record', () => {
    const calls = [call('x', 'a', { state: 'interrupted' })];
    const timeline = timelineOf(run([step('a', 1, 1, 1_000, { endedAt: 2_000 })]), DONE, calls, [approval('x', 2_000, 'expired')], 50_000);
    expect(timeline.lanes[2]?.bars).toEqual([]);
    expect(timeline.steps[0]?.waits[0]?.to).toBeNull();
  });

  it('R9 keeps the tries of a step together, the one that counts last', () => {
    const steps = [step('b', 1, 2, 3_000, { endedAt: 4_000 }), step('a', 1, 1, 1_000, { endedAt: 2_000, finish: 'failed' })];
    const timeline = timelineOf(run(steps), DONE, [], [], 0);
    expect(timeline.steps.map((each) => each.tries.map((one) => one.id))).toEqual([['a', 'b']]);
    expect(timeline.lanes[0]?.bars.map((bar) => bar.look)).toEqual(['bad', 'model']);
  });
});

import { describe, expect, it } from 'vitest';
import { EventFeed } from '../../src/application/services/event-feed.ts';
import { Wakefulness } from '../../src/application/services/wakefulness.ts';
import type { RunState } from '../../src/core/agent/agent-state.ts';
import { NO_USAGE } from '../../src/core/models/usage.ts';

function house() {
  const feed = new EventFeed(() => undefined);
  const alarms: { readonly ms: number; readonly signal: AbortSignal; ring(): void }[] = [];
  let held = 0;
  let holds = 0;
  void new Wakefulness({
    feed,
    keepAwake: {
      hold() {
        held += 1;
        holds += 1;
        return () => (held -= 1);
      },
    },
    system: { sleep: (ms, signal) => new Promise<void>((ring) => alarms.push({ ms, signal, ring })) },
  });
  const state = (runId: string, next: RunState) =>
    feed.publish({ seq: 1, conversationId: 'c', runId, event: { type: 'state_changed', state: next } });
  const end = (runId: string) =>
    feed.publish({
      seq: 1,
      conversationId: 'c',
      runId,
      event: { type: 'run_completed', state: { name: 'completed' }, usage: NO_USAGE, cost: null, steps: 1 },
    });
  const pass = async () => {
    for (const alarm of alarms.splice(0)) alarm.ring();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { state, end, pass, alarms, held: () => held, holds: () => holds };
}

describe('the machine', () => {
  it('is kept awake once a run has worked for a while, until the last of them is over', async () => {
    const { state, end, pass, alarms, held } = house();
    state('a', { name: 'planning' });
    expect(held()).toBe(0);
    expect(alarms[0]?.ms).toBeGreaterThan(1_000);
    await pass();
    expect(held()).toBe(1);
    state('b', { name: 'acting' });
    end('a');
    await pass();
    expect(held()).toBe(1);
    end('b');
    expect(held()).toBe(0);
  });

  it('may sleep while all that there is waits for the person', async () => {
    const { state, pass, held, holds } = house();
    state('a', { name: 'planning' });
    await pass();
    state('a', { name: 'awaiting_interaction', returnTo: 'acting' });
    expect(held()).toBe(0);
    state('a', { name: 'acting' });
    await pass();
    expect([held(), holds()]).toEqual([1, 2]);
  });

  it('is left alone by a run that is soon over', async () => {
    const { state, end, pass, alarms, holds } = house();
    state('a', { name: 'planning' });
    const [alarm] = alarms;
    end('a');
    expect(alarm?.signal.aborted).toBe(true);
    await pass();
    expect(holds()).toBe(0);
  });
});

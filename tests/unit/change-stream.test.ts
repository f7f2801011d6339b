import { describe, expect, it, onTestFinished } from 'vitest';
import { ChangeStream, type Told } from '../../src/application/services/change-stream.ts';
import { EventFeed } from '../../src/application/services/event-feed.ts';
import type { AgentEvent } from '../../src/core/agent/agent-event.ts';
import { FakeFeed } from '../support/fake-feed.ts';

const state = (name: 'planning' | 'acting' | 'observing'): AgentEvent => ({ type: 'state_changed', state: { name } });

function office(reconcile: () => Promise<number> = async () => 0) {
  const bugs: unknown[] = [];
  const events = new FakeFeed();
  const feed = new EventFeed((error) => bugs.push(error));
  const stream = new ChangeStream({ feed, events, owner: 'me', reconcile, reportBug: (error) => bugs.push(error) });
  onTestFinished(() => stream.stop());
  /** This process writes, and tells of it. */
  const say = (event: AgentEvent) => feed.publish({ seq: events.write(event), conversationId: 'c', runId: 'here', event });
  const listen = async (after: number | null = null) => {
    const told: Told[] = [];
    let begin = -1;
    const end = await stream.subscribe(
      (each) => told.push(each),
      after,
      (position) => {
        begin = position;
      },
    );
    return { told, end, begin, seqs: () => told.map((each) => each.seq) };
  };
  return { bugs, events, feed, stream, say, listen };
}

/** Until the stream has done what it was asked to. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('the stream of changes', () => {
  it('looks at nothing while nobody listens', async () => {
    const { events, say, listen } = office();
    say(state('planning'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(events.asked).toBe(0);
    const { end } = await listen();
    end();
    const before = events.asked;
    say(state('acting'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(events.asked).toBe(before);
  });

  it('begins where the feed stands, and tells what follows at once', async () => {
    const { say, listen } = office();
    say(state('planning'));
    const { told, begin, seqs } = await listen();
    expect(begin).toBe(1);
    await settled();
    say(state('acting'));
    expect(seqs()).toEqual([2]);
    expect(told[0]?.announcement).toMatchObject({ type: 'run_event', seq: 2, event: { state: { name: 'acting' } } });
  });

  it('tells what another process wrote in between before what comes after it', async () => {
    const { events, say, listen } = office();
    const { seqs } = await listen();
    await settled();
    events.writeElsewhere(state('planning'));
    events.writeElsewhere(state('acting'));
    say(state('planning'));
    say(state('acting'));
    await settled();
    expect(seqs()).toEqual([1, 2, 3, 4]);
  });

  it('tells once what it has seen in the database before it was told of it', async () => {
    const { events, feed, listen, stream } = office();
    const { seqs } = await listen();
    await settled();
    const seq = events.write(state('planning'));
    stream.look();
    await settled();
    feed.publish({ seq, conversationId: 'c', runId: 'here', event: state('planning') });
    await settled();
    expect(seqs()).toEqual([1]);
  });

  it('finds what another process writes by itself, and its words as they grow, each once', async () => {
    const { events, listen } = office();
    const { told } = await listen();
    events.writeElsewhere(state('planning'));
    events.growing = [{ kind: 'part', ownerId: 'p', conversationId: 'c', runId: 'elsewhere', offset: 0, text: 'Hello' }];
    await new Promise((resolve) => setTimeout(resolve, 200));
    events.growing = [{ kind: 'part', ownerId: 'p', conversationId: 'c', runId: 'elsewhere', offset: 0, text: 'Hello there' }];
    events.writeElsewhere(state('acting'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const words = told.flatMap(({ announcement }) =>
      announcement.type === 'run_event' && announcement.event.type === 'part_delta' ? [announcement.event] : [],
    );
    expect(words.map(({ offset, text }) => [offset, text])).toEqual([
      [0, 'Hello'],
      [5, ' there'],
    ]);
  });

  it('gives who comes back what it missed, all words so far, and then the rest', async () => {
    const { events, say, listen } = office();
    for (const name of ['planning', 'acting', 'observing'] as const) say(state(name));
    events.growing = [{ kind: 'part', ownerId: 'p', conversationId: 'c', runId: 'here', offset: 0, text: 'So far' }];
    const first = await listen();
    const { told, seqs, begin } = await listen(1);
    expect(begin).toBe(1);
    say(state('planning'));
    await settled();
    expect(seqs()).toEqual([2, 3, null, 4]);
    expect(told[2]?.announcement).toMatchObject({ event: { type: 'part_delta', partId: 'p', offset: 0, text: 'So far' } });
    expect(first.told.filter((each) => each.seq !== null)).toHaveLength(1);
  });

  it('goes on after a reading that failed, and loses nothing of it', async () => {
    const { bugs, events, say, listen } = office();
    const { seqs } = await listen();
    await settled();
    events.writeElsewhere(state('planning'));
    events.error = new Error('busy');
    say(state('acting'));
    await settled();
    expect(bugs).toHaveLength(1);
    say(state('observing'));
    await settled();
    expect(seqs()).toEqual([1, 2, 3]);
  });

  it('says to who comes when nothing can be read, and is as before', async () => {
    const { events, say, listen } = office();
    events.error = new Error('damaged');
    await expect(listen(0)).rejects.toThrow('damaged');
    say(state('planning'));
    const { seqs } = await listen(0);
    expect(seqs()).toEqual([1]);
  });

  it('drops a listener that fails, and that one alone', async () => {
    const { bugs, say, stream, listen } = office();
    await stream.subscribe(
      () => {
        throw new Error('its fault');
      },
      null,
      () => {},
    );
    const { seqs } = await listen();
    await settled();
    say(state('planning'));
    say(state('acting'));
    await settled();
    expect(seqs()).toEqual([1, 2]);
    expect(bugs).toHaveLength(1);
  });

  it('R4: tells of runs that it finds to be without an owner', async () => {
    const known: { events: FakeFeed | null } = { events: null };
    const { events, listen } = office(async () => {
      if (!known.events) return 0;
      known.events.write({ type: 'state_changed', state: { name: 'suspended', returnTo: 'planning' } }, 'elsewhere');
      known.events = null;
      return 1;
    });
    known.events = events;
    const { told } = await listen();
    await settled();
    // It came before the beginning or after it: told it is, or read it was.
    const { told: again } = await listen(0);
    expect([...told, ...again].map((each) => each.announcement)).toContainEqual(
      expect.objectContaining({ event: { type: 'state_changed', state: { name: 'suspended', returnTo: 'planning' } } }),
    );
  });
});

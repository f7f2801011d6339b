import { describe, expect, it, onTestFinished } from 'vitest';
import { EventFeed, type PublishedEvent } from '../../src/application/services/event-feed.ts';
import { RunSupervisor } from '../../src/application/services/run-supervisor.ts';
import { sendMessage, type SendMessage } from '../../src/application/use-cases/send-message.ts';
import { emptySnapshot, foldEvent } from '../../src/core/agent/conversation-fold.ts';
import { FailureError } from '../../src/core/models/failure.ts';
import { textOf } from '../../src/core/models/message.ts';
import { bodyOf } from '../../src/core/models/request.ts';
import { ToolRegistry } from '../../src/core/tools/tool-registry.ts';
import { openStorage } from '../../src/infrastructure/persistence/open-storage.ts';
import { createNodeSystem } from '../../src/infrastructure/system/node-system.ts';
import { fakeTool } from '../support/agent-scene.ts';
import { FakeModel } from '../support/fake-model.ts';

function office(
  replies: ConstructorParameters<typeof FakeModel>[0],
  settling: (settled: Promise<void> | null) => Promise<void> | null = (it) => it,
) {
  const system = createNodeSystem(':memory:');
  const storage = openStorage(':memory:', { instanceId: 'test', now: system.now });
  onTestFinished(() => storage.close());
  const model = new FakeModel(replies);
  const problems: unknown[] = [];
  const feed = new EventFeed((error) => problems.push(error));
  const tools = new ToolRegistry();
  tools.add(fakeTool('look'));
  tools.add(fakeTool('change', { effect: 'unsafe' }));
  const supervisor = new RunSupervisor({
    journal: {
      commit: async (...given) => {
        const committed = await storage.journal.commit(...given);
        return { ...committed, settled: settling(committed.settled) };
      },
    },
    reader: storage.reader,
    instances: storage.instances,
    rules: storage.rules,
    catalog: {
      list: async () => [],
      servers: async () => [],
      keyHeader: () => null,
      open: async () => ({ ok: true, value: model }),
      close: async () => {},
    },
    tools,
    feed,
    system,
    configuredRules: [],
    canAnswer: () => true,
    environmentAt: () => [],
  });
  const events: PublishedEvent[] = [];
  feed.subscribe((published) => events.push(published));
  const deps = { reader: storage.reader, instances: storage.instances, supervisor, system };
  const send = (text: string, change: Partial<SendMessage> = {}) =>
    sendMessage(deps, {
      commandId: system.newId(),
      actor: 'person',
      workspace: '/work',
      text,
      attachments: [],
      model: 'fake/model',
      budget: { maxSteps: 9 },
      whenBusy: 'follow_up',
      ...change,
    });
  return { storage, model, supervisor, send, events, feed, problems };
}

const words = async (storage: ReturnType<typeof office>['storage'], id: string) =>
  (await storage.reader.snapshot(id))?.messages.map((message) => textOf(message));

describe('the run supervisor', () => {
  it('U1: tells of a run what folds into exactly what is stored', async () => {
    const { storage, supervisor, send, events } = office([
      { reasoning: 'Hm.', text: 'Let me look. ', calls: [{ name: 'look', input: { value: 'x' } }] },
      { text: 'Seen it.' },
    ]);
    const sent = await send('What is there?');
    await supervisor.idle();
    const id = sent.ok ? sent.value.conversationId : '';
    const folded = events.reduce((snapshot, published) => foldEvent(snapshot, published.event), emptySnapshot(id));
    const stored = await storage.reader.snapshot(id);
    expect(stored?.messages).toEqual(folded.messages);
    expect([...(stored?.calls.values() ?? [])]).toEqual([...folded.calls.values()]);
    expect(stored?.runState).toEqual({ name: 'completed' });
  });

  it('R1: asks the model while the disk makes the message safe, and tells nobody of anything before it is', async () => {
    let safe = () => {};
    const disk = new Promise<void>((resolve) => (safe = resolve));
    const { supervisor, send, events, model } = office([{ text: 'Here.' }], (settled) => (settled === null ? null : disk));
    let isTaken = false;
    const sending = send('What is there?').then(() => (isTaken = true));
    await expect.poll(() => model.wires.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toEqual([]);
    expect(isTaken).toBe(false);
    safe();
    await sending;
    await supervisor.idle();
    const types = events.map(({ event }) => event.type);
    expect(types.slice(0, 2)).toEqual(['conversation_created', 'input_accepted']);
    expect(types.at(-1)).toBe('run_completed');
    const seqs = events.map(({ seq }) => seq).filter((seq) => seq !== null);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });

  it('R1: a message that the disk did not take for good is not acknowledged, and its run is stopped', async () => {
    const broken = new FailureError('database_unusable', 'The disk reports an error.');
    const { supervisor, send, storage, events } = office([{ hangs: true }], (settled) =>
      settled === null ? null : Promise.reject(broken),
    );
    await expect(send('What is there?')).rejects.toThrow('The disk reports an error.');
    await supervisor.idle();
    const [created] = events;
    expect((await storage.reader.runs(created?.conversationId ?? '')).map((run) => run.state.name)).toEqual(['cancelled']);
  });

  it('makes one message of a command that comes twice', async () => {
    const { storage, supervisor, send } = office([{ text: 'Once.' }, { text: 'Twice?' }]);
    const first = await send('Do it', { commandId: 'same' });
    const second = await send('Do it', { commandId: 'same' });
    expect(second).toEqual(first);
    await supervisor.idle();
    expect(await words(storage, first.ok ? first.value.conversationId : '')).toEqual(['Do it', 'Once.']);
  });

  it('R6: a follow-up waits, durably, and starts a run of its own afterwards', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { storage, supervisor, send, model, feed } = office([
      { calls: [{ name: 'look', input: {} }] },
      { text: 'First answer.' },
      { text: 'Second answer.' },
    ]);
    let conversationId = '';
    feed.subscribe((published) => {
      if (published.event.type !== 'tool_call_started') return;
      ({ conversationId } = published);
      void send('And then?', { conversationId }).then(release);
    });
    await send('First?');
    await held;
    await supervisor.idle();
    expect(await words(storage, conversationId)).toEqual(['First?', 'First answer.', 'And then?', 'Second answer.']);
    expect((await storage.reader.runs(conversationId)).map((run) => run.state.name)).toEqual(['completed', 'completed']);
    expect(await storage.reader.waitingInputs(conversationId, 'follow_up')).toEqual([]);
    expect(model.wires).toHaveLength(3);
  });

  it('R6: a steer enters between steps of the same run', async () => {
    const { storage, supervisor, send, model, feed } = office([{ calls: [{ name: 'look', input: {} }] }, { text: 'In green.' }]);
    let conversationId = '';
    const steered: Promise<unknown>[] = [];
    feed.subscribe((published) => {
      if (published.event.type !== 'step_started' || steered.length > 0) return;
      ({ conversationId } = published);
      steered.push(send('Make it green.', { conversationId, whenBusy: 'steer' }));
    });
    await send('Paint it.');
    await supervisor.idle();
    await Promise.all(steered);
    expect(await words(storage, conversationId)).toEqual(['Paint it.', '', 'Make it green.', 'In green.']);
    expect(bodyOf(model.wires[1]!)).toContain('Make it green.');
    expect(await storage.reader.runs(conversationId)).toHaveLength(1);
  });

  it('R5: the second of two answers learns that it came too late', async () => {
    const { supervisor, send, feed, storage } = office([{ calls: [{ name: 'change', input: {} }] }, { text: 'Done.' }]);
    const answers: unknown[] = [];
    feed.subscribe(({ event }) => {
      if (event.type !== 'interaction_requested') return;
      setTimeout(() => {
        answers.push(supervisor.answer(event.interaction.id, { kind: 'deny', reason: 'first' }, 'page'));
        answers.push(supervisor.answer(event.interaction.id, { kind: 'allow' }, 'terminal'));
      }, 5);
    });
    const sent = await send('Change it.');
    await supervisor.idle();
    expect(answers).toMatchObject([{ ok: true }, { ok: false, failure: { code: 'interaction_settled' } }]);
    const snapshot = await storage.reader.snapshot(sent.ok ? sent.value.conversationId : '');
    expect([...(snapshot?.calls.values() ?? [])][0]?.state).toBe('denied');
    expect([...(snapshot?.interactions.values() ?? [])][0]).toMatchObject({
      state: 'answered',
      answeredBy: 'page',
      answer: { reason: 'first' },
    });
  });

  it('R7: stopping while a question is open ends the run', async () => {
    const { supervisor, send, feed, storage } = office([{ calls: [{ name: 'change', input: {} }] }]);
    feed.subscribe(({ event, runId }) => {
      if (event.type === 'interaction_requested') setTimeout(() => supervisor.stop(runId), 5);
    });
    const sent = await send('Change it.');
    await supervisor.idle();
    const runs = await storage.reader.runs(sent.ok ? sent.value.conversationId : '');
    expect(runs.map((run) => run.state.name)).toEqual(['cancelled']);
  });

  it('drops a listener that fails alone', async () => {
    const { supervisor, send, feed, events, problems } = office([{ text: 'Hello.' }]);
    feed.subscribe(() => {
      throw new Error('a broken window');
    });
    await send('Hi');
    await supervisor.idle();
    expect(problems).toHaveLength(1);
    expect(events.at(-1)?.event.type).toBe('run_completed');
  });

  it('R1: tells of no delta that is not stored', async () => {
    const { storage, supervisor, send, feed } = office([{ text: Array.from({ length: 90 }, (_, index) => `word ${index}`).join(' ') }]);
    const checks: Promise<void>[] = [];
    let missing = 0;
    feed.subscribe(({ conversationId, event }) => {
      if (event.type !== 'part_delta') return;
      const wanted = event.text;
      checks.push(
        storage.reader.snapshot(conversationId).then((snapshot) => {
          if (!textOf(snapshot!.messages.at(-1)!).includes(wanted)) missing += 1;
        }),
      );
    });
    await send('Talk');
    await supervisor.idle();
    await Promise.all(checks);
    expect(checks.length).toBeGreaterThan(0);
    expect(missing).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { EventFeed } from '../../src/application/services/event-feed.ts';
import { RunSupervisor } from '../../src/application/services/run-supervisor.ts';
import { sendMessage } from '../../src/application/use-cases/send-message.ts';
import { ToolRegistry } from '../../src/core/tools/tool-registry.ts';
import { emptySnapshot, foldEvent } from '../../src/core/agent/conversation-fold.ts';
import { FailureError } from '../../src/core/models/failure.ts';
import { textOf } from '../../src/core/models/message.ts';
import { bodyOf } from '../../src/core/models/request.ts';
import { office, words } from '../support/office.ts';

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

  it('U1: a run that begins where the last one ended sends what it would send had it read the tables, and reads nothing', async () => {
    const script = () => [
      { reasoning: 'Hm.', text: 'Let me look. ', calls: [{ name: 'look', input: { value: 'x' } }] },
      { text: 'Seen it.' },
      { calls: [{ name: 'change', input: { value: 'y' } }] },
      { text: 'Not done, then.' },
      { text: 'Cut in the' },
      { text: 'Third.' },
      { calls: [{ name: 'update_plan', input: {} }] },
      { text: 'Last.' },
    ];
    const said = async (readsAnew: boolean) => {
      const desk = office(script(), undefined, { readsAnew });
      desk.feed.subscribe(({ event }) => {
        if (event.type === 'interaction_requested')
          setTimeout(() => desk.supervisor.answer(event.interaction.id, { kind: 'deny', reason: 'no' }, 'page'), 5);
      });
      const first = await desk.send('What is there?');
      const conversationId = first.ok ? first.value.conversationId : '';
      await desk.supervisor.idle();
      for (const text of ['Change it.', 'Go on.', 'And now?']) {
        await desk.send(text, { conversationId, ...(text === 'Go on.' ? { mode: 'plan' as const } : {}) });
        await desk.supervisor.idle();
      }
      expect(desk.problems).toEqual([]);
      return { bodies: desk.model.wires.map((wire) => bodyOf(wire)), paths: desk.pathsRead() };
    };
    const [known, read] = [await said(false), await said(true)];
    expect(known.bodies).toEqual(read.bodies);
    expect(known.bodies.length).toBeGreaterThan(6);
    expect(known.paths).toBe(0);
    expect(read.paths).toBe(3);
  });

  it('U1: what another process said, an edit, another mode: the run reads the tables', async () => {
    const { send, supervisor, storage, model, pathsRead, system, deps } = office([{ text: 'One.' }, { text: 'Two.' }, { text: 'Three.' }]);
    const first = await send('First?');
    const conversationId = first.ok ? first.value.conversationId : '';
    await supervisor.idle();
    const { journal } = storage;
    const other = new RunSupervisor({
      ...deps,
      journal,
      rules: storage.rules,
      feed: new EventFeed(() => {}),
      tools: new ToolRegistry(),
      catalog: {
        list: async () => [],
        servers: async () => [],
        keyHeader: () => null,
        open: async () => ({ ok: true, value: model }),
        close: async () => {},
      },
      configuredRules: [],
      canAnswer: () => false,
      fallback: async () => null,
      environmentAt: () => [],
      instructionsFor: async () => [],
    });
    await sendMessage(
      { ...deps, supervisor: other },
      {
        commandId: system.newId(),
        actor: 'terminal',
        workspace: '/work',
        text: 'From elsewhere.',
        attachments: [],
        model: 'fake/model',
        budget: { maxSteps: 3 },
        whenBusy: 'refuse',
        conversationId,
      },
    );
    await other.idle();
    const before = pathsRead();
    await send('Third?', { conversationId });
    await supervisor.idle();
    expect(pathsRead()).toBe(before + 1);
    expect(bodyOf(model.wires[2]!)).toContain('From elsewhere.');
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

  it('U1: a fault of ours while the model is opened ends the run, as it is told; what is said next begins another', async () => {
    const { storage, supervisor, send, model, problems, system, deps, feed, events } = office([{ text: 'Here again.' }]);
    const broken = new RunSupervisor({
      ...deps,
      journal: storage.journal,
      rules: storage.rules,
      feed,
      tools: new ToolRegistry(),
      system: { ...system, reportBug: (error) => problems.push(error) },
      catalog: {
        list: async () => [],
        servers: async () => [],
        keyHeader: () => null,
        open: () => Promise.reject(new TypeError('Invalid URL')),
        close: async () => {},
      },
      configuredRules: [],
      canAnswer: () => false,
      fallback: async () => null,
      environmentAt: () => [],
      instructionsFor: async () => [],
    });
    const command = {
      commandId: system.newId(),
      actor: 'person' as const,
      workspace: '/work',
      text: 'Hello?',
      attachments: [],
      model: 'fake/model',
      budget: { maxSteps: 3 },
      whenBusy: 'refuse' as const,
    };
    const sent = await sendMessage({ ...deps, supervisor: broken }, command);
    await broken.idle();
    const conversationId = sent.ok ? sent.value.conversationId : '';
    const [run] = await storage.reader.runs(conversationId);
    expect(run).toMatchObject({ state: { name: 'failed' }, failure: { code: 'internal' } });
    const told = events.reduce((snapshot, published) => foldEvent(snapshot, published.event), emptySnapshot(conversationId));
    expect((await storage.reader.snapshot(conversationId))?.runState).toEqual(told.runState);
    expect(problems).toHaveLength(1);
    expect((await send('Again?', { conversationId })).ok).toBe(true);
    await supervisor.idle();
    expect(await words(storage, conversationId)).toEqual(['Hello?', 'Again?', 'Here again.']);
    expect(model.wires).toHaveLength(1);
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

import { describe, expect, it } from 'vitest';
import type { FallbackModel } from '../../src/core/agent/agent-context.ts';
import { textOf } from '../../src/core/models/message.ts';
import type { FailureCode } from '../../src/core/models/failure.ts';
import { fakeTool, play, type Played } from '../support/agent-scene.ts';
import { FakeModel, type FakeReply } from '../support/fake-model.ts';

const ELSEWHERE = { kind: 'host', host: 'far.example' } as const;
const FURTHER = { kind: 'host', host: 'further.example' } as const;

function failing(code: FailureCode): FakeReply {
  return { failure: { code, message: 'the server is busy' } };
}

const BUSY = Array.from({ length: 4 }, () => failing('model_overloaded'));

function second(replies: readonly FakeReply[], options: Partial<FakeModel['profile']> & { mayLeaveMachine?: boolean } = {}) {
  const { mayLeaveMachine = false, ...profile } = options;
  const model = new FakeModel(replies, { id: 'fake/second', ...profile });
  const fallback: FallbackModel = { model: 'fake/second', mayLeaveMachine, open: async () => ({ ok: true, value: model }) };
  return { model, fallback };
}

function notices(played: Played): string[] {
  return played.events.flatMap((event) => (event.type === 'notice_raised' && event.code !== 'retrying' ? [event.text] : []));
}

describe('R9: the fallback model', () => {
  it('answers after the last retry, and it is said why, who answers, and where the words go (U3)', async () => {
    const first = new FakeModel(BUSY, { id: 'far/first', destination: ELSEWHERE });
    const { model, fallback } = second([{ text: 'I am here.' }], { destination: FURTHER });
    const played = await play({ model: first, fallback });
    expect([first.wires.length, model.wires.length]).toEqual([4, 1]);
    expect(notices(played)).toEqual([
      'the server is busy. From here on fake/second answers instead of far/first: what is said goes to further.example.',
    ]);
    const opened = played.events.filter((event) => event.type === 'model_opened');
    expect(opened.map((event) => event.destination)).toEqual([ELSEWHERE, FURTHER]);
    const steps = played.events.flatMap((event) => (event.type === 'step_started' ? [[event.step.model, event.step.attempt]] : []));
    expect(steps.at(-1)).toEqual(['fake/second', 5]);
    expect(textOf(played.snapshot.messages.at(-1)!)).toBe('I am here.');
    expect(played.events.at(-1)).toMatchObject({ state: { name: 'completed' } });
  });

  it.each(['model_key_refused', 'model_key_missing', 'model_refused', 'model_bad_request', 'model_out_of_credit'] as const)(
    'is not asked for %s',
    async (code) => {
      const { model, fallback } = second([{ text: 'Never.' }]);
      const played = await play({ model: new FakeModel([failing(code)]), fallback });
      expect(model.wires).toEqual([]);
      expect(played.events.at(-1)).toMatchObject({ failure: { code } });
    },
  );

  it('is not asked once a word was shown', async () => {
    const { model, fallback } = second([{ text: 'Never.' }]);
    const cut = new FakeModel([{ text: 'Half of', ...failing('model_stream_cut') }]);
    expect((await play({ model: cut, fallback })).events.at(-1)).toMatchObject({ failure: { code: 'model_stream_cut' } });
    expect(model.wires).toEqual([]);
  });

  it('U3: never leads from this machine to a host by itself, and says that it did not', async () => {
    const { model, fallback } = second([{ text: 'Never.' }], { destination: ELSEWHERE });
    const played = await play({ model: new FakeModel(BUSY), fallback });
    expect(model.wires).toEqual([]);
    expect(notices(played)).toEqual([expect.stringContaining('fake/second was not asked: it goes to far.example')]);
    expect(played.events.at(-1)).toMatchObject({ failure: { code: 'model_overloaded' } });
  });

  it('leads from this machine to a host where the person has set exactly that', async () => {
    const { model, fallback } = second([{ text: 'From afar.' }], { destination: ELSEWHERE, mayLeaveMachine: true });
    const played = await play({ model: new FakeModel(BUSY), fallback });
    expect(model.wires).toHaveLength(1);
    expect(notices(played)).toEqual([expect.stringContaining('goes to far.example')]);
  });

  it('goes on in the middle of a run with what was done so far, and stays till its end', async () => {
    const first = new FakeModel([{ calls: [{ name: 'look', input: { value: 'here' } }] }, ...BUSY, { text: 'Back again?' }]);
    const { model, fallback } = second([{ calls: [{ name: 'look', input: { value: 'there' } }] }, { text: 'Seen both.' }]);
    const played = await play({ model: first, fallback, tools: [fakeTool('look')] });
    expect(first.wires).toHaveLength(5);
    expect(JSON.stringify(model.requests[0]?.messages)).toContain('look says here');
    expect(textOf(played.snapshot.messages.at(-1)!)).toContain('Seen both.');
  });

  it('is asked once in a run: when it fails too, the run ends with what it said', async () => {
    const { model, fallback } = second(Array.from({ length: 8 }, () => failing('model_unreachable')));
    const played = await play({ model: new FakeModel(BUSY), fallback });
    expect(model.wires).toHaveLength(4);
    expect(played.events.at(-1)).toMatchObject({ failure: { code: 'model_unreachable' } });
  });

  it('that cannot be opened leaves the failure as it was, and is told of', async () => {
    const fallback: FallbackModel = {
      model: 'far/second',
      mayLeaveMachine: true,
      open: async () => ({ ok: false, failure: { code: 'model_key_missing', message: 'far/second needs a key: set FAR_KEY.' } }),
    };
    const played = await play({ model: new FakeModel(BUSY), fallback });
    expect(notices(played)).toEqual(['The fallback model far/second cannot be asked either. far/second needs a key: set FAR_KEY.']);
    expect(played.events.at(-1)).toMatchObject({ failure: { code: 'model_overloaded' } });
  });

  it('answers from what was observed in the way of working that the run began in', async () => {
    const guided = new FakeModel([{ text: '{"tool":"look","value":"there"}' }, { text: '{"tool":"answer"}' }, ...BUSY], {
      strategy: 'guided',
    });
    const { model, fallback } = second([{ text: 'It is there.' }]);
    const played = await play({ model: guided, fallback, tools: [fakeTool('look')] });
    expect(model.requests[0]?.tools).toEqual([]);
    expect(textOf(played.snapshot.messages.at(-1)!)).toBe('It is there.');
  });
});

import { describe, expect, it } from 'vitest';
import { applyTrim, unitsOf, utf8Length } from '../../src/core/context/history-units.ts';
import { ContextManager, TRIM_TO } from '../../src/core/context/context-manager.ts';
import { bodyOf } from '../../src/core/models/request.ts';
import type { Message, Part } from '../../src/core/models/message.ts';
import type { ToolCall } from '../../src/core/models/tool-call.ts';
import { NO_USAGE } from '../../src/core/models/usage.ts';
import { emptySnapshot, type ConversationSnapshot } from '../../src/core/agent/conversation-fold.ts';
import { fakeTool, personMessage, play } from '../support/agent-scene.ts';
import { FAKE_PROFILE, FakeModel } from '../support/fake-model.ts';

function agentMessage(id: string, parts: readonly Part[]): Message {
  return { id, conversationId: 'c', parentId: null, runId: null, role: 'agent', createdAt: 0, parts };
}

function text(id: string, stepId: string, words: string): Part {
  return { type: 'text', id, ord: 0, stepId, trust: 'trusted', state: 'complete', text: words };
}

function callPart(id: string, stepId: string): Part {
  return { type: 'tool_call', id: `part-${id}`, ord: 0, stepId, trust: 'trusted', state: 'complete', callId: id };
}

function call(id: string, stepId: string, output: string): ToolCall {
  return {
    id,
    providerCallId: id,
    conversationId: 'c',
    runId: 'r',
    stepId,
    messageId: 'm',
    ord: 0,
    tool: 'look',
    input: { value: id },
    effect: 'none',
    touches: {},
    state: 'succeeded',
    output,
    trust: 'trusted',
  };
}

/** `exchanges` finished exchanges of about `size` characters each. */
function longSnapshot(exchanges: number, size: number): ConversationSnapshot {
  const messages: Message[] = [];
  for (let index = 0; index < exchanges; index += 1) {
    messages.push(
      personMessage(`p${index}`, `question ${index}`),
      agentMessage(`a${index}`, [text(`t${index}`, `s${index}`, `answer ${index} ${'x'.repeat(size)}`)]),
    );
  }
  return { ...emptySnapshot('c'), messages: [...messages, personMessage('last', 'And now?')] };
}

describe('the context', () => {
  it('C2: leaves out the oldest whole exchanges, at once down to 60 %, and says so', async () => {
    const model = new FakeModel([{ text: 'Now this.' }], { window: 4_000, maxOutput: 500 });
    const played = await play({ model, snapshot: longSnapshot(30, 600) });
    const room = 4_000 - 500;
    const sent = bodyOf(model.wires[0]!);
    expect(sent.length / FAKE_PROFILE.bytesPerToken).toBeLessThanOrEqual(room * TRIM_TO);
    expect(sent).not.toContain('question 0');
    expect(sent).toContain('question 29');
    expect(sent).toContain('And now?');
    // Whole exchanges: as many questions as answers.
    expect(sent.match(/^user (Workspace[^]*?)?question \d+/gm)?.length ?? 0).toBe(sent.match(/^assistant answer/gm)?.length);
    expect(played.events).toContainEqual(expect.objectContaining({ type: 'notice_raised', code: 'context_trimmed' }));
    expect(played.snapshot.trim?.tokensAfter).toBeLessThan(played.snapshot.trim?.tokensBefore ?? 0);
    // A projection: the messages are all there.
    expect(played.snapshot.messages).toHaveLength(62);
  });

  it('C2: goes below the room when the server says that the estimate was too low', async () => {
    const model = new FakeModel([{ failure: { code: 'context_too_long', message: 'Too long.' } }, { text: 'Fits.' }], { window: 100_000 });
    await play({ model, snapshot: longSnapshot(10, 600) });
    expect(model.wires).toHaveLength(2);
    expect(bodyOf(model.wires[1]!).length).toBeLessThan(bodyOf(model.wires[0]!).length * 0.7);
  });

  it('C2: says so when the input alone does not fit', async () => {
    const model = new FakeModel([], { window: 1_000, maxOutput: 100 });
    const played = await play({ model, snapshot: { ...emptySnapshot('c'), messages: [personMessage('m', 'word '.repeat(2_000))] } });
    expect(played.events.at(-1)).toMatchObject({ type: 'run_completed', failure: { code: 'context_too_long' } });
    expect(model.wires).toHaveLength(0);
  });

  it('C2: never cuts a call from its result, within a run of many steps', async () => {
    let count = 0;
    const step = () => ({ calls: [{ name: 'look', input: { value: `step-${(count += 1)}` } }] });
    const big = fakeTool('look', {
      execute: async (input) => ({ ok: true, output: `${input.value} ${'y'.repeat(1_500)}`, trust: 'trusted' }),
    });
    const model = new FakeModel([...Array.from({ length: 14 }, () => step), { text: 'Done.' }], { window: 4_000, maxOutput: 500 });
    const played = await play({ model, tools: [big] });
    expect(played.snapshot.trim).not.toBeNull();
    for (const wire of model.wires) {
      const body = bodyOf(wire);
      const calls = [...body.matchAll(/^call (\S+)/gm)].map((match) => match[1]);
      const results = [...body.matchAll(/^result (\S+)/gm)].map((match) => match[1]);
      expect(results).toEqual(calls);
      expect(body).toContain('Do it.');
    }
    expect(played.events.at(-1)).toMatchObject({ state: { name: 'completed' } });
  });

  it('C4: keeps the request before it as its beginning, step after step and run after run', async () => {
    const model = new FakeModel([
      { reasoning: 'Look first.', calls: [{ name: 'look', input: { value: '1' } }] },
      { text: 'One more.', calls: [{ name: 'look', input: { value: '2' } }] },
      { text: 'Done.' },
    ]);
    const first = await play({ model, tools: [fakeTool('look')] });
    const again = new FakeModel([{ text: 'Sure.' }]);
    await play({
      model: again,
      tools: [fakeTool('look')],
      snapshot: { ...first.snapshot, runState: null, messages: [...first.snapshot.messages, personMessage('m2', 'Again?')] },
    });
    const bodies = [...model.wires, ...again.wires].map(bodyOf);
    expect(bodies).toHaveLength(4);
    for (const [index, body] of bodies.slice(1).entries()) expect(body.startsWith(bodies[index] ?? '?')).toBe(true);
  });

  it('C4: sends the sections in the order of the design', async () => {
    const model = new FakeModel([{ text: 'Ok.' }]);
    await play({ model, snapshot: longSnapshot(1, 10) });
    const order = model.wires[0]!.spans.map((span) => span.section);
    expect(order.filter((section, index) => section !== order[index - 1])).toEqual(['system', 'environment', 'history', 'input']);
  });

  it('tells the plan again when the call that set it was left out', async () => {
    const messages = [personMessage('m', 'Go on.')];
    const plan = { items: [{ text: 'Paint the door', state: 'active' as const }] };
    const model = new FakeModel([{ text: 'Ok.' }]);
    await play({ model, snapshot: { ...emptySnapshot('c'), messages, plan } });
    expect(bodyOf(model.wires[0]!)).toContain('[>] Paint the door');
  });

  it('learns the size of a token from the provider’s counts', () => {
    let id = 0;
    const manager = new ContextManager(FAKE_PROFILE, () => `t${(id += 1)}`);
    const wire = {
      method: 'LOCAL',
      url: '',
      headers: {},
      spans: [{ text: 'a'.repeat(1_000), section: 'input', source: 'x', trust: 'trusted' }],
    } as const;
    expect(manager.estimate(wire)).toBe(250);
    manager.learn(wire, { ...NO_USAGE, input: 500 });
    expect(manager.estimate(wire)).toBeGreaterThan(500);
    manager.learn(wire, { ...NO_USAGE, input: 500, exact: false });
    expect(manager.estimate(wire)).toBeLessThan(530);
  });
});

describe('units of history', () => {
  const calls = new Map([
    ['c1', call('c1', 's1', 'one')],
    ['c2', call('c2', 's2', 'two')],
  ]);
  const messages = [
    personMessage('p1', 'first'),
    agentMessage('a1', [text('t0', 's0', 'answer')]),
    personMessage('p2', 'second'),
    agentMessage('a2', [callPart('c1', 's1'), callPart('c2', 's2'), text('t3', 's3', 'so')]),
  ];

  it('are whole exchanges, and steps of the one that goes on', () => {
    expect(unitsOf(messages, calls).map((unit) => (unit.kind === 'step' ? unit.stepId : unit.messageId))).toEqual(['p1', 's1', 's2', 's3']);
  });

  it('are left out up to a mark, with their person’s message kept when the mark is a step', () => {
    const trim = {
      id: 't',
      conversationId: 'c',
      unitsDropped: 2,
      tokensBefore: 0,
      tokensAfter: 0,
      through: { kind: 'step', messageId: 'p2', stepId: 's1' },
    } as const;
    const kept = applyTrim(messages, trim);
    expect(kept.map((message) => message.id)).toEqual(['p2', 'a2']);
    expect(kept[1]?.parts.map((part) => part.stepId)).toEqual(['s2', 's3']);
    const exchange = applyTrim(messages, { ...trim, through: { kind: 'exchange', messageId: 'p1' } });
    expect(exchange.map((message) => message.id)).toEqual(['p2', 'a2']);
    expect(exchange[1]?.parts).toHaveLength(3);
  });

  it('are counted in bytes as UTF-8 has them', () => {
    for (const sample of ['plain', 'Grüße', '漢字', '👩‍🚀 ok', '']) expect(utf8Length(sample)).toBe(new TextEncoder().encode(sample).length);
  });
});

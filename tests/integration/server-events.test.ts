import { randomUUID } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { ConversationView } from '../../src/contract/views.ts';
import type { AnnouncedEvent } from '../../src/core/agent/agent-event.ts';
import { emptySnapshot, foldEvent } from '../../src/core/agent/conversation-fold.ts';
import { callOf, MODEL } from '../support/cli.ts';
import { EventTap, ServerScene } from '../support/server.ts';

const WORDS = Array.from({ length: 300 }, (_, index) => `word${index}`).join(' ');

/** What a window shows that has seen these events, against what it would read anew. */
function expectSamePicture(events: readonly AnnouncedEvent[], view: ConversationView): void {
  const shown = events.reduce(foldEvent, emptySnapshot(view.conversation.id));
  const read = view.messages.map((message) => ({ ...message, parts: message.parts.filter((part) => part.type !== 'notice') }));
  expect(shown.messages).toEqual(read);
  expect([...shown.calls.values()]).toEqual(view.calls);
  expect([...shown.interactions.values()]).toEqual(view.interactions);
  expect(shown.plan).toEqual(view.plan);
  expect(shown.runState).toEqual(view.runs.at(-1)?.state);
}

function textOf(events: readonly AnnouncedEvent[]): string {
  return events.flatMap((event) => (event.type === 'part_delta' ? [event.text] : [])).join('');
}

describe('the stream of events', () => {
  it('tells of a run as it happens, and what is durable in the order of the feed', async () => {
    const scene = await ServerScene.start([{ toolCalls: [{ name: 'read_file', input: { path: 'a.txt' } }] }, { text: 'It says hello.' }]);
    scene.cli.write('a.txt', 'hello\n');
    const tap = await scene.listen();
    expect(tap.frames[0]).toMatchObject({ id: 0, event: { type: 'hello', seq: 0 } });
    const { conversationId } = await scene.send('What does a.txt say?');
    await tap.untilEvent('run_completed');
    const ids = tap.frames.flatMap((frame) => (frame.id === null ? [] : [frame.id]));
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index));
    expectSamePicture(tap.events, await scene.client.conversations.get({ id: conversationId }));
  });

  it.each([1, 4, 9, 20, 40])('U1: comes back after %i frames by its last id, and nothing is lost or doubled', async (count) => {
    const scene = await ServerScene.start([
      { reasoning: 'I look.', toolCalls: [{ name: 'run_command', input: { command: './work.sh' } }] },
      { text: WORDS, chunkSize: 16, delayMs: 3 },
    ]);
    chmodSync(scene.cli.write('work.sh', '#!/bin/sh\nfor i in 1 2 3; do echo $i; sleep 0.05; done\n'), 0o755);
    await scene.client.rules.add({ scope: 'everywhere', scopeId: null, tool: 'run_command', pattern: null, decision: 'allow' });
    const first = await scene.listen();
    const { conversationId } = await scene.send('Talk.');
    await first.until((frames) => frames.length >= count);
    first.close();
    const seen = [...first.frames];
    const last = seen.findLast((frame) => frame.id !== null)?.id ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 60));
    const second = await scene.listen(last);
    await second.untilEvent('run_completed');
    const events = [...seen, ...second.frames].flatMap(({ event }) => (event.type === 'run_event' ? [event.event] : []));
    const view = await scene.untilEnded(conversationId);
    expectSamePicture(events, view);
    expect(view.messages.at(-1)?.parts.at(-1)).toMatchObject({ text: WORDS, state: 'complete' });
  });

  it('U1: shows who comes in the middle all words so far, and then the rest', async () => {
    const scene = await ServerScene.start([{ text: WORDS, chunkSize: 16, delayMs: 5 }]);
    const first = await scene.listen();
    const { conversationId } = await scene.send('Talk.');
    await first.untilEvent('part_delta', 8);
    const late = await scene.listen();
    await late.untilEvent('part_delta', 1);
    const [begin] = late.events;
    expect(begin).toMatchObject({ type: 'part_delta', offset: 0 });
    const view = await scene.client.conversations.get({ id: conversationId });
    await late.untilEvent('run_completed');
    // Read while it grew, then folded on: what came before the reading does no harm.
    const shown = late.events.reduce(foldEvent, {
      ...emptySnapshot(conversationId),
      messages: view.messages,
      calls: new Map(view.calls.map((call) => [call.id, call])),
    });
    expect(shown.messages).toEqual((await scene.untilEnded(conversationId)).messages);
  });

  it('U1: shows who comes while a tool runs all of its output so far, and then the rest', async () => {
    const scene = await ServerScene.start([callOf('run_command', { command: './count.sh' }), { text: 'Counted.' }]);
    chmodSync(scene.cli.write('count.sh', '#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done\n'), 0o755);
    await scene.client.rules.add({ scope: 'everywhere', scopeId: null, tool: 'run_command', pattern: null, decision: 'allow' });
    const first = await scene.listen();
    const { conversationId } = await scene.send('Count.');
    await first.untilEvent('tool_output', 3);
    const late = await scene.listen();
    const view = await scene.client.conversations.get({ id: conversationId });
    expect(Object.values(view.running)[0]).toMatch(/^1\n2\n/);
    await late.untilEvent('run_completed');
    const output = late.events.reduce(
      (text, event) => (event.type === 'tool_output' ? text.slice(0, event.offset) + event.text : text),
      '',
    );
    expect(late.events[0]).toMatchObject({ type: 'tool_output', offset: 0 });
    expect(output).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
  });

  it.each([2, 6, 15])('R1, R4: kill -9 after %i deltas and a restart: the same picture, nothing lost', async (deltas) => {
    const scene = await ServerScene.start([{ text: WORDS, chunkSize: 8, delayMs: 5 }]);
    const tap = await scene.listen();
    const { conversationId } = await scene.send('Talk.');
    await tap.untilEvent('part_delta', deltas);
    scene.program.child.kill('SIGKILL');
    await scene.program.done;
    await scene.restart();
    const after = await scene.listen(tap.lastId);
    await after.until(() => after.events.some((event) => event.type === 'state_changed' && event.state.name === 'suspended'));
    const view = await scene.client.conversations.get({ id: conversationId });
    expectSamePicture([...tap.events, ...after.events], view);
    const part = view.messages.at(-1)?.parts[0];
    expect(part?.type === 'text' && part.text.startsWith(textOf(tap.events))).toBe(true);
    const instances = [tap, after].map((each) => (each.frames[0]?.event.type === 'hello' ? each.frames[0].event.instance : null));
    expect(new Set(instances).size).toBe(2);
  });

  it('R4, R5: kill -9 with an open question: it is closed, and the call did not run', async () => {
    const scene = await ServerScene.start([{ toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x' } }] }]);
    const tap = await scene.listen();
    const { conversationId } = await scene.send('Write.');
    await tap.untilEvent('interaction_requested');
    scene.program.child.kill('SIGKILL');
    await scene.program.done;
    await scene.restart();
    const after = await scene.listen(tap.lastId);
    await after.until(() => after.events.some((event) => event.type === 'state_changed' && event.state.name === 'suspended'));
    const view = await scene.client.conversations.get({ id: conversationId });
    expect(view.interactions).toMatchObject([{ state: 'expired' }]);
    expect(view.calls).toMatchObject([{ state: 'cancelled' }]);
    const shown = [...tap.events, ...after.events].reduce(foldEvent, emptySnapshot(conversationId));
    expect([...shown.interactions.values()]).toMatchObject([{ state: 'expired' }]);
    expect([...shown.calls.values()]).toMatchObject([{ state: 'cancelled' }]);
  });

  it('lets two windows see the same', async () => {
    const scene = await ServerScene.start([{ text: WORDS, chunkSize: 64, delayMs: 2 }]);
    const [one, two] = [await scene.listen(), await scene.listen()];
    const { conversationId } = await scene.send('Talk.');
    await Promise.all([one.untilEvent('run_completed'), two.untilEvent('run_completed')]);
    expect(one.frames.slice(1)).toEqual(two.frames.slice(1));
    await scene.client.conversations.update({ id: conversationId, title: 'A talk', pinned: true });
    for (const tap of [one, two]) {
      await tap.until((frames) =>
        frames.some(({ event }) => event.type === 'conversation_changed' && event.conversationId === conversationId),
      );
    }
    const { conversations } = await scene.client.conversations.list({});
    expect(conversations).toMatchObject([{ id: conversationId, title: 'A talk', pinned: true }]);
    await scene.client.conversations.delete({ id: conversationId });
    for (const tap of [one, two]) await tap.until((frames) => frames.some(({ event }) => event.type === 'conversation_deleted'));
  });

  it('drops a window that takes nothing, and that one alone', async () => {
    const long = Array.from({ length: 60_000 }, (_, index) => `word${index}`).join(' ');
    const scene = await ServerScene.start();
    // It asks, and then never reads.
    const stuck = connect(scene.port, '127.0.0.1');
    stuck.pause();
    const cut = new Promise<void>((resolve) => stuck.once('close', () => resolve()));
    stuck.on('error', () => {});
    stuck.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\nAuthorization: Bearer ${scene.token}\r\n\r\n`);
    const tap = await scene.listen();
    for (let run = 0; run < 20 && !stuck.destroyed; run += 1) {
      scene.model.script([{ text: long, chunkSize: 8_000 }]);
      const { conversationId } = await scene.send(`Talk ${run}.`);
      await scene.untilEnded(conversationId);
      // A socket that is not read learns of its end only when it is looked at.
      stuck.write('\r\n');
    }
    stuck.resume();
    await cut;
    expect(tap.isOver).toBe(false);
    scene.model.script([{ text: 'Still here.' }]);
    const { conversationId } = await scene.send('And now?');
    await tap.until(() => tap.events.some((event) => event.type === 'part_completed' && event.text === 'Still here.'));
    await scene.untilEnded(conversationId);
  });

  it('tells who was away too long to read everything again', async () => {
    const scene = await ServerScene.start();
    const db = new DatabaseSync(join(scene.cli.home, 'glasshouse.db'), { timeout: 5_000 });
    db.exec(`INSERT INTO event (conversation_id, run_id, version, type, v, actor, body, at)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) SELECT '', 'many', i, 'rules_changed', 1, 'person', '{}', 0 FROM n`);
    db.close();
    const near = await scene.listen(5_000);
    await near.until((frames) => frames.filter(({ event }) => event.type === 'rules_changed').length === 1_000);
    const far = await scene.listen(10);
    await far.until((frames) => frames.some(({ event }) => event.type === 'reset'));
    expect(far.frames.map(({ event }) => event.type)).toEqual(['hello', 'reset']);
    expect(far.lastId).toBe(6_000);
    // A place that this data folder never came to.
    const other = await scene.listen(1_000_000);
    await other.until((frames) => frames.some(({ event }) => event.type === 'reset'));
  });
});

describe('a terminal beside the server', () => {
  it('is seen live: its states, its words as they grow, its end', async () => {
    const scene = await ServerScene.start([{ text: WORDS, chunkSize: 8, delayMs: 6 }]);
    const tap = await scene.listen();
    const run = scene.cli.start(['run', ...MODEL, '--json', 'Talk.']);
    await tap.untilEvent('part_delta', 3);
    // Long before it has ended: live, not afterwards.
    expect(run.child.exitCode).toBeNull();
    const late = await scene.listen();
    await late.untilEvent('part_delta', 2);
    expect(late.events[0]).toMatchObject({ type: 'part_delta', offset: 0 });
    const conversationId = tap.frames.flatMap(({ event }) => (event.type === 'run_event' ? [event.conversationId] : []))[0] ?? '';
    const view = await scene.client.conversations.get({ id: conversationId });
    expect(view.runs).toMatchObject([{ isHere: false, state: { name: 'planning' } }]);
    await expect(scene.client.runs.stop({ runId: view.runs[0]?.id ?? '' })).resolves.toEqual({ stopped: false });
    expect((await run.done).code).toBe(0);
    await tap.untilEvent('run_completed');
    expectSamePicture(tap.events, await scene.client.conversations.get({ id: conversationId }));
    expect(textOf(tap.events)).toBe(WORDS.slice(0, textOf(tap.events).length));
  });

  it('R4: that is killed leaves a run that the windows learn is suspended, within a few seconds', async () => {
    const scene = await ServerScene.start([{ toolCalls: [{ name: 'run_command', input: { command: 'echo begun; sleep 20' } }] }]);
    const tap = await scene.listen();
    const run = scene.cli.start(['run', ...MODEL, '--json', '--allow', 'run_command', 'Work.']);
    await tap.until(() => tap.events.some((event) => event.type === 'tool_output' && event.text.includes('begun')));
    run.child.kill('SIGKILL');
    await run.done;
    await tap.until(() => tap.events.some((event) => event.type === 'state_changed' && event.state.name === 'suspended'), 6_000);
    const ended = tap.events.find((event) => event.type === 'tool_call_ended');
    expect(ended).toMatchObject({ call: { state: 'interrupted', output: 'begun\n' } });
    const { conversations } = await scene.client.conversations.list({});
    expectSamePicture(tap.events, await scene.client.conversations.get({ id: conversations[0]?.id ?? '' }));
  });

  it('R4: that is killed while nobody looks is no obstacle to what is said next', async () => {
    const scene = await ServerScene.start([{ text: WORDS, chunkSize: 8, delayMs: 6 }, { text: 'Here I am.' }]);
    const run = scene.cli.start(['run', ...MODEL, '--json', 'Talk.']);
    await run.until('part_delta');
    run.child.kill('SIGKILL');
    await run.done;
    const { conversations } = await scene.client.conversations.list({});
    const { id } = conversations[0] ?? { id: '' };
    await scene.send('Are you there?', { conversationId: id });
    const view = await scene.untilEnded(id);
    expect(view.runs.map((each) => each.state.name)).toEqual(['suspended', 'completed']);
  });

  it('R5: asks what a window shows, and what only its own person can answer', async () => {
    const scene = await ServerScene.start([{ toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x' } }] }]);
    const tap = await scene.listen();
    const run = scene.cli.terminal(['run', ...MODEL, 'Write.']);
    await run.until('allow once');
    await tap.untilEvent('interaction_requested');
    const asked = tap.events.find((event) => event.type === 'interaction_requested');
    const interactionId = asked?.type === 'interaction_requested' ? asked.interaction.id : '';
    await expect(scene.client.interactions.answer({ interactionId, answer: { kind: 'allow' } })).rejects.toMatchObject({
      code: 'run_elsewhere',
    });
  });

  it('goes on with the conversation of a window, and the other way round', async () => {
    const scene = await ServerScene.start([{ text: 'First.' }, { text: 'Second.' }, { text: 'Third.' }]);
    const tap = await scene.listen();
    const { conversationId } = await scene.send('One?');
    await scene.untilEnded(conversationId);
    const run = await scene.cli.run(['run', ...MODEL, '--continue', 'Two?']);
    expect(run.stdout).toBe('Second.\n');
    await tap.untilEvent('run_completed', 2);
    await scene.send('Three?', { conversationId });
    await tap.untilEvent('run_completed', 3);
    const view = await scene.client.conversations.get({ id: conversationId });
    expect(view.messages).toHaveLength(6);
    expectSamePicture(tap.events, view);
    // All that was said before went with the last request.
    const body = scene.model.requests.at(-1)?.body.toString('utf8') ?? '';
    for (const words of ['One?', 'First.', 'Two?', 'Second.', 'Three?']) expect(body).toContain(words);
  });

  it('works at the same time as the server: one stream, in the order of the feed, nothing lost, nothing twice', async () => {
    const steps = Array.from({ length: 6 }, (_, index) => callOf('read_file', { path: `a${index}.txt` }));
    const scene = await ServerScene.start();
    for (let index = 0; index < 6; index += 1) scene.cli.write(`a${index}.txt`, `file ${index}\n`);
    const script = (name: string) => [...steps, { text: WORDS, chunkSize: 32, delayMs: 2 }].map((reply) => ({ ...reply, when: name }));
    scene.model.script(['quokka', 'numbat', 'bilby'].flatMap(script));
    const tap = await scene.listen();
    const terminals = ['quokka', 'numbat'].map((name) => scene.cli.start(['run', ...MODEL, '--json', `Read all, ${name}.`]));
    const { conversationId } = await scene.send('Read all, bilby.');
    await tap.untilEvent('run_completed', 3);
    expect((await Promise.all(terminals.map((run) => run.done))).map((ended) => ended.code)).toEqual([0, 0]);
    const ids = tap.frames.flatMap((frame) => (frame.id === null ? [] : [frame.id]));
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index));
    const { conversations } = await scene.client.conversations.list({});
    expect(conversations).toHaveLength(3);
    expect(conversations.map((each) => each.id)).toContain(conversationId);
    for (const { id } of conversations) {
      const events = tap.frames.flatMap(({ event }) => (event.type === 'run_event' && event.conversationId === id ? [event.event] : []));
      expectSamePicture(events, await scene.client.conversations.get({ id }));
    }
  });

  it('saves a rule, and the windows learn of it', async () => {
    const scene = await ServerScene.start();
    const tap = await scene.listen();
    await scene.cli.run(['rules', 'allow', 'run_command(ls)']);
    await tap.until((frames) => frames.some(({ event }) => event.type === 'rules_changed'));
    expect((await scene.client.rules.list({})).rules).toMatchObject([{ tool: 'run_command', pattern: 'ls', used: 0 }]);
  });

  it('deletes a conversation, and the windows learn of it', async () => {
    const scene = await ServerScene.start([{ text: 'First.' }]);
    const { conversationId } = await scene.send('One?');
    await scene.untilEnded(conversationId);
    const tap = await scene.listen();
    await scene.cli.run(['conversations', 'delete', conversationId, '--yes']);
    await tap.until((frames) =>
      frames.some(({ event }) => event.type === 'conversation_deleted' && event.conversationId === conversationId),
    );
    await expect(scene.client.conversations.get({ id: conversationId })).rejects.toMatchObject({ code: 'conversation_not_found' });
  });
});

describe('a stream of one conversation', () => {
  it('leaves out the others', async () => {
    const scene = await ServerScene.start([{ text: 'One.' }, { text: 'Two.' }]);
    const { conversationId } = await scene.send('First?');
    await scene.untilEnded(conversationId);
    const tap = new EventTap();
    await tap.open(scene.url, scene.token, 0, conversationId);
    const other = await scene.send('Other?');
    await scene.untilEnded(other.conversationId);
    scene.model.script([{ text: 'Three.' }]);
    await scene.send('Again?', { conversationId, commandId: randomUUID() });
    await tap.untilEvent('run_completed', 2);
    const told = new Set(tap.frames.flatMap(({ event }) => (event.type === 'run_event' ? [event.conversationId] : [])));
    expect([...told]).toEqual([conversationId]);
    tap.close();
  });
});

import { describe, expect, it } from 'vitest';
import { TitleMaker } from '../../src/application/services/title-maker.ts';
import { titleFromAnswer } from '../../src/core/reasoning/title.ts';
import { office } from '../support/office.ts';
import type { FakeReply } from '../support/fake-model.ts';
import { ServerScene } from '../support/server.ts';

const WANTED = { GLASSHOUSE_TITLES: 'on' };

/** An office with a title maker in it, whose model works on this machine or elsewhere. */
function named(replies: readonly FakeReply[], isOnThisMachine = false) {
  const scene = office(replies);
  const { storage, deps, model, feed } = scene;
  const problems: unknown[] = [];
  const titles = new TitleMaker({
    feed,
    journal: storage.journal,
    reader: storage.reader,
    editor: storage.editor,
    catalog: { open: async () => ({ ok: true, value: model }) },
    system: { ...deps.system, reportBug: (error) => problems.push(error) },
    isWanted: async () => true,
    isOnThisMachine: () => isOnThisMachine,
    isIdle: () => scene.supervisor.isIdle,
    onTitled: () => {},
  });
  const titleOf = async (id: string) => (await storage.reader.conversation(id))?.title;
  return { ...scene, titles, problems, titleOf };
}

async function said(scene: ReturnType<typeof named>, text: string): Promise<string> {
  const sent = await scene.send(text);
  if (!sent.ok) throw new Error(sent.failure.message);
  return sent.value.conversationId;
}

describe('titles', () => {
  it('C1: are made by one request after the first answer, which stands in the ledger as what it is', async () => {
    const scene = await ServerScene.start([{ text: 'Nine fathoms.' }, { text: '"Depth of the harbour."\n' }, { text: 'Yes.' }], [], WANTED);
    const { conversationId } = await scene.send('How deep is the harbour, and why does nobody know it?');
    const view = await scene.until(conversationId, ({ conversation }) => conversation.title === 'Depth of the harbour');
    expect(view.runs).toMatchObject([{ steps: 1, state: { name: 'completed' } }]);
    const { runs } = await scene.client.runs.list({ conversationId });
    expect(runs[0]?.steps.map(({ purpose, finish }) => [purpose, finish])).toEqual([
      ['plan', 'stop'],
      ['title', 'stop'],
    ]);
    const [, request] = (await scene.client.requests.list({ conversationId })).requests;
    const whole = await scene.client.requests.get({ conversationId, requestId: request?.id ?? '' });
    expect(whole.spans.map(({ text }) => text).join('')).toBe(scene.model.requests[1]?.body.toString());
    expect(whole.spans.map(({ source }) => source)).toContain('core:title');
    const asked = JSON.parse(scene.model.requests[1]?.body.toString() ?? '') as { tools?: unknown; max_tokens?: number };
    expect(asked.tools).toBeUndefined();
    expect(JSON.stringify(asked)).toContain('200');
    // Never a second time.
    await scene.send('Really?', { conversationId });
    await scene.until(conversationId, ({ runs: all }) => all.length === 2 && all[1]?.state.name === 'completed');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(scene.model.requests).toHaveLength(3);
  });

  it('are not made where the person has named the conversation, nor where they are off', async () => {
    const scene = named([{ text: 'One.' }, { text: 'A title' }]);
    const id = await said(scene, 'First words');
    await scene.storage.editor.update(id, { title: 'Mine' });
    await scene.supervisor.idle();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await scene.titleOf(id)).toBe('Mine');
    expect(scene.model.wires).toHaveLength(1);
    await scene.titles.close();
    const off = await ServerScene.start([{ text: 'One.' }, { text: 'A title' }], [], { GLASSHOUSE_TITLES: 'off' });
    const { conversationId } = await off.send('First words');
    await off.untilEnded(conversationId);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(off.model.requests).toHaveLength(1);
  });

  it('of the person win over one that is on its way', async () => {
    const scene = named([{ text: 'One.' }]);
    const id = await said(scene, 'First words');
    await scene.storage.editor.update(id, { title: 'Mine' });
    expect(await scene.storage.editor.giveTitle(id, 'Not mine')).toBe(false);
    expect(await scene.titleOf(id)).toBe('Mine');
    await scene.titles.close();
  });

  it('that fail leave the first words, and are told to the log alone', async () => {
    const scene = named([{ text: 'One.' }, { failure: { code: 'model_overloaded', message: 'Too much.' } }]);
    const id = await said(scene, 'First words');
    await expect.poll(() => scene.problems.length).toBe(1);
    expect(String(scene.problems[0])).toContain('Too much.');
    expect(await scene.titleOf(id)).toBe('First words');
    expect(scene.events.at(-1)?.event).toMatchObject({ type: 'step_completed', finish: 'failed' });
    await scene.titles.close();
  });

  it('on this machine give way to a run, and are asked for when it is over', async () => {
    const scene = named([{ text: 'One.' }, { hangs: true }, { text: 'Two.' }, { text: 'Second things' }], true);
    const first = await said(scene, 'First words');
    await expect.poll(() => scene.model.wires.length).toBe(2);
    const second = await said(scene, 'Second words');
    await expect.poll(() => scene.titleOf(second)).toBe('Second things');
    expect(await scene.titleOf(first)).toBe('First words');
    expect(scene.problems).toEqual([]);
    await scene.titles.close();
  });

  it('are taken from what a model writes without its dress', () => {
    for (const [text, title] of [
      ['"The depth of the harbour."', 'The depth of the harbour'],
      ['## Title: **Herons**\nand more', 'Herons'],
      ['<think>hm</think>\n„Reiher im Winter“', 'Reiher im Winter'],
      ['a\u202Eb\u0007c', 'abc'],
      ['…', null],
      ['', null],
    ] as const)
      expect(titleFromAnswer(text)).toBe(title);
  });
});

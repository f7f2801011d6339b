import { describe, expect, it } from 'vitest';
import { answerAgain } from '../../src/application/use-cases/answer-again.ts';
import { editMessage } from '../../src/application/use-cases/edit-message.ts';
import { leadThrough } from '../../src/application/use-cases/lead-through.ts';
import type { RunCommand } from '../../src/application/use-cases/new-run.ts';
import { emptyTrash, moveToTrash, restoreFromTrash } from '../../src/application/use-cases/trash.ts';
import { resumeRun } from '../../src/application/use-cases/resume-run.ts';
import { emptySnapshot, foldEvent } from '../../src/core/agent/conversation-fold.ts';
import { bodyOf } from '../../src/core/models/request.ts';
import { office, words } from '../support/office.ts';

/** An office with a conversation of two exchanges that has ended, and the ways to branch it. */
async function talk(replies: Parameters<typeof office>[0]) {
  const at = office([{ text: 'Blue.' }, { text: 'Because of the sky.' }, ...replies]);
  const { storage, send, supervisor, deps, system } = at;
  const first = await send('Which colour?');
  if (!first.ok) throw new Error('not sent');
  const id = first.value.conversationId;
  await supervisor.idle();
  await send('Why?', { conversationId: id });
  await supervisor.idle();
  const command = (): RunCommand => ({ commandId: system.newId(), actor: 'person', model: 'fake/model', budget: { maxSteps: 9 } });
  const idOf = async (index: number) => (await storage.reader.snapshot(id))!.messages[index]!.id;
  return {
    ...at,
    id,
    idOf,
    edit: (messageId: string, text: string, change: Partial<RunCommand> = {}) =>
      editMessage(deps, { ...command(), ...change, conversationId: id, messageId, text }),
    again: (messageId: string) => answerAgain(deps, { ...command(), conversationId: id, messageId }),
    lead: (messageId: string) => leadThrough({ ...deps, editor: storage.editor }, id, messageId),
    path: () => words(storage, id),
  };
}

const WHOLE = ['Which colour?', 'Blue.', 'Why?', 'Because of the sky.'];

describe('a conversation as a tree', () => {
  it('runs again from a message in other words; both versions stay beside each other', async () => {
    const { edit, idOf, path, supervisor, storage, id, lead, model } = await talk([{ text: 'Green.' }]);
    const first = await idOf(0);
    expect((await edit(first, 'Which colour, in spring?')).ok).toBe(true);
    await supervisor.idle();
    expect(await path()).toEqual(['Which colour, in spring?', 'Green.']);
    expect(bodyOf(model.wires.at(-1)!)).not.toContain('Blue');
    const second = await idOf(0);
    expect((await storage.pictures.picture(id))?.branches).toEqual([{ parentId: null, messageIds: [first, second] }]);
    expect(await lead(first)).toMatchObject({ ok: true });
    expect(await path()).toEqual(WHOLE);
    expect((await storage.pictures.picture(id))?.branches).toEqual([{ parentId: null, messageIds: [first, second] }]);
  });

  it('branches in the middle, hands over again what came with the message, and goes on from there', async () => {
    const { edit, idOf, path, supervisor, send, id, storage } = await talk([
      { text: 'It is a long report.' },
      { text: 'It is short now.' },
      { text: 'Bye.' },
    ]);
    await send('Read this.', {
      conversationId: id,
      attachments: [{ name: 'report.txt', text: 'words of the report', trust: 'untrusted' }],
    });
    await supervisor.idle();
    await edit(await idOf(4), 'Read this, shortly.');
    await supervisor.idle();
    const snapshot = await storage.reader.snapshot(id);
    expect(snapshot?.messages[4]?.parts[0]).toMatchObject({ type: 'file', name: 'report.txt', trust: 'untrusted' });
    await send('Thanks.', { conversationId: id });
    await supervisor.idle();
    expect(await path()).toEqual([...WHOLE, 'Read this, shortly.', 'It is short now.', 'Thanks.', 'Bye.']);
  });

  it('answers again beside the answer before; the newest end of a branch is shown', async () => {
    const { again, idOf, path, supervisor, storage, id, lead, send } = await talk([
      { text: 'Red.' },
      { text: 'Of the evening.' },
      { text: 'Grey.' },
    ]);
    const blue = await idOf(1);
    await again(blue);
    await supervisor.idle();
    expect(await path()).toEqual(['Which colour?', 'Red.']);
    const red = await idOf(1);
    await send('Why?', { conversationId: id });
    await supervisor.idle();
    // By what was said it is the same as by its answer.
    await again(await idOf(0));
    await supervisor.idle();
    expect(await path()).toEqual(['Which colour?', 'Grey.']);
    const picture = await storage.pictures.picture(id);
    expect(picture?.branches).toEqual([{ parentId: await idOf(0), messageIds: [blue, red, await idOf(1)] }]);
    expect(picture?.runs.at(-1)?.state.name).toBe('completed');
    await lead(red);
    expect(await path()).toEqual(['Which colour?', 'Red.', 'Why?', 'Of the evening.']);
    await lead(blue);
    expect(await path()).toEqual(WHOLE);
    // It is on the path already: nothing moves.
    const before = await storage.reader.conversation(id);
    await lead(blue);
    expect(await storage.reader.conversation(id)).toEqual(before);
  });

  it('keeps the old answer within reach when the new one fails before its first word', async () => {
    const { again, idOf, path, supervisor, storage, id, lead } = await talk([
      { failure: { code: 'model_key_refused', message: 'The key was refused.' } },
    ]);
    const [asked, answer] = [await idOf(2), await idOf(3)];
    await again(answer);
    await supervisor.idle();
    const picture = await storage.pictures.picture(id);
    expect(picture?.messages.at(-1)?.id === asked || picture?.messages.at(-1)?.parts.length === 0).toBe(true);
    expect(picture?.runs.at(-1)).toMatchObject({ state: { name: 'failed' }, failure: { code: 'model_key_refused' } });
    expect(picture?.branches.find((point) => point.parentId === asked)?.messageIds).toContain(answer);
    await lead(answer);
    expect(await path()).toEqual(WHOLE);
    expect((await storage.pictures.picture(id))?.runs.at(-1)?.state.name).toBe('completed');
  });

  it('U1: what is told of a branch folds into what is stored', async () => {
    const { again, edit, idOf, supervisor, storage, id, events } = await talk([{ text: 'Red.' }, { text: 'Green.' }, { text: 'Grey.' }]);
    const fold = () => events.reduce((snapshot, published) => foldEvent(snapshot, published.event), emptySnapshot(id)).messages;
    const stored = async () => (await storage.reader.snapshot(id))?.messages;
    await again(await idOf(1));
    await supervisor.idle();
    expect(fold()).toEqual(await stored());
    await edit(await idOf(0), 'Which colour, in spring?');
    await supervisor.idle();
    expect(fold()).toEqual(await stored());
    const twice = events.flatMap((each) => [each, each]).reduce((snapshot, { event }) => foldEvent(snapshot, event), emptySnapshot(id));
    expect(twice.messages).toEqual(await stored());
    // Windows that missed it are told the same from the feed.
    const { entries } = await storage.events.read({ after: 0, limit: 1_000, known: new Map(), exceptOwner: null });
    const read = entries.flatMap((entry) => (entry.kind === 'event' ? [entry.event] : []));
    expect(read.reduce(foldEvent, emptySnapshot(id)).messages).toEqual(await stored());
  });

  it('R6: does not branch while a run is at work, and says so', async () => {
    const { edit, again, lead, idOf, send, id, supervisor, storage } = await talk([{ text: 'Green.' }, { hangs: true }]);
    const first = await idOf(0);
    await edit(first, 'Which colour, in spring?');
    await supervisor.idle();
    await send('And in autumn?', { conversationId: id });
    const busy = { ok: false, failure: { code: 'conversation_busy' } };
    expect(await edit(await idOf(0), 'x')).toMatchObject(busy);
    expect(await again(await idOf(1))).toMatchObject(busy);
    expect(await lead(first)).toMatchObject(busy);
    // What is on the path already needs no walk.
    expect(await lead(await idOf(0))).toMatchObject({ ok: true });
    supervisor.stop((await storage.reader.unfinishedRun(id))!.id);
    await supervisor.idle();
    expect(await lead(first)).toMatchObject({ ok: true });
  });

  it('gives a repeat of the command the first reply', async () => {
    const { edit, again, idOf, supervisor, path } = await talk([{ text: 'Green.' }, { text: 'Never said.' }]);
    const first = await idOf(0);
    const commandId = 'command';
    const once = await edit(first, 'Which colour, in spring?', { commandId });
    await supervisor.idle();
    expect(await edit(first, 'Which colour, in spring?', { commandId })).toMatchObject({ ok: true, value: once.ok ? once.value : null });
    expect(await path()).toEqual(['Which colour, in spring?', 'Green.']);
    expect(await again('no-such')).toMatchObject({ ok: false, failure: { code: 'message_not_found' } });
    expect(await edit(await idOf(1), 'Words for the agent')).toMatchObject({ ok: false, failure: { code: 'message_not_found' } });
  });

  it('S3 C2: what stands on another branch is none of the agent’s context: words from outside, calls, plan, what left the window', async () => {
    const { edit, idOf, send, supervisor, storage, id, lead } = await talk([
      { calls: [{ name: 'look', input: { value: 'x' } }] },
      { text: 'Seen.' },
      { text: 'Green.' },
    ]);
    await send('Look.', { conversationId: id, attachments: [{ name: 'a.txt', text: 'from outside', trust: 'untrusted' }] });
    await supervisor.idle();
    const run = (await storage.reader.runs(id)).at(-1)!;
    const messageId = await idOf(2);
    await storage.journal.commit(
      run.id,
      run.version,
      [
        { type: 'plan_updated', plan: { items: [{ text: 'look', state: 'done' }] } },
        {
          type: 'context_trimmed',
          trim: { id: 't', conversationId: id, through: { kind: 'exchange', messageId }, unitsDropped: 1, tokensBefore: 9, tokensAfter: 5 },
        },
      ],
      'agent',
    );
    const last = (await storage.reader.conversation(id))!.headMessageId!;
    const before = (await storage.reader.snapshot(id))!;
    expect([before.calls.size, before.plan?.items.length, before.trim?.id]).toEqual([1, 1, 't']);
    await edit(await idOf(0), 'Which colour, in spring?');
    await supervisor.idle();
    const snapshot = (await storage.reader.snapshot(id))!;
    expect([snapshot.calls.size, snapshot.interactions.size, snapshot.plan, snapshot.trim]).toEqual([0, 0, null, null]);
    expect(snapshot.messages.flatMap((message) => message.parts).every((part) => part.trust === 'trusted')).toBe(true);
    const picture = await storage.pictures.picture(id);
    expect([picture?.calls.length, picture?.plan, picture?.trim, picture?.runs.length]).toEqual([0, null, null, 1]);
    await lead(last);
    expect(await storage.reader.snapshot(id)).toEqual(before);
  });

  it('R4: a run that was suspended waits on its branch, and is gone on with only there', async () => {
    const { edit, idOf, send, supervisor, storage, id, lead, deps, path, model } = await talk([
      { hangs: true },
      { text: 'Green.' },
      { text: 'Gone on.' },
    ]);
    await send('And now?', { conversationId: id });
    const asked = (await storage.reader.conversation(id))!.headMessageId!;
    await expect.poll(() => model.wires.length).toBe(3);
    await storage.instances.suspendOwn();
    // What it still does is refused: the run is no longer this process's.
    supervisor.stop((await storage.reader.unfinishedRun(id))!.id);
    await supervisor.idle();
    await edit(await idOf(0), 'Which colour, in spring?');
    await supervisor.idle();
    expect(await resumeRun(deps, id)).toMatchObject({ ok: false, failure: { code: 'run_not_found' } });
    await lead(asked);
    expect((await storage.reader.snapshot(id))?.runState?.name).toBe('suspended');
    expect(await resumeRun(deps, id)).toMatchObject({ ok: true });
    await supervisor.idle();
    expect((await path())?.at(-1)).toBe('Gone on.');
  });
});

describe('the trash', () => {
  it('is emptied of what has been in it for longer than 30 days, byte for byte', async () => {
    const { storage, deps, id, send, supervisor, system } = await talk([{ text: 'Here.' }]);
    const other = await send('Where?');
    await supervisor.idle();
    const otherId = other.ok ? other.value.conversationId : '';
    const trash = { ...deps, editor: storage.editor };
    await moveToTrash(trash, id);
    await moveToTrash(trash, otherId);
    const since = (await storage.reader.conversation(otherId))?.trashedAt;
    const day = 24 * 60 * 60 * 1000;
    await storage.editor.setTrashed(id, system.now() - 31 * day);
    expect(await emptyTrash(deps, storage.purge.purge)).toBe(1);
    expect(await storage.reader.conversation(id)).toBeNull();
    expect((await storage.search.search('sky', { limit: 9 })).length).toBe(0);
    // What is there keeps its day, however often it is put there.
    await moveToTrash(trash, otherId);
    expect((await storage.reader.conversation(otherId))?.trashedAt).toBe(since);
    await restoreFromTrash(trash, otherId);
    expect(await emptyTrash(deps, storage.purge.purge)).toBe(0);
  });

  it('takes nothing in which a run is at work', async () => {
    const { storage, deps, id, send, supervisor } = await talk([{ hangs: true }]);
    await send('And?', { conversationId: id });
    expect(await moveToTrash({ ...deps, editor: storage.editor }, id)).toMatchObject({
      ok: false,
      failure: { code: 'conversation_busy' },
    });
    supervisor.stop((await storage.reader.unfinishedRun(id))!.id);
    await supervisor.idle();
  });
});

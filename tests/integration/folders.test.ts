import { describe, expect, it } from 'vitest';
import { MODEL, scriptedScene } from '../support/cli.ts';
import { ServerScene } from '../support/server.ts';

describe('folders', () => {
  it('of the terminal: made, filled, listed, renamed; what was in one that is deleted stays', async () => {
    const { cli } = await scriptedScene([{ text: 'One.' }, { text: 'Two.' }]);
    await cli.run(['run', ...MODEL, 'Herons']);
    await cli.run(['run', ...MODEL, 'Bitterns']);
    expect((await cli.run(['folders', 'add', 'Birds'])).code).toBe(0);
    expect((await cli.run(['folders', 'add', 'birds'])).stderr).toContain('already');
    expect((await cli.run(['folders', 'add', 'x'.repeat(61)])).stderr).toContain('folder_invalid');
    expect((await cli.run(['conversations', 'move', 'last', '--folder', 'birds'])).code).toBe(0);
    const inFolder = async (name: string) => (await cli.run(['conversations', 'list', '--folder', name])).stdout;
    expect(await inFolder('Birds')).toContain('Bitterns');
    expect(await inFolder('Birds')).not.toContain('Herons');
    await cli.run(['folders', 'rename', 'Birds', 'Waders']);
    expect(await inFolder('Waders')).toContain('Bitterns');
    expect((await cli.run(['conversations', 'list', '--folder', 'Birds'])).stderr).toContain('There are: Waders.');
    await cli.run(['folders', 'delete', 'Waders']);
    expect((await cli.run(['conversations', 'list'])).stdout).toContain('Bitterns');
    expect((await cli.run(['folders', 'list', '--json'])).stdout).toBe('');
  });

  it('several conversations are changed at once; one that is refused holds up none of the others', async () => {
    const scene = await ServerScene.start([{ text: 'One.' }, { text: 'Two.' }, { silence: true }]);
    const { client } = scene;
    const first = (await scene.send('First')).conversationId;
    await scene.untilEnded(first);
    const second = (await scene.send('Second')).conversationId;
    await scene.untilEnded(second);
    const busy = (await scene.send('Third')).conversationId;
    const done = await client.conversations.change({ ids: [first, busy, second, 'nowhere'], trashed: true });
    expect(done.changed).toEqual([first, second]);
    expect(done.refused.map(({ id, failure }) => [id, failure.code])).toEqual([
      [busy, 'conversation_busy'],
      ['nowhere', 'conversation_not_found'],
    ]);
    await client.conversations.change({ ids: [first, second], trashed: false });
    const folder = await client.folders.save({ name: 'Kept' });
    await client.conversations.change({ ids: [first, second], folderId: folder.id });
    const listed = (await client.conversations.list({ place: 'list' })).conversations;
    expect(listed.filter((line) => line.folderId === folder.id).map(({ id }) => id)).toEqual([second, first]);
    expect((await client.conversations.change({ ids: [first], folderId: 'none' })).refused[0]?.failure.code).toBe('folder_not_found');
    const { url } = await client.conversations.exportMany({ ids: [first, second, 'nowhere'], format: 'json' });
    const text = await (await scene.fetch(url)).text();
    expect((JSON.parse(text) as { conversation: { title: string } }[]).map(({ conversation }) => conversation.title)).toEqual([
      'First',
      'Second',
    ]);
    await client.folders.delete({ id: folder.id });
    expect((await client.conversations.get({ id: first })).conversation.folderId).toBeUndefined();
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callOf, MODEL, scriptedScene } from '../support/cli.ts';
import { ServerScene } from '../support/server.ts';

interface Asked {
  readonly model: string;
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}
const asked = (server: { readonly requests: readonly { readonly body: Buffer }[] }) =>
  server.requests.map(({ body }) => JSON.parse(body.toString()) as Asked);
const toolsOf = (request: Asked | undefined) => request?.tools?.map((tool) => tool.function.name);
const systemOf = (request: Asked | undefined) => JSON.stringify(request?.messages.filter(({ role }) => role === 'system'));

const PROFILE = {
  name: 'Sailor',
  about: 'Speaks of the sea',
  instructions: 'Measure in fathoms.',
  model: null,
  tools: ['read_file', 'calculate'],
  starters: ['How deep is the harbour?'],
};

describe('agents in a terminal', () => {
  it('C1, C4: their instructions stand behind those for everywhere, in a stable prefix, under a source of their own', async () => {
    const { cli, server } = await scriptedScene([callOf('calculate', { expression: '6*7' }), { text: '42 fathoms.' }, { text: 'Yes.' }]);
    await cli.run(['settings', 'set', 'instructions', 'Answer in rhymes.']);
    const args = ['--instructions', PROFILE.instructions, '--tools', PROFILE.tools.join(','), '--about', PROFILE.about];
    expect((await cli.run(['agents', 'add', 'Sailor', ...args])).code).toBe(0);
    expect((await cli.run(['run', ...MODEL, '--agent', 'sailor', 'How deep?'])).stdout).toContain('42 fathoms.');
    // What goes on keeps its agent without being told.
    expect((await cli.run(['run', ...MODEL, '--continue', 'Really?'])).code).toBe(0);
    const [first, second, third] = asked(server);
    for (const request of [first, second, third]) {
      expect(systemOf(request)).toMatch(/Answer in rhymes\..*Measure in fathoms\./);
      expect(toolsOf(request)).toEqual(['read_file', 'calculate']);
    }
    expect(systemOf(second)).toBe(systemOf(first));
    const ledger = (await cli.run(['conversations', 'show', 'last', '--requests', '--json'])).stdout;
    expect(ledger).toContain('instructions:agent:Sailor');
  });

  it('are offered no tool beyond their own, even when the model asks for one', async () => {
    const { cli, server } = await scriptedScene([callOf('list_directory', { path: '.' }), { text: 'I cannot.' }, { text: 'Bare.' }]);
    await cli.run(['agents', 'add', 'Reader', '--tools', 'read_file']);
    await cli.run(['run', ...MODEL, '--agent', 'Reader', '--allow', 'list_directory', 'Look']);
    expect(JSON.stringify(asked(server)[1]?.messages)).toContain('tool_unknown');
    await cli.run(['agents', 'edit', 'Reader', '--tools', 'none']);
    expect((await cli.run(['run', ...MODEL, '--continue', 'And now?'])).stdout).toContain('Bare.');
    expect(toolsOf(asked(server)[2])).toBeUndefined();
  });

  it('S1: one that was deleted leaves its conversations no tool that changes anything, whatever was allowed', async () => {
    const { cli, server } = await scriptedScene([
      { text: 'Hello.' },
      callOf('write_file', { path: 'a.txt', content: 'x' }),
      { text: 'No.' },
    ]);
    await cli.run(['agents', 'add', 'Reader', '--tools', 'read_file']);
    await cli.run(['rules', 'allow', 'write_file(**)']);
    await cli.run(['run', ...MODEL, '--agent', 'Reader', 'Hello']);
    await cli.run(['agents', 'delete', 'Reader', '--yes']);
    await cli.run(['run', ...MODEL, '--continue', 'Write it']);
    expect(toolsOf(asked(server)[1])).toContain('read_file');
    expect(toolsOf(asked(server)[1])).not.toContain('write_file');
    expect(JSON.stringify(asked(server)[2]?.messages)).toContain('tool_unknown');
    expect(existsSync(join(cli.workspace, 'a.txt'))).toBe(false);
  });

  it('S5: one from a file takes no effect before the person has approved it', async () => {
    const { cli, server } = await scriptedScene([{ text: 'Aye.' }]);
    await cli.run(['agents', 'add', 'Sailor', '--instructions', PROFILE.instructions]);
    const file = (await cli.run(['agents', 'export', 'Sailor'])).stdout;
    cli.write('sailor.json', file);
    const taken = await cli.run(['agents', 'import', `${cli.workspace}/sailor.json`]);
    expect(taken.stdout).toContain('Sailor 2');
    expect(taken.stdout).toContain('Measure in fathoms.');
    const refused = await cli.run(['run', ...MODEL, '--agent', 'Sailor 2', 'Hello']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('agent_not_approved')]);
    expect(server.requests).toHaveLength(0);
    // Without a terminal nobody has read it; nor is it approved by changing it.
    expect((await cli.run(['agents', 'approve', 'Sailor 2'])).code).toBe(1);
    expect((await cli.run(['agents', 'edit', 'Sailor 2', '--about', 'Mine'])).code).toBe(2);
    expect((await cli.run(['agents', 'approve', 'Sailor 2', '--yes'])).code).toBe(0);
    expect((await cli.run(['run', ...MODEL, '--agent', 'Sailor 2', 'Hello'])).stdout).toContain('Aye.');
    expect(systemOf(asked(server)[0])).toContain('Measure in fathoms.');
  });

  it('are refused with what is wrong in their file', async () => {
    const { cli } = await scriptedScene([]);
    const whole = { glasshouse: 'agent', version: 1, ...PROFILE };
    for (const [text, said] of [
      ['no json', 'no JSON'],
      ['null', 'holds no agent'],
      ['[]', 'holds no agent'],
      [JSON.stringify({ ...whole, version: 2 }), 'version 2'],
      [JSON.stringify({ ...whole, name: '' }), 'name'],
      [JSON.stringify({ ...whole, name: 'Two\nlines' }), 'one line'],
      [JSON.stringify({ ...whole, tools: 'all' }), 'tools'],
      [JSON.stringify({ ...whole, model: 'nonsense' }), 'PROVIDER/MODEL'],
      [JSON.stringify({ ...whole, hooks: ['rm'] }), 'hooks'],
      [JSON.stringify({ ...whole, instructions: 'x'.repeat(8_001) }), 'instructions'],
      ['x'.repeat(70_000), 'more than'],
    ] as const) {
      cli.write('bad.json', text);
      const { code, stderr } = await cli.run(['agents', 'import', `${cli.workspace}/bad.json`]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
    expect((await cli.run(['agents', 'import', cli.workspace])).stderr).toContain('is no file');
    expect((await cli.run(['agents', 'list', '--json'])).stdout).toBe('');
    expect((await cli.run(['run', '--agent', 'Nobody', 'Hello'])).stderr).toContain('agent_not_found');
    expect((await cli.run(['run', '--continue', '--agent', 'Nobody', 'Hello'])).stderr).toContain('keeps its own');
  });
});

describe('agents over the server', () => {
  it('are made, duplicated, deleted and put back; a conversation keeps the one that it began with', async () => {
    const scene = await ServerScene.start([{ text: 'One.' }, { text: 'Two.' }, { text: 'Three.' }]);
    const { agents } = scene.client;
    const made = await agents.save(PROFILE);
    expect(made).toMatchObject({ ...PROFILE, isApproved: true });
    const { conversationId } = await scene.send('First', { agentId: made.id });
    const view = await scene.untilEnded(conversationId);
    expect(view.conversation.agentId).toBe(made.id);
    await agents.save({ ...PROFILE, id: made.id, instructions: 'Measure in leagues.' });
    await scene.send('Second', { conversationId });
    await scene.untilEnded(conversationId);
    expect(systemOf(asked(scene.model)[1])).toContain('leagues');
    const again = await agents.duplicate({ id: made.id });
    expect(again).toMatchObject({ name: 'Sailor 2', instructions: 'Measure in leagues.', isApproved: true });
    await expect(agents.save({ ...PROFILE, id: again.id })).rejects.toMatchObject({ code: 'agent_invalid' });
    expect(await agents.delete({ id: made.id })).toEqual({ deleted: true });
    await scene.send('Third', { conversationId });
    await scene.untilEnded(conversationId);
    expect(systemOf(asked(scene.model)[2])).not.toContain('leagues');
    await expect(scene.send('Fourth', { agentId: made.id })).rejects.toMatchObject({ code: 'agent_not_found' });
    const { digest: _, ...whole } = { ...made, instructions: 'Measure in leagues.' };
    expect(await agents.restore(whole)).toMatchObject({ id: made.id, isApproved: true });
    expect((await agents.list({})).agents.map(({ name }) => name)).toEqual(['Sailor', 'Sailor 2']);
  });

  it('S5: an approval is bound to what was shown', async () => {
    const scene = await ServerScene.start();
    const { agents } = scene.client;
    const taken = await agents.import({ text: JSON.stringify({ glasshouse: 'agent', version: 1, ...PROFILE }) });
    expect(taken.isApproved).toBe(false);
    expect(await agents.approve({ id: taken.id, digest: 'another' })).toEqual({ approved: false });
    // A change to it is no approval.
    const changed = await agents.save({ ...PROFILE, id: taken.id, instructions: 'Changed.' });
    expect(changed.isApproved).toBe(false);
    expect(await agents.approve({ id: taken.id, digest: taken.digest })).toEqual({ approved: false });
    await expect(scene.send('Hello', { agentId: taken.id })).rejects.toMatchObject({ code: 'agent_not_approved' });
    expect(await agents.approve({ id: taken.id, digest: changed.digest })).toEqual({ approved: true });
  });
});

import { describe, expect, it } from 'vitest';
import { callOf, MODEL, scriptedScene } from '../support/cli.ts';
import { ServerScene } from '../support/server.ts';

const PROFILE = { name: 'Old Sailor', about: '', instructions: '', model: null, tools: null, starters: [] };

describe('search within limits', () => {
  it('narrows by agent, folder, workspace, role, day and tool; what is wrong is told and is no error', async () => {
    const scene = await ServerScene.start([
      { text: 'The heron answers.' },
      callOf('calculate', { expression: '6*7' }),
      { text: 'Forty-two, says the heron.' },
    ]);
    const { client } = scene;
    const plain = (await scene.send('Where is the heron?')).conversationId;
    await scene.untilEnded(plain);
    const sailor = await client.agents.save(PROFILE);
    const sailed = (await scene.send('How many feathers has a heron?', { agentId: sailor.id })).conversationId;
    await scene.untilEnded(sailed);
    const folder = await client.folders.save({ name: 'Birds' });
    await client.conversations.update({ id: plain, folderId: folder.id });
    const search = async (query: string) => {
      const { hits, notes } = await client.search({ query });
      return { ids: [...new Set(hits.map((hit) => hit.conversationId))], kinds: hits.map((hit) => hit.kind), hits, notes };
    };
    expect((await search('heron')).hits).toHaveLength(4);
    expect((await search('heron agent:sailor')).ids).toEqual([sailed]);
    expect((await search('heron agent:default')).ids).toEqual([plain]);
    expect((await search('heron in:birds')).ids).toEqual([plain]);
    expect((await search(`heron workspace:${scene.cli.workspace}`)).hits).toHaveLength(4);
    expect((await search('heron workspace:elsewhere')).hits).toEqual([]);
    expect((await search('heron has:tool')).ids).toEqual([sailed]);
    const asked = await search('heron role:person');
    expect(asked.hits.map((hit) => hit.excerpt.replaceAll('\u0002', '').replaceAll('\u0003', ''))).toEqual([
      'How many feathers has a heron?',
      'Where is the heron?',
    ]);
    expect((await search('heron "feathers has" role:person')).ids).toEqual([sailed]);
    expect((await search('role:tool')).kinds).toEqual(['tool_result', 'tool_input']);
    const today = new Date();
    const day = (shift: number) => {
      const date = new Date(today.getFullYear(), today.getMonth(), today.getDate() + shift);
      return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
    };
    expect((await search(`heron before:${day(0)}`)).hits).toEqual([]);
    expect((await search(`heron before:${day(1)} after:${day(-1)}`)).hits).toHaveLength(4);
    const wrong = await search('heron before:yesterday role:nobody has:money in:nowhere agent:');
    expect(wrong.hits).toHaveLength(4);
    expect(wrong.notes).toHaveLength(5);
    expect(wrong.notes[0]).toContain('yesterday');
    // Deleted is not found, with a filter as without.
    await client.conversations.trash({ id: plain });
    expect((await search('heron role:person')).ids).toEqual([sailed]);
  });

  it('in a terminal: hits together by conversation, notes beside them', async () => {
    const { cli } = await scriptedScene([{ text: 'A heron, a heron.' }]);
    await cli.run(['run', ...MODEL, 'Where is the heron?']);
    const { stdout, stderr, code } = await cli.run(['conversations', 'search', 'heron', 'role:person', 'before:never']);
    expect(code).toBe(0);
    expect(stdout.match(/\[message\]/g)).toHaveLength(1);
    expect(stderr).toContain('“before:” wants a day');
    const all = (await cli.run(['conversations', 'search', 'heron'])).stdout;
    expect(all.match(/Where is the heron\?/g)?.length).toBe(2);
    expect(all.match(/\[message\]/g)).toHaveLength(2);
  });
});

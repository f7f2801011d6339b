import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { fillLongConversation, LONG_CONVERSATION } from '../../bench/long-conversation.ts';
import { callOf, CliScene, KEY, MODEL, scriptedScene } from '../support/cli.ts';
import { ServerScene } from '../support/server.ts';
import { MIGRATIONS } from '../../src/infrastructure/persistence/schema.ts';

/** A data folder in which one run looked for a file and answered. */
async function used() {
  const { cli } = await scriptedScene([callOf('read_file', { path: 'lantern.txt' }), { text: 'The lantern hangs by the door.' }]);
  const done = await cli.run(['run', ...MODEL, 'Where is the lantern?']);
  expect(done.code).toBe(0);
  return cli;
}

const words = async (cli: CliScene) => (await cli.run(['conversations', 'show', 'last'])).stdout;

describe('a backup', () => {
  it('is one sound file with everything that was said, for the person alone, and without keys', async () => {
    const cli = await used();
    const done = await cli.run(['backup', 'mine.db']);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('1 conversation, 2 messages');
    const file = join(cli.workspace, 'mine.db');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(cli.workspace).filter((name) => name.startsWith('mine'))).toEqual(['mine.db']);
    const bytes = readFileSync(file);
    expect(bytes.includes('The lantern hangs by the door.')).toBe(true);
    expect(bytes.includes(KEY)).toBe(false);
    const again = await cli.run(['backup', 'mine.db']);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('There is a file')]);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('follows and writes over nothing that is there, whoever has put it there', async () => {
    const cli = await used();
    const victim = cli.write('victim', 'precious');
    cli.write('mine.db.part', 'mine too');
    symlinkSync(victim, join(cli.workspace, 'linked.db'));
    expect((await cli.run(['backup', 'linked.db'])).code).toBe(2);
    expect((await cli.run(['backup', 'mine.db'])).code).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readFileSync(join(cli.workspace, 'mine.db.part'), 'utf8')).toBe('mine too');
    for (const place of ['/proc/x/y.db', '/dev/null/x.db', 'no/such/folder.db']) {
      const refused = await cli.run(['backup', place]);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('There is no folder')]);
    }
    const three = await Promise.all([1, 2, 3].map(() => cli.run(['backup', 'race.db'])));
    expect(three.filter(({ code }) => code === 0)).toHaveLength(1);
    expect((await cli.run(['restore', '--check', 'race.db'])).code).toBe(0);
    expect(readdirSync(cli.workspace).filter((name) => name.startsWith('race'))).toEqual(['race.db']);
  });

  it('restore drill: another data folder gets all of it, and what was there is kept', async () => {
    const cli = await used();
    const before = await words(cli);
    await cli.run(['backup', 'mine.db']);
    const other = await used();
    const file = join(cli.workspace, 'mine.db');
    const unasked = await other.run(['restore', file]);
    expect([unasked.code, unasked.stdout]).toEqual([1, expect.stringContaining('Nothing was changed.')]);
    const old = await words(other);
    expect(old).not.toBe(before);
    const done = await other.run(['restore', file, '--yes']);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(await words(other)).toBe(before);
    expect((await other.run(['conversations', 'search', 'lantern'])).stdout).toContain('lantern');
    // The way back is the same way.
    const kept = readdirSync(other.home).find((name) => name.includes('before-restore')) ?? '';
    expect((await other.run(['restore', join(other.home, kept), '--yes'])).code).toBe(0);
    expect(await words(other)).toBe(old);
  });

  it('brings a damaged data folder back', async () => {
    const cli = await used();
    const before = await words(cli);
    await cli.run(['backup', 'mine.db']);
    writeFileSync(join(cli.home, 'glasshouse.db'), Buffer.alloc(40_000, 'x'));
    expect((await cli.run(['conversations', 'list'])).code).toBe(5);
    expect((await cli.run(['restore', 'mine.db', '--yes'])).code).toBe(0);
    expect(await words(cli)).toBe(before);
    const [kept] = readdirSync(cli.home).filter((name) => name.includes('before-restore'));
    expect(readFileSync(join(cli.home, kept ?? '')).includes('xxxx')).toBe(true);
  });

  it('is refused when it is something else, damaged, newer, or not there; nothing is changed by it', async () => {
    const cli = await used();
    const before = await words(cli);
    await cli.run(['backup', 'mine.db']);
    const good = readFileSync(join(cli.workspace, 'mine.db'));
    const damaged = Buffer.from(good);
    damaged.fill('?', 8_192, 40_000);
    cli.write('text.db', 'no database\n');
    cli.write('cut.db', '');
    writeFileSync(join(cli.workspace, 'cut.db'), good.subarray(0, 20_000));
    writeFileSync(join(cli.workspace, 'damaged.db'), damaged);
    writeFileSync(join(cli.workspace, 'newer.db'), good);
    const newer = new DatabaseSync(join(cli.workspace, 'newer.db'));
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    newer.close();
    const foreign = new DatabaseSync(join(cli.workspace, 'foreign.db'));
    foreign.exec('CREATE TABLE conversation (id); PRAGMA user_version = 1');
    foreign.close();
    for (const [name, code] of [
      ['text.db', 'usage'],
      ['cut.db', 'database_damaged'],
      ['damaged.db', 'database_damaged'],
      ['newer.db', 'database_newer'],
      ['foreign.db', 'usage'],
      ['nowhere.db', 'usage'],
      ['.', 'usage'],
    ] as const) {
      const refused = await cli.run(['restore', name, '--yes']);
      expect([name, refused.code === 0, refused.stderr]).toEqual([name, false, expect.stringContaining(`(${code})`)]);
    }
    expect(await words(cli)).toBe(before);
    expect(readdirSync(cli.home).filter((name) => /restor/.test(name))).toEqual([]);
  });

  it('is taken while a server is at work, and put back only when none is', async () => {
    const scene = await ServerScene.start([{ text: 'One answer.' }]);
    const { conversationId } = await scene.send('A question');
    await scene.untilEnded(conversationId);
    expect((await scene.cli.run(['backup', 'mine.db'])).code).toBe(0);
    const refused = await scene.cli.run(['restore', 'mine.db', '--yes']);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('is at work on')]);
    expect(readdirSync(scene.cli.home).filter((name) => name.includes('restor'))).toEqual([]);
  });

  it('comes from the server by one button: made, read through, handed over once, and gone from there', async () => {
    const scene = await ServerScene.start([{ text: 'One answer.' }]);
    const { conversationId } = await scene.send('A question');
    await scene.untilEnded(conversationId);
    const backup = await scene.client.system.backup({});
    expect(backup).toMatchObject({ conversations: 1, messages: 2, name: expect.stringMatching(/^glasshouse-[\d-]+\.db$/) });
    const response = await scene.fetch(backup.url);
    expect(response.headers.get('content-disposition')).toContain(backup.name);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(backup.bytes);
    writeFileSync(join(scene.cli.workspace, 'got.db'), bytes);
    expect((await scene.cli.run(['restore', '--check', 'got.db'])).stdout).toContain('1 conversation, 2 messages');
    expect((await scene.fetch(backup.url)).status).toBe(404);
    const place = join(scene.cli.root, 'home', '.cache', 'glasshouse', 'backups');
    await expect.poll(() => (existsSync(place) ? readdirSync(place) : null)).toEqual([]);
  });
});

describe('indexes', () => {
  it('are made anew from the messages, calls and results themselves: the same is found as before', async () => {
    const cli = await used();
    const found = async (query: string) => {
      const lines = (await cli.run(['conversations', 'search', query, '--json'])).stdout.trim().split('\n');
      return lines.filter(Boolean).map((line) => {
        const { kind, messageId, excerpt } = JSON.parse(line) as Record<string, string>;
        return { kind, messageId, excerpt };
      });
    };
    const before = [await found('lantern'), await found('door')];
    expect(before[0]?.map(({ kind }) => kind).toSorted()).toEqual(['message', 'message', 'tool_input', 'tool_result']);
    const db = new DatabaseSync(join(cli.home, 'glasshouse.db'));
    db.exec(`DROP TRIGGER search_doc_removed`);
    db.exec(`DELETE FROM search_doc`);
    db.exec(`CREATE TRIGGER search_doc_removed AFTER DELETE ON search_doc WHEN old.id <= (SELECT indexed_through FROM search_mark) BEGIN
      INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.id, old.text);
    END`);
    db.close();
    const done = await cli.run(['doctor', '--rebuild-indexes']);
    expect(done.stdout).toContain('4 texts can be searched');
    expect([await found('lantern'), await found('door')]).toEqual(before);
    // What is found can be taken away again, and is then found no more.
    expect((await cli.run(['conversations', 'delete', 'last', '--yes'])).code).toBe(0);
    expect(await found('lantern')).toEqual([]);
  });

  it('of ten thousand messages too', async () => {
    const cli = new CliScene();
    mkdirSync(cli.home);
    fillLongConversation(cli.home, cli.workspace);
    expect((await cli.run(['doctor', '--rebuild-indexes'])).stdout).toContain('10,000 texts can be searched');
    expect((await cli.run(['conversations', 'search', `"${LONG_CONVERSATION.lastWords.replace(',', '')}"`])).stdout).toContain('9999');
  });
});

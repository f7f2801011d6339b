import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { scriptedScene, type CliScene } from '../support/cli.ts';
import { png } from '../support/pictures.ts';

const MODEL = ['--model', 'openai-compatible/scripted'];
const DAY = 24 * 60 * 60 * 1_000;

interface Shown {
  readonly messages: readonly { readonly parts: readonly { readonly text?: string }[] }[];
  readonly calls: readonly { readonly output?: string }[];
  readonly requests: readonly { readonly spans: readonly { readonly text: string }[]; readonly removedAfter?: number }[];
}

async function shown(cli: CliScene): Promise<Shown> {
  return JSON.parse((await cli.run(['conversations', 'show', 'last', '--requests', '--json'])).stdout) as Shown;
}

/** Makes what is there so many days older. */
function age(cli: CliScene, table: 'request' | 'file_change', days: number): void {
  const db = new DatabaseSync(join(cli.home, 'glasshouse.db'));
  db.prepare(`UPDATE ${table} SET created_at = created_at - ?`).run(days * DAY);
  db.close();
}

function blobBytes(cli: CliScene): number {
  const db = new DatabaseSync(join(cli.home, 'glasshouse.db'));
  const row = db.prepare('SELECT sum(length(data)) AS bytes FROM blob').get() as { bytes: number | null };
  db.close();
  return row.bytes ?? 0;
}

describe('what is kept for a time only', () => {
  it('C1: old requests lose their words and say so; newer ones stay byte for byte; nothing that was said or found goes', async () => {
    const { cli } = await scriptedScene([
      { toolCalls: [{ name: 'read_file', input: { path: 'notes.txt' } }] },
      { text: 'The gate is green.' },
      { text: 'Still green.' },
    ]);
    cli.write('notes.txt', 'The gate was painted green in May.\n');
    await cli.run(['run', ...MODEL, 'Which colour has the gate?']);
    age(cli, 'request', 400);
    await cli.run(['run', ...MODEL, '--continue', 'And now?']);
    const before = await shown(cli);
    expect(before.requests.map((request) => request.spans.length > 0)).toEqual([true, true, true]);
    const planned = JSON.parse((await cli.run(['storage', '--json'])).stdout) as { wouldGo: { kind: string; count: number }[] };
    expect(planned.wouldGo.find((each) => each.kind === 'requests')?.count).toBe(2);
    const bytes = blobBytes(cli);
    const freed = await cli.run(['storage', 'free', '--yes']);
    expect([freed.code, freed.stdout]).toEqual([0, expect.stringContaining('Taken away: 2 requests')]);
    // What the newer request says again is needed still.
    expect(blobBytes(cli)).toBe(bytes);
    const after = await shown(cli);
    expect(after.requests.map((request) => request.removedAfter)).toEqual([365, 365, undefined]);
    expect(after.requests[2]).toEqual(before.requests[2]);
    expect(after.messages).toEqual(before.messages);
    expect(after.calls).toEqual(before.calls);
    expect(after.calls[0]?.output).toContain('painted green');
    expect((await cli.run(['conversations', 'show', 'last', '--requests'])).stdout).toContain(
      'The words of this request were removed after 365 days.',
    );
    age(cli, 'request', 400);
    await cli.run(['storage', 'free', '--yes']);
    expect(blobBytes(cli)).toBe(0);
    expect((await shown(cli)).messages).toEqual(before.messages);
  });

  it('C1: what a newer request stands on is kept with it', async () => {
    const { cli } = await scriptedScene([{ toolCalls: [{ name: 'now', input: {} }] }, { text: 'Noon.' }]);
    await cli.run(['run', ...MODEL, 'What time is it?']);
    const db = new DatabaseSync(join(cli.home, 'glasshouse.db'));
    // The second request shares its beginning with the first, which alone is old.
    expect(db.prepare('SELECT count(*) AS n FROM request WHERE prefix_id IS NOT NULL').get()).toEqual({ n: 1 });
    db.exec(`UPDATE request SET created_at = created_at - ${400 * DAY} WHERE prefix_id IS NULL`);
    db.close();
    const before = await shown(cli);
    await cli.run(['storage', 'free', '--yes']);
    expect((await shown(cli)).requests).toEqual(before.requests);
  });

  it('pictures that were handed over, and that a model was shown, stay with the conversation', async () => {
    const { cli } = await scriptedScene([{ text: 'A harbour.' }]);
    const picture = png(20, 10, 'the harbour at dawn');
    writeFileSync(join(cli.workspace, 'harbour.png'), picture);
    await cli.run(['run', ...MODEL, '--attach', 'harbour.png', 'What is this?']);
    age(cli, 'request', 400);
    expect((await cli.run(['storage', 'free', '--yes'])).stdout).toContain('Taken away: 1 request');
    expect(blobBytes(cli)).toBe(picture.length);
  });

  it('files from before a change go after their days, and never where that was chosen', async () => {
    const { cli } = await scriptedScene([
      { toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'new\n' } }] },
      { text: 'Written.' },
    ]);
    cli.write('a.txt', 'the words from before\n');
    await cli.run(['run', ...MODEL, '--allow', 'write_file', 'Write it']);
    age(cli, 'file_change', 100);
    await cli.run(['settings', 'set', 'keep_before_images', 'never']);
    expect((await cli.run(['storage', 'free', '--yes'])).stdout).toContain('Nothing is older than it is kept.');
    await cli.run(['settings', 'set', 'keep_before_images', '99']);
    expect((await cli.run(['storage', 'free', '--yes', '--json'])).stdout).toContain('"kind":"before_images","count":1,"bytes":22');
    const db = new DatabaseSync(join(cli.home, 'glasshouse.db'));
    expect(db.prepare('SELECT before, removed_after FROM file_change').all()).toEqual([{ before: null, removed_after: 99 }]);
    db.close();
  });

  it('old lines of the log go, newer ones stay; without a word from the person nothing goes', async () => {
    const { cli } = await scriptedScene([]);
    await cli.run(['settings', 'get']);
    const line = (at: string, message: string) => JSON.stringify({ at, message });
    const log = join(cli.home, 'glasshouse.log');
    writeFileSync(log, `${line('2020-01-01T00:00:00.000Z', 'long ago')}\n${line(new Date().toISOString(), 'today')}\n`);
    const asked = await cli.run(['storage', 'free']);
    expect([asked.code, asked.stdout]).toEqual([1, expect.stringContaining('Nothing was changed.')]);
    await cli.run(['storage', 'free', '--yes']);
    const { readFileSync } = process.getBuiltinModule('node:fs');
    expect(readFileSync(log, 'utf8')).toContain('today');
    expect(readFileSync(log, 'utf8')).not.toContain('long ago');
  });

  it.each([['0'], ['soon'], ['-1'], ['99999']])('refuses %s as a number of days', async (value) => {
    const { cli } = await scriptedScene([]);
    expect(await cli.run(['settings', 'set', 'keep_requests', '--', value])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('keep_requests wants a number of days'),
    });
  });

  it('says what uses space, by kind', async () => {
    const { cli } = await scriptedScene([{ text: 'Hello.' }]);
    await cli.run(['run', ...MODEL, 'Hi']);
    const told = await cli.run(['storage']);
    expect([told.code, told.stdout]).toEqual([
      0,
      expect.stringMatching(/kB {2}requests as they went to models[^]*keep_requests\s+kept for 365 days/),
    ]);
  });
});

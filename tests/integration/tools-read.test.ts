import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlainFile } from '../../src/infrastructure/tools/open-file.ts';
import { readLines } from '../../src/infrastructure/tools/read-lines.ts';
import { asNobody, failureOf, outputOf, toolScene, type ToolScene } from '../support/tool-scene.ts';

let scene: ToolScene;
beforeEach(() => {
  scene = toolScene({ protectedPlaces: (workspace, home) => [join(home, '.ssh'), join(workspace, 'data')] });
});
afterEach(() => scene.dispose());

const put = (path: string, content: string | Uint8Array) => {
  const whole = join(scene.workspace, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};
const read = (input: unknown) => scene.call('read_file', input);

describe('read_file', () => {
  it('gives a file as it stands, by any way of writing its path', async () => {
    const path = put('notes/a b.txt', 'one\ntwo\n');
    for (const given of [
      'notes/a b.txt',
      './notes/a b.txt',
      path,
      `"notes/a b.txt"`,
      'notes/../notes/a b.txt',
      `file://${path.replace(' ', '%20')}`,
      '/notes/a b.txt',
    ]) {
      expect(outputOf(await read({ path: given })), given).toBe('one\ntwo\n');
    }
    expect((await read({ path })).ok && (await read({ path }))).toMatchObject({ trust: 'trusted' });
  });

  it('gives a range of lines and says of how many, with numbers as strings too', async () => {
    put('a.txt', Array.from({ length: 20 }, (_, at) => `line ${at + 1}`).join('\n'));
    expect(outputOf(await read({ path: 'a.txt', start_line: '3', end_line: 4 }))).toBe('lines 3–4 of 20\nline 3\nline 4');
    expect(outputOf(await read({ path: 'a.txt', start_line: 19 }))).toBe('lines 19–20 of 20\nline 19\nline 20');
    expect(outputOf(await read({ path: 'a.txt', start_line: 30 }))).toBe('(there is no line 30: the file has 20 lines)');
  });

  it('reads a range of a 1 GB file in bounded memory', async () => {
    const path = join(scene.workspace, 'huge.log');
    const file = openSync(path, 'w');
    writeSync(file, Array.from({ length: 2000 }, (_, line) => `line ${line + 1}\n`).join(''));
    ftruncateSync(file, 1024 ** 3 - 100);
    writeSync(file, '\nnear the end\nlast\n', 1024 ** 3);
    closeSync(file);
    const before = process.memoryUsage().rss;
    expect(outputOf(await read({ path: 'huge.log', start_line: 2, end_line: 3 }))).toBe('lines 2–3\nline 2\nline 3');
    expect(outputOf(await read({ path: 'huge.log', start_line: 2002 }))).toBe('lines 2002–2003 of 2003\nnear the end\nlast');
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    expect(failureOf(await read({ path: 'huge.log' }))).toMatchObject({ code: 'file_too_large' });
  });

  it('does not wait for what is written to a file while it is read', async () => {
    // As long as it is asked, it has more: what it had when it was opened is all that counts.
    let asked = 0;
    const growing = {
      size: 100_000,
      read(piece: Buffer) {
        asked += 1;
        if (asked > 100) throw new Error('read on and on');
        piece.fill('ten bytes\n');
        return piece.length;
      },
    } as unknown as PlainFile;
    const signal = new AbortController().signal;
    const text = await readLines(growing, 'growing.log', { first: 1e9, last: 1e9 }, 1_000, signal);
    expect(text).toMatch(/there is no line/);
    expect(asked).toBeLessThan(5);
  });

  it('cuts a single endless line at its limit without splitting a character', async () => {
    put('long.txt', 'é'.repeat(3_000_000));
    const text = outputOf(await read({ path: 'long.txt', start_line: 1, end_line: 1 }));
    expect(text).toMatch(/^lines 1–1\né+\n\[cut here: read on from line 1\]$/);
    expect(text.length).toBeLessThan(2_200_000);
  });

  it('decodes UTF-16 by its byte order mark and drops the mark of UTF-8', async () => {
    put('wide.txt', Buffer.from('\ufeffgrün\nzwei', 'utf16le'));
    put('big.txt', Buffer.from('\ufeffgrün', 'utf16le').swap16());
    put('marked.txt', '\ufeffhello');
    expect(outputOf(await read({ path: 'wide.txt' }))).toBe('grün\nzwei');
    expect(outputOf(await read({ path: 'wide.txt', start_line: 2 }))).toBe('lines 2–2 of 2\nzwei');
    expect(outputOf(await read({ path: 'big.txt' }))).toBe('grün');
    expect(outputOf(await read({ path: 'marked.txt' }))).toBe('hello');
  });

  it('refuses what is not text', async () => {
    put('a.png', Buffer.from([0x89, 0x50, 0, 1, 2]));
    put('latin.txt', Buffer.from([0x67, 0x72, 0xfc, 0x6e]));
    put('late.bin', Buffer.concat([Buffer.alloc(20_000, 65), Buffer.from([0])]));
    for (const path of ['a.png', 'latin.txt', 'late.bin']) expect(failureOf(await read({ path })).code, path).toBe('file_binary');
    expect(failureOf(await read({ path: 'a.png', start_line: 1 })).code).toBe('file_binary');
  });

  it('names the nearest existing names for a path that is not there', async () => {
    put('holiday-plan.md', '');
    put('zebra.txt', '');
    const failure = failureOf(await read({ path: 'holiday_plan.md' }));
    expect(failure.code).toBe('path_not_found');
    expect(failure.message).toMatch(/There is no holiday_plan.md. In the workspace there is: holiday-plan.md/);
    expect(failureOf(await read({ path: 'zebra.txt/x' })).code).toBe('path_not_a_directory');
  });

  it('does not wait for a pipe and does not open devices', async () => {
    execFileSync('mkfifo', [join(scene.workspace, 'pipe')]);
    symlinkSync('/dev/zero', join(scene.workspace, 'zero'));
    expect(failureOf(await read({ path: 'pipe' })).code).toBe('path_not_a_file');
    expect(failureOf(await read({ path: 'zero' })).code).toBe('path_outside_workspace');
    expect(failureOf(await read({ path: '.' })).code).toBe('path_not_a_file');
    expect(failureOf(await scene.call('search_files', { text: 'x', path: 'pipe' })).code).toBe('path_not_a_file');
    expect(outputOf(await scene.call('search_files', { text: 'x' }))).toBe('No line contains “x”.');
  });

  it('says that an empty file is empty', async () => {
    put('empty.txt', '');
    expect(outputOf(await read({ path: 'empty.txt' }))).toBe('(empty.txt is empty)');
  });
});

describe('the walls of the workspace', () => {
  it('S2: refuses what is outside, by name, by dots and by links in any component', async () => {
    put('inside.txt', 'x');
    mkdirSync(join(scene.home, 'private'));
    writeFileSync(join(scene.home, 'private', 'secret.txt'), 'secret');
    symlinkSync(join(scene.home, 'private'), join(scene.workspace, 'folder-link'));
    symlinkSync(join(scene.home, 'private', 'secret.txt'), join(scene.workspace, 'file-link'));
    symlinkSync('folder-link', join(scene.workspace, 'link-to-link'));
    for (const path of [
      '../home/private/secret.txt',
      '/etc/passwd',
      '~/private/secret.txt',
      'folder-link/secret.txt',
      'file-link',
      'link-to-link/secret.txt',
    ]) {
      expect(failureOf(await read({ path })).code, path).toBe('path_outside_workspace');
    }
  });

  it('S2: a dangling link, and a new file below a link, are judged by where they would land', async () => {
    symlinkSync(join(scene.home, 'new.txt'), join(scene.workspace, 'dangling'));
    symlinkSync(scene.home, join(scene.workspace, 'out'));
    for (const path of ['dangling', 'out/new.txt', 'out/deep/er/new.txt']) {
      expect(failureOf(await scene.call('write_file', { path, content: 'x' })).code, path).toBe('path_outside_workspace');
    }
    expect(scene.recorded).toEqual([]);
  });

  it('S7: protected places are closed inside of the workspace too', async () => {
    put('data/glasshouse.db', 'words');
    put('a.txt', 'words');
    mkdirSync(join(scene.home, '.ssh'));
    symlinkSync(join(scene.home, '.ssh'), join(scene.workspace, 'keys'));
    expect(failureOf(await read({ path: 'data/glasshouse.db' })).code).toBe('path_protected');
    expect(failureOf(await read({ path: 'keys/id' })).code).toBe('path_protected');
    expect(failureOf(await scene.call('write_file', { path: 'data/x', content: '' })).code).toBe('path_protected');
    expect(outputOf(await scene.call('list_directory', {}))).not.toMatch(/data/);
    expect(outputOf(await scene.call('find_files', { name: '*' }))).toBe('a.txt');
    expect(outputOf(await scene.call('search_files', { text: 'words' }))).toBe('a.txt:1:words');
  });

  it('S2: a folder that is swapped for a link while it is used never leads outside', async () => {
    put('folder/a.txt', 'inside');
    mkdirSync(join(scene.home, 'outside'));
    writeFileSync(join(scene.home, 'outside', 'a.txt'), 'SECRET');
    const script = `while :; do mv folder other; ln -s ${join(scene.home, 'outside')} folder; rm folder; mv other folder; sleep 0.02; done`;
    const swapping = spawn('bash', ['-c', script], { cwd: scene.workspace, stdio: 'ignore' });
    const seen = new Set<string>();
    try {
      const end = performance.now() + 2000;
      while (performance.now() < end) {
        const outcome = await read({ path: 'folder/a.txt' });
        seen.add(outcome.ok ? outcome.output : outcome.failure.code);
        const written = await scene.call('write_file', { path: 'folder/new.txt', content: 'words' });
        seen.add(written.ok ? 'written' : written.failure.code);
      }
    } finally {
      swapping.kill('SIGKILL');
    }
    expect(
      [...seen].every((what) =>
        ['inside', 'written', 'path_not_found', 'path_outside_workspace', 'path_not_a_directory', 'path_not_a_file'].includes(what),
      ),
      [...seen].join(),
    ).toBe(true);
    expect(seen.size).toBeGreaterThan(2);
    expect(readdirSync(join(scene.home, 'outside'))).toEqual(['a.txt']);
  });

  it('tells a file without permission', async () => {
    chmodSync(put('a.closed', 'x'), 0);
    await asNobody(scene, async () => {
      expect(failureOf(await read({ path: 'a.closed' })).code).toBe('path_no_permission');
    });
  });

  it('a loop of links is not found, a zero byte is no path', async () => {
    symlinkSync('loop', join(scene.workspace, 'loop'));
    expect(failureOf(await read({ path: 'loop' })).code).toBe('path_not_found');
    expect(failureOf(await read({ path: 'a\0b' })).code).toBe('path_not_found');
    expect(failureOf(await read({ path: 'x'.repeat(5000) })).code).toBe('path_not_found');
  });
});

describe('list_directory', () => {
  it('lists folders first, files with their size, links with their target', async () => {
    put('b.txt', '12345');
    put('a/x.txt', '');
    put('.hidden', '1');
    symlinkSync('b.txt', join(scene.workspace, 'link'));
    expect(outputOf(await scene.call('list_directory', { path: null }))).toBe(
      'the workspace: 1 folder, 3 files\na/\n.hidden (1 byte)\nb.txt (5 bytes)\nlink -> b.txt',
    );
    expect(failureOf(await scene.call('list_directory', { path: 'b.txt' })).code).toBe('path_not_a_directory');
  });

  it('stays bounded in a folder of thousands', async () => {
    for (let at = 0; at < 1500; at++) put(`many/${at}.txt`, '');
    const output = outputOf(await scene.call('list_directory', { path: 'many' }));
    expect(output.split('\n')).toHaveLength(1002);
    expect(output).toMatch(/\[500 more left out; use find_files\]$/);
  });
});

describe('find_files', () => {
  it('finds by part of a name and by glob, in any case, leaving out what git ignores', async () => {
    put('docs/Tax-2025.PDF', '');
    put('docs/deep/tax.txt', '');
    put('built/tax.txt', '');
    put('.gitignore', 'built/\n');
    put('.git/tax', '');
    const find = async (name: string, path?: string) => outputOf(await scene.call('find_files', { name, path })).split('\n');
    expect(await find('tax')).toEqual(['docs/Tax-2025.PDF', 'docs/deep/tax.txt']);
    expect(await find('*.pdf')).toEqual(['docs/Tax-2025.PDF']);
    expect(await find('docs/**/*.txt')).toEqual(['docs/deep/tax.txt']);
    expect(await find('*.{txt,pdf}', 'docs')).toEqual(['docs/Tax-2025.PDF', 'docs/deep/tax.txt']);
    expect(await find('txa.txt')).toEqual([expect.stringMatching(/^No file matches txa.txt. Most alike: .*tax\.txt/)]);
  });
});

describe('search_files', () => {
  it('finds plain text in any case and regular expressions, with file and line', async () => {
    put('a.txt', 'The venue is the Old Mill.\nnothing\nvenue again\n');
    put('sub/b.md', 'price (net): 5\r\n');
    const search = async (input: unknown) => outputOf(await scene.call('search_files', input));
    expect(await search({ text: 'VENUE' })).toBe('a.txt:1:The venue is the Old Mill.\na.txt:3:venue again');
    expect(await search({ text: '(net)' })).toBe('sub/b.md:1:price (net): 5');
    expect(await search({ text: 'pri.e', regex: 'true', path: 'sub' })).toBe('sub/b.md:1:price (net): 5');
    expect(await search({ text: 'venue', path: 'a.txt' })).toMatch(/^a.txt:1:/);
    expect(await search({ text: '(net', regex: true })).toMatch(/searched as plain text\)\nsub\/b.md:1:/);
    expect(await search({ text: 'nowhere' })).toBe('No line contains “nowhere”.');
    expect(await search({ text: 'nothing, again' })).toBe(
      'No line contains “nothing, again”. Lines with one of its words:\na.txt:2:nothing\na.txt:3:venue again',
    );
    expect(failureOf(await scene.call('search_files', { text: ' \n' })).code).toBe('tool_input_invalid');
    expect(await search({ text: '-e' })).toBe('No line contains “-e”.');
  });

  it('stays bounded with many and with long lines', async () => {
    put('many.txt', 'match\n'.repeat(10_000));
    for (let at = 0; at < 10; at++) put(`m${at}.txt`, 'match\n'.repeat(100));
    put('long.txt', `${'y'.repeat(1_000_000)}needle`);
    const many = outputOf(await scene.call('search_files', { text: 'match' }));
    expect(many.split('\n')).toHaveLength(201);
    expect(many).toMatch(/\[more than 200 lines/);
    expect(outputOf(await scene.call('search_files', { text: 'needle' })).length).toBeLessThan(1000);
  });
});

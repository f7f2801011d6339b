import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../src/core/models/failure.ts';
import { asNobody, failureOf, outputOf, toolScene, type ToolScene } from '../support/tool-scene.ts';

let scene: ToolScene;
beforeEach(() => {
  scene = toolScene();
});
afterEach(() => scene.dispose());

const at = (path: string) => join(scene.workspace, path);
const scope = () => ({ workspace: scene.workspace, conversationId: 'c' });

describe('write_file', () => {
  it('creates folders and the file, and records that there was none', async () => {
    expect(outputOf(await scene.call('write_file', { path: 'a/b/c.txt', content: 'hello\n' }))).toBe('Created a/b/c.txt (6 bytes).');
    expect(readFileSync(at('a/b/c.txt'), 'utf8')).toBe('hello\n');
    expect(scene.recorded).toEqual([{ path: at('a/b/c.txt'), before: null, modeBefore: null }]);
    expect(readdirSync(at('a/b'))).toEqual(['c.txt']);
  });

  it('takes the content of a JSON file as an object too', async () => {
    outputOf(await scene.call('write_file', { path: 'a.json', content: { a: [1, 2] } }));
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toEqual({ a: [1, 2] });
  });

  it('replaces in one step, keeps the mode, and records the bytes before', async () => {
    writeFileSync(at('run.sh'), 'old');
    chmodSync(at('run.sh'), 0o750);
    const inode = statSync(at('run.sh')).ino;
    expect(outputOf(await scene.call('write_file', { file_path: 'run.sh', contents: 'new' }))).toBe('Replaced run.sh (3 bytes).');
    expect(readFileSync(at('run.sh'), 'utf8')).toBe('new');
    expect(statSync(at('run.sh')).mode & 0o777).toBe(0o750);
    expect(statSync(at('run.sh')).ino).not.toBe(inode);
    expect(scene.recorded).toEqual([{ path: at('run.sh'), before: Buffer.from('old'), modeBefore: 0o750 }]);
  });

  it.runIf(process.geteuid?.() === 0)('keeps the owner, where root edits the file of somebody else', async () => {
    writeFileSync(at('theirs.txt'), 'old');
    chownSync(at('theirs.txt'), 1234, 1234);
    outputOf(await scene.call('edit_file', { path: 'theirs.txt', old_text: 'old', new_text: 'new' }));
    expect(statSync(at('theirs.txt'))).toMatchObject({ uid: 1234, gid: 1234 });
  });

  it('writes through a link inside of the workspace and keeps the link', async () => {
    writeFileSync(at('real.txt'), 'old');
    symlinkSync('real.txt', at('link.txt'));
    outputOf(await scene.call('write_file', { path: 'link.txt', content: 'new' }));
    expect(readFileSync(at('real.txt'), 'utf8')).toBe('new');
    expect(lstatSync(at('link.txt')).isSymbolicLink()).toBe(true);
  });

  it('does not write over folders, pipes and the workspace itself', async () => {
    mkdirSync(at('folder'));
    execFileSync('mkfifo', [at('pipe')]);
    for (const path of ['folder', 'pipe', '.', '']) {
      expect(failureOf(await scene.call('write_file', { path, content: 'x' })).code, path).toBe('path_not_a_file');
    }
    writeFileSync(at('file'), 'x');
    expect(failureOf(await scene.call('write_file', { path: 'file/below', content: 'x' })).code).toBe('path_not_a_directory');
  });

  it('shows a diff before, and says when other programs run the file by themselves', async () => {
    writeFileSync(at('a.txt'), 'one\ntwo\n');
    const tool = scene.tool('write_file');
    const preview = await tool.preview?.({ path: 'a.txt', content: 'one\nthree\n' }, scope());
    expect(preview).toMatchObject({ kind: 'diff', path: 'a.txt', creates: false });
    expect(preview?.kind === 'diff' && preview.diff).toContain('-two\n+three\n');
    expect(await tool.preview?.({ path: 'new.txt', content: 'x\n' }, scope())).toMatchObject({ creates: true });
    expect(await tool.touches({ path: 'a.txt', content: '' }, scope())).toEqual({ writes: [at('a.txt')] });
    for (const path of ['.envrc', '.git/hooks/pre-commit', 'sub/.vscode/tasks.json', '.GIT/config']) {
      expect((await tool.touches({ path, content: '' }, scope())).mustAsk, path).toHaveLength(1);
    }
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('one\ntwo\n');
  });

  it('throws a failure from touches for a path outside, so that nobody is asked', async () => {
    const error = await scene
      .tool('write_file')
      .touches({ path: '/etc/x', content: '' }, scope())
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FailureError);
    expect(error instanceof FailureError && error.failure.code).toBe('path_outside_workspace');
  });

  it('a full disk changes nothing and leaves no half file', () => {
    // A real file system of 64 KB, which needs a mount: the tools run in a program of their own inside of it.
    mkdirSync(at('small'));
    const script = new URL('../support/write-on-full-disk.ts', import.meta.url).pathname;
    const small = ['--bind', '/', '/', '--dev-bind', '/dev', '/dev', '--size', '65536', '--tmpfs', at('small')];
    const told = execFileSync('bwrap', [...small, '--', process.execPath, script, at('small')], { encoding: 'utf8' });
    expect(JSON.parse(told)).toEqual({ codes: ['disk_full', 'disk_full'], content: 'before', names: ['a.txt'] });
  });

  it('tells what the system does not allow, and does not replace a file that is marked read-only', async () => {
    mkdirSync(at('closed'));
    writeFileSync(at('closed/a.txt'), 'x');
    writeFileSync(at('mine.txt'), 'x');
    await asNobody(scene, async () => {
      expect(failureOf(await scene.call('write_file', { path: 'closed/new.txt', content: 'y' })).code).toBe('path_no_permission');
      expect(failureOf(await scene.call('write_file', { path: 'closed/a.txt', content: 'y' })).code).toBe('path_no_permission');
      expect(failureOf(await scene.call('write_file', { path: 'mine.txt', content: 'y' })).code).toBe('path_no_permission');
    });
    expect(readFileSync(at('mine.txt'), 'utf8')).toBe('x');
  });

  it('R7: does not begin after a stop', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(failureOf(await scene.call('write_file', { path: 'a.txt', content: 'x' }, stop.signal)).code).toBe('tool_cancelled');
    expect(existsSync(at('a.txt'))).toBe(false);
  });
});

describe('edit_file', () => {
  const edit = (path: string, ...edits: unknown[]) => scene.call('edit_file', { path, edits });

  it('applies all hunks, each to what the one before left', async () => {
    writeFileSync(at('a.txt'), 'one\ntwo\nthree\n');
    expect(outputOf(await edit('a.txt', { old_text: 'one', new_text: '1' }, { old_text: '1\ntwo', new_text: '1\n2' }))).toBe(
      'Edited a.txt: 2 places changed.',
    );
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('1\n2\nthree\n');
    expect(scene.recorded).toEqual([{ path: at('a.txt'), before: Buffer.from('one\ntwo\nthree\n'), modeBefore: 0o644 }]);
  });

  it('a miss in any hunk changes nothing and shows the nearest lines', async () => {
    writeFileSync(at('a.txt'), 'alpha\n  return total + tax;\nomega\n');
    const failure = failureOf(
      await edit('a.txt', { old_text: 'alpha', new_text: 'A' }, { old_text: 'return total + taxes;', new_text: 'x' }),
    );
    expect(failure.code).toBe('edit_no_match');
    expect(failure.message).toContain('Edit 2: a.txt has no such text. Nearest:\n2:   return total + tax;');
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('alpha\n  return total + tax;\nomega\n');
    expect(scene.recorded).toEqual([]);
  });

  it('an ambiguous hunk names the lines; all: true takes every place', async () => {
    writeFileSync(at('a.txt'), 'cat\ndog\ncat\n');
    expect(failureOf(await edit('a.txt', { old_text: 'cat', new_text: 'cow' })).message).toMatch(/stands 2 times in a.txt, in lines 1, 3/);
    expect(outputOf(await edit('a.txt', { old_string: 'cat', new_string: 'cow', replace_all: 'true' }))).toBe(
      'Edited a.txt: 2 places changed.',
    );
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('cow\ndog\ncow\n');
  });

  it('takes one edit without its list, and a list as JSON text', async () => {
    writeFileSync(at('a.txt'), 'a $& b');
    outputOf(await scene.call('edit_file', { path: 'a.txt', old_text: 'b', new_text: "$& $1 $'" }));
    outputOf(await scene.call('edit_file', { path: 'a.txt', edits: '[{"old_text":"a","new_text":"A"}]' }));
    expect(readFileSync(at('a.txt'), 'utf8')).toBe("A $& $& $1 $'");
  });

  it('keeps line ends, byte order mark, encoding and mode', async () => {
    writeFileSync(at('dos.txt'), '\ufeffone\r\ntwo\r\nthree\r\n');
    chmodSync(at('dos.txt'), 0o600);
    outputOf(await edit('dos.txt', { old_text: 'one\ntwo', new_text: 'one\nand\ntwo' }));
    expect(readFileSync(at('dos.txt'), 'utf8')).toBe('\ufeffone\r\nand\r\ntwo\r\nthree\r\n');
    expect(statSync(at('dos.txt')).mode & 0o777).toBe(0o600);
    writeFileSync(at('wide.txt'), Buffer.from('\ufeffgrün', 'utf16le').swap16());
    outputOf(await edit('wide.txt', { old_text: 'grün', new_text: 'blau' }));
    expect(readFileSync(at('wide.txt'))).toEqual(Buffer.from('\ufeffblau', 'utf16le').swap16());
  });

  it('refuses an empty or unchanged hunk, a binary file, a missing file', async () => {
    writeFileSync(at('a.txt'), 'x');
    writeFileSync(at('b.bin'), Buffer.from([0, 1]));
    expect(failureOf(await edit('a.txt', { old_text: '', new_text: 'y' })).code).toBe('tool_input_invalid');
    expect(failureOf(await edit('a.txt', { old_text: 'x', new_text: 'x' })).code).toBe('tool_input_invalid');
    expect(failureOf(await edit('b.bin', { old_text: 'x', new_text: 'y' })).code).toBe('file_binary');
    expect(failureOf(await edit('c.txt', { old_text: 'x', new_text: 'y' })).code).toBe('path_not_found');
  });

  it('shows the diff of the edit, and fails in the preview where the edit would fail', async () => {
    writeFileSync(at('a.txt'), 'one\n');
    const tool = scene.tool('edit_file');
    const preview = await tool.preview?.({ path: 'a.txt', edits: [{ old_text: 'one', new_text: 'two' }] }, scope());
    expect(preview?.kind === 'diff' && preview.diff).toContain('-one\n+two\n');
    await expect(tool.preview?.({ path: 'a.txt', edits: [{ old_text: 'three', new_text: 'two' }] }, scope())).rejects.toThrow(
      /no such text/,
    );
  });
});

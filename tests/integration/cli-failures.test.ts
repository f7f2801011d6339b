import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callOf, CliScene, eventsOf, KEY, MODEL, scriptedScene } from '../support/cli.ts';

/** Every file of a folder holds nothing of the text. */
function expectNowhere(folder: string, text: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name)).includes(text), entry.name).toBe(false);
  }
}

describe('bad input and bad luck', () => {
  it('says that a key was refused, keeps the question, and shows the key nowhere', async () => {
    const { cli } = await scriptedScene([
      { status: 401, body: JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}`, code: 'invalid_api_key' } }) },
    ]);
    const run = await cli.run(['run', ...MODEL, 'A question to keep']);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('model_key_refused');
    expect(run.stdout + run.stderr).not.toContain(KEY);
    expect((await cli.run(['conversations', 'show', 'last'])).stdout).toContain('A question to keep');
    expectNowhere(cli.home, KEY);
  });

  it('says which key is missing', async () => {
    const cli = new CliScene();
    const run = await cli.run(['run', '-m', 'anthropic/some-model', 'Hi']);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('ANTHROPIC_API_KEY');
  });

  it('keeps a saved key out of the database and never shows it again', async () => {
    const { cli, server } = await scriptedScene([{ text: 'Hello.' }]);
    const env = { OPENAI_API_KEY: '', OPENAI_BASE_URL: `${server.url}/v1` };
    const saved = await cli.run(['settings', 'set', 'OPENAI_API_KEY'], { input: `${KEY}\n`, env });
    expect(saved.code).toBe(0);
    const shown = await cli.run(['settings', 'get'], { env });
    expect(shown.stdout).toMatch(/OPENAI_API_KEY +\(set\) +from file/);
    expect((await cli.run(['run', ...MODEL, 'Hi'], { env })).code).toBe(0);
    expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${KEY}`);
    expect(saved.stdout + saved.stderr + shown.stdout).not.toContain(KEY);
    expectNowhere(cli.home, KEY);
  });

  it.each([
    ['an unknown provider', ['-m', 'nobody/model'], 3, 'model_unknown'],
    ['a name without a provider', ['-m', 'model'], 3, 'model_unknown'],
    ['an unknown embedded model', ['-m', 'embedded/nothing'], 3, 'model_unknown'],
    ['a missing workspace', ['-w', '/nowhere/at/all', ...MODEL], 2, 'workspace_missing'],
    ['a workspace that is a file', ['-w', '/etc/hostname', ...MODEL], 2, 'workspace_missing'],
    ['an unknown tool in --allow', ['--allow', 'frobnicate', ...MODEL], 2, 'There is no tool "frobnicate"'],
    ['a conversation that is not there', ['--conversation', 'ffffffff', ...MODEL], 2, 'conversation_not_found'],
    ['nothing to go on with', ['--continue', ...MODEL], 2, 'conversation_not_found'],
    ['an unknown option', ['--frobnicate', ...MODEL], 2, "Unknown option '--frobnicate'"],
  ])('names %s', async (_what, options, code, words) => {
    const { cli } = await scriptedScene([{ text: 'Never.' }]);
    const run = await cli.run(['run', ...options, 'Hi']);
    expect(run.stderr).toContain(words);
    expect(run.code).toBe(code);
    expect(run.stderr).not.toMatch(/^\s+at /m);
  });

  it('says that a model is not known to the provider', async () => {
    const { cli } = await scriptedScene([
      { status: 404, body: JSON.stringify({ error: { message: 'The model `scripted` does not exist', code: 'model_not_found' } }) },
    ]);
    const run = await cli.run(['run', ...MODEL, 'Hi']);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('model_not_found')]);
  });

  it('R9: tries again when a provider is down, then says so', async () => {
    const cli = new CliScene({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_API_KEY: KEY });
    const run = await cli.run(['run', ...MODEL, 'Hi']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('Trying again');
    expect(run.stderr).toContain('model_unreachable');
    expect(run.stderr).toContain('127.0.0.1:9');
  });

  it('reckons with the price that was set, says since when, and refuses what is none', async () => {
    const { cli } = await scriptedScene([{ text: 'Hello.', usage: { input: 1_000_000, output: 0 } }]);
    const price = (...words: string[]) => cli.run(['models', 'price', 'openai-compatible/scripted', ...words]);
    expect((await price()).stdout).toContain('no price is known');
    expect(await price('--input', 'much', '--output', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--input wants US dollars'),
    });
    expect((await price('--input', '2', '--output', '8')).stdout).toMatch(/\$2 in, \$8 out per million tokens \(set by you \d{4}-/);
    await cli.run(['run', ...MODEL, 'Hi']);
    expect((await cli.run(['conversations', 'show', 'last'])).stdout).toContain('reckoned at $2 in, $8 out per million tokens (set by you');
    expect((await price('--unset', '--json')).stdout).toContain('"price":null');
  });

  it('R9: goes on with the fallback model that was set, and says which it is and where the words stay (U3)', async () => {
    const { cli, server } = await scriptedScene([{ status: 503, body: '{}', repeat: 4 }, { text: 'From the second.' }]);
    const fallback = { OLLAMA_BASE_URL: `${server.url}/v1` };
    expect((await cli.run(['settings', 'set', 'fallback', 'ollama/second'])).code).toBe(0);
    const run = await cli.run(['run', ...MODEL, 'Hi'], { env: fallback });
    expect([run.code, run.stdout.trim()]).toEqual([0, 'From the second.']);
    expect(run.stderr).toContain(
      'From here on ollama/second answers instead of openai-compatible/scripted: what is said stays on this machine.',
    );
    const shown = await cli.run(['conversations', 'show', 'last', '--json']);
    expect(shown.stdout).toContain('model_fallback');
  });

  it('R9: a fallback that is no model is refused, and one that is unset is none', async () => {
    const { cli } = await scriptedScene([{ status: 503, body: '{}', repeat: 4 }]);
    const wrong = await cli.run(['settings', 'set', 'fallback', 'second']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('fallback wants PROVIDER/MODEL')]);
    expect((await cli.run(['run', ...MODEL, 'Hi'])).stderr).not.toContain('From here on');
  });

  it('tells the model of invalid arguments, unknown tools and missing files, and goes on', async () => {
    const { cli, server } = await scriptedScene([
      {
        toolCalls: [
          { name: 'read_file', input: { path: 'missing.txt' } },
          { name: 'no_such_tool', input: {} },
          { name: 'read_file', input: { wrong: true } },
          { name: 'read_file', input: {}, rawArguments: '{"path": "a.t' },
        ],
      },
      { text: 'I see.' },
    ]);
    const run = await cli.run(['run', ...MODEL, '--json', 'Try.']);
    expect(run.code).toBe(0);
    const codes = eventsOf(run.stdout)
      .filter((event) => event['type'] === 'tool_call_ended')
      .map((event) => (event['call'] as { failure: { code: string } }).failure.code);
    expect(codes.toSorted()).toEqual(['path_not_found', 'tool_input_invalid', 'tool_input_invalid', 'tool_unknown']);
    expect(server.requests).toHaveLength(2);
  });

  it('names huge and binary files, and what lies outside the workspace, also behind links', async () => {
    const { cli } = await scriptedScene([
      {
        toolCalls: [
          { name: 'read_file', input: { path: 'picture.bin' } },
          { name: 'read_file', input: { path: '../secret.txt' } },
          { name: 'read_file', input: { path: 'link.txt' } },
          { name: 'write_file', input: { path: 'folder/planted.txt', content: 'x' } },
          { name: 'read_file', input: { path: 'huge.txt' } },
        ],
      },
      { text: 'I see.' },
    ]);
    writeFileSync(join(cli.root, 'secret.txt'), 'outside words');
    mkdirSync(join(cli.root, 'elsewhere'));
    symlinkSync(join(cli.root, 'secret.txt'), join(cli.workspace, 'link.txt'));
    symlinkSync(join(cli.root, 'elsewhere'), join(cli.workspace, 'folder'));
    writeFileSync(join(cli.workspace, 'picture.bin'), Buffer.from([0, 1, 2, 3, 0, 255]));
    cli.write('huge.txt', 'a line of text\n'.repeat(400_000));
    const run = await cli.run(['run', ...MODEL, '--allow', 'write_file', '--json', 'Try.']);
    const ends = eventsOf(run.stdout)
      .filter((event) => event['type'] === 'tool_call_ended')
      .map((event) => event['call'] as { failure?: { code: string }; output: string });
    expect(ends.map((each) => each.failure?.code ?? 'read').toSorted()).toEqual(
      ['file_binary', 'path_outside_workspace', 'path_outside_workspace', 'path_outside_workspace', 'file_too_large'].toSorted(),
    );
    expect(Math.max(...ends.map((each) => each.output.length))).toBeLessThan(20_000);
    expect(run.stdout).not.toContain('outside words');
    expect(existsSync(join(cli.root, 'elsewhere/planted.txt'))).toBe(false);
  });

  it('says what each source said when there is no python and no hub, and keeps the question', async () => {
    const cli = new CliScene({ HF_ENDPOINT: 'http://127.0.0.1:9' });
    const programs = mkdtempSync(join(tmpdir(), 'glasshouse-path-'));
    onTestFinished(() => rmSync(programs, { recursive: true, force: true }));
    const run = await cli.run(['run', 'Keep this question'], { env: { PATH: programs } });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('model_download_failed');
    expect(run.stderr).toContain('127.0.0.1:9');
    expect(run.stderr).toMatch(/python|pip/i);
    expect((await cli.run(['conversations', 'show', 'last'])).stdout).toContain('Keep this question');
  });

  it('deletes and names a damaged model file', async () => {
    const models = mkdtempSync(join(tmpdir(), 'glasshouse-models-'));
    onTestFinished(() => rmSync(models, { recursive: true, force: true }));
    const path = join(models, 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf');
    writeFileSync(path, 'GGUF but not really');
    const cli = new CliScene({ GLASSHOUSE_MODELS: models, HF_ENDPOINT: 'http://127.0.0.1:9' });
    const run = await cli.run(['run', 'Hi'], { env: { PATH: models } });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('model_file_damaged');
    expect(existsSync(path)).toBe(false);
  });

  it('goes on without a sandbox, with commands off and said', async () => {
    const { cli } = await scriptedScene([callOf('run_command', { command: 'echo hi' }), { text: 'I cannot.' }]);
    const bubblewrap = execFileSync('sh', ['-c', 'command -v bwrap'], { encoding: 'utf8' }).trim();
    const without = [bubblewrap, '--dev-bind', '/', '/', '--ro-bind', '/dev/null', bubblewrap];
    const run = await cli.run(['run', ...MODEL, '--allow', 'run_command', 'Echo.'], { wrap: without });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('bubblewrap');
  });

  it('says that the disk is full, and leaves nothing half-written', async () => {
    const { cli } = await scriptedScene([
      { text: Array.from({ length: 300_000 }, (_, index) => `word ${index}`).join(' '), chunkSize: 4_000 },
    ]);
    mkdirSync(cli.home);
    const small = ['bwrap', '--dev-bind', '/', '/', '--size', '1500000', '--tmpfs', cli.home];
    const run = await cli.run(['run', ...MODEL, 'Talk.'], { wrap: small });
    expect(run.code).toBe(5);
    expect(run.stderr).toContain('disk_full');
    expect(run.stderr).not.toMatch(/^\s+at /m);
  });

  it('leaves a database of a newer version untouched', async () => {
    const { cli } = await scriptedScene([{ text: 'Hi.' }]);
    await cli.run(['run', ...MODEL, 'Hi']);
    const path = join(cli.home, 'glasshouse.db');
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    const before = readFileSync(path);
    const run = await cli.run(['conversations', 'list']);
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining('database_newer')]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each([
    ['overwritten from its beginning', (path: string) => writeFileSync(path, 'this is no database at all, just words '.repeat(200))],
    ['emptied', (path: string) => writeFileSync(path, '')],
    [
      'torn in its middle',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0x5a, 4096);
        writeFileSync(path, bytes);
      },
    ],
  ])('reports a database that was %s, and never replaces it', async (_how, damage) => {
    const { cli } = await scriptedScene([{ text: 'Hi.' }]);
    await cli.run(['run', ...MODEL, 'Hi']);
    const path = join(cli.home, 'glasshouse.db');
    damage(path);
    const before = readFileSync(path);
    const run = await cli.run(['conversations', 'list']);
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining('database_damaged')]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('says that the data folder cannot be used', async () => {
    const { cli } = await scriptedScene([{ text: 'Hi.' }]);
    writeFileSync(cli.home, 'a file where a folder should be');
    const run = await cli.run(['conversations', 'list']);
    expect([run.code, run.stderr]).toEqual([5, expect.stringContaining('database_unusable')]);
    chmodSync(cli.home, 0o600);
  });
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CliScene, MODEL, scriptedScene } from '../support/cli.ts';

/** What each command that answers with facts says with --json: one object, or one a line. */
const COMMANDS: readonly (readonly [words: readonly string[], says: Record<string, unknown>])[] = [
  [['settings', 'set', 'window', '4096', '--json'], { key: 'window', shown: '4096' }],
  [['settings', 'get', 'window', '--json'], { key: 'window', from: 'environment' }],
  [['settings', 'unset', 'window', '--json'], { key: 'window', removed: true }],
  [['settings', 'test', 'ftp://no', '--json'], { ok: false, address: 'ftp://no' }],
  [['models', 'use', 'ollama/second', '--json'], { model: 'ollama/second' }],
  [['models', 'price', 'ollama/second', '--json'], { model: 'ollama/second', price: null }],
  [['models', 'list', 'embedded', '--json'], { destination: { kind: 'machine' }, ready: true }],
  [['rules', 'allow', 'run_command(npm test)', '--json'], { tool: 'run_command', pattern: 'npm test', decision: 'allow' }],
  [['rules', 'list', '--json'], { tool: 'run_command' }],
  [['storage', '--json'], { retention: { requests: 365 } }],
  [['storage', 'free', '--json'], { gone: [] }],
  [['instructions', 'show', '--json'], { state: 'none' }],
  [['diagnostics'], { keptDays: { log: 30 } }],
];

describe('what is said into a pipe', () => {
  it('ends quietly when its reader has read enough', async () => {
    const { cli } = await scriptedScene(Array.from({ length: 6 }, () => ({ text: 'Yes.' })));
    for (let at = 0; at < 6; at += 1) await cli.run(['run', ...MODEL, `Question ${at}`]);
    const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    for (let turn = 0; turn < 3; turn += 1) {
      const piped = spawnSync('bash', ['-c', `'${process.execPath}' '${program}' conversations list | true`], {
        env: cli.env,
        encoding: 'utf8',
      });
      expect(piped.stderr).toBe('');
    }
  });
});

describe('--json', () => {
  it('gives facts as JSON and nothing else on stdout, command by command', async () => {
    const cli = new CliScene();
    for (const [words, says] of COMMANDS) {
      const told = await cli.run(words);
      const text = words[0] === 'diagnostics' ? told.stdout : (told.stdout.split('\n', 1)[0] ?? '');
      expect(JSON.parse(text), words.join(' ')).toMatchObject(says);
    }
    cli.write('AGENTS.md', 'Be brief.\n');
    expect(JSON.parse((await cli.run(['instructions', 'approve', '--yes', '--json'])).stdout)).toMatchObject({ state: 'approved' });
    expect(JSON.parse((await cli.run(['instructions', 'forget', '--json'])).stdout)).toMatchObject({ forgotten: true });
    expect((await cli.run(['instructions', 'approve', '--json'])).code).toBe(2);
    const [rule] = (await cli.run(['rules', 'list', '--json'])).stdout.split('\n');
    const { id } = JSON.parse(rule ?? '') as { id: string };
    expect(JSON.parse((await cli.run(['rules', 'remove', id, '--json'])).stdout)).toMatchObject({ removed: { id } });
  });

  it.each([
    'run',
    'chat',
    'conversations',
    'models',
    'settings',
    'rules',
    'instructions',
    'storage',
    'doctor',
    'diagnostics',
    'backup',
    'restore',
    'completion',
  ])('help %s says how it is called, in lines that fit a terminal', async (topic) => {
    const help = await new CliScene().run(['help', topic]);
    expect([help.code, help.stdout]).toEqual([0, expect.stringMatching(/^glasshouse /)]);
    expect(help.stdout.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });
});

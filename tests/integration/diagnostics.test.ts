import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scriptedScene, type CliScene } from '../support/cli.ts';

const MODEL = ['--model', 'openai-compatible/scripted'];

/** Words that must not get out, in every place where they could stand. */
const PLANTED = ['Zebulon', 'zq-secret', 'planted-host', 'secret-plan', 'sk-planted', 'own-model-name'];

async function scene(): Promise<CliScene> {
  const { cli } = await scriptedScene([
    { toolCalls: [{ name: 'read_file', input: { path: 'secret-plan-missing.txt' } }] },
    { text: 'Zebulon is not there.' },
  ]);
  cli.write('secret-plan.txt', 'Zebulon\n');
  await cli.run(['run', ...MODEL, 'Where is Zebulon?']);
  await cli.run(['settings', 'set', 'instructions', 'Call me Zebulon.']);
  await cli.run(['settings', 'set', 'model', 'ollama/own-model-name']);
  await cli.run(['settings', 'set', 'search', 'https://planted-host.example/search']);
  await cli.run(['settings', 'set', 'GROQ_API_KEY', 'zq-secret-0123456789']);
  const fault = {
    at: '2026-11-20T10:00:00.000Z',
    name: 'TypeError',
    message: 'Zebulon in /home/zebulon/secret-plan.txt',
    stack: `TypeError: Zebulon\n    at Zebulon (/home/Zebulon/x.js:1:2)\n    at readPlan (file:///home/zebulon/glasshouse/dist/chunks/cli.js:12:34)\n    at node:internal/process/task_queues:105:5`,
  };
  appendFileSync(join(cli.home, 'glasshouse.log'), `${JSON.stringify(fault)}\nno JSON, but Zebulon\n`);
  return cli;
}

describe('diagnostics', () => {
  it('say what helps, and nothing that is the person’s: no key, word, name of a file, folder, host or model', async () => {
    const cli = await scene();
    const told = await cli.run(['diagnostics'], { env: { GLASSHOUSE_THINKING: 'planted-host' } });
    expect(told.code).toBe(0);
    for (const planted of [...PLANTED, cli.root, cli.home]) expect(told.stdout.toLowerCase()).not.toContain(planted.toLowerCase());
    expect(told.stdout).not.toContain('/home/');
    const read = JSON.parse(told.stdout) as Record<string, unknown>;
    expect(read).toMatchObject({
      glasshouse: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.version,
      counts: { conversations: 1, messages: 2 },
      settings: { model: 'set, from settings', GROQ_API_KEY: 'set, from file', thinking: 'set, from environment', fallback: 'not set' },
      failures: [expect.objectContaining({ where: 'tool', code: 'path_not_found', count: 1 })],
      log: [
        { at: '2026-11-20T10:00:00.000Z', name: 'TypeError', where: ['readPlan (cli.js:12)', '(node:internal/process/task_queues:105)'] },
      ],
    });
    expect((read['bytes'] as Record<string, number>)['conversations']).toBeGreaterThan(0);
  });

  it('are saved only by a yes, exactly as they were shown, and over nothing', async () => {
    const cli = await scene();
    const file = join(cli.workspace, 'report.json');
    expect((await cli.run(['diagnostics', file])).code).toBe(1);
    expect(existsSync(file)).toBe(false);
    const saved = await cli.run(['diagnostics', file, '--yes']);
    expect([saved.code, readFileSync(file, 'utf8')]).toEqual([0, saved.stdout]);
    const again = await cli.run(['diagnostics', file, '--yes']);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
  });
});

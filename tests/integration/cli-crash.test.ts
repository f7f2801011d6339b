import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CliScene, eventsOf, MODEL, scriptedScene, type RunningCli } from '../support/cli.ts';

/** Resolves when so many events of a kind were told. */
async function untilEvents(run: RunningCli, type: string, count: number): Promise<void> {
  await run.until((all) => all.split(`"type":"${type}"`).length > count);
}

function textOf(run: RunningCli, type: string): string {
  return eventsOf(run.stdout())
    .filter((event) => event['type'] === type)
    .map((event) => event['text'])
    .join('');
}

interface Shown {
  readonly messages: readonly {
    readonly role: string;
    readonly parts: readonly { readonly type: string; readonly text?: string; readonly state: string }[];
  }[];
  readonly calls: readonly { readonly state: string; readonly output?: string }[];
  readonly runs: readonly { readonly state: { readonly name: string } }[];
}

async function show(cli: CliScene): Promise<Shown> {
  return JSON.parse((await cli.run(['conversations', 'show', 'last', '--json'])).stdout) as Shown;
}

const WORDS = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');

describe('kill -9', () => {
  it.each([1, 2, 3, 5, 8, 12, 16, 20, 25, 30])('R1, R4: after %i deltas of a stream nothing that was shown is missing', async (deltas) => {
    const { cli, server } = await scriptedScene([{ text: WORDS, chunkSize: 8, delayMs: 4 }]);
    const run = cli.start(['run', ...MODEL, '--json', 'Talk.']);
    await untilEvents(run, 'part_delta', deltas);
    run.child.kill('SIGKILL');
    expect((await run.done).signal).toBe('SIGKILL');
    const shown = textOf(run, 'part_delta');
    const { messages, runs } = await show(cli);
    const part = messages[1]?.parts[0];
    expect(part?.state).toBe('interrupted');
    expect(part?.text?.startsWith(shown)).toBe(true);
    expect(WORDS.startsWith(part?.text ?? '?')).toBe(true);
    expect(runs.map((each) => each.state.name)).toEqual(['suspended']);
    // Nothing is sent for it by itself.
    await cli.run(['conversations', 'list']);
    expect(server.requests).toHaveLength(1);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'R1, R3, R4: at point %i of a tool its words are kept, and it is not run again by itself',
    async (lines) => {
      const { cli, server } = await scriptedScene([
        { toolCalls: [{ name: 'run_command', input: { command: './work.sh' } }] },
        { text: 'I looked: it may have run.' },
      ]);
      const script = cli.write(
        'work.sh',
        '#!/bin/sh\necho started >> count\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; sleep 0.04; done\necho finished >> count\n',
      );
      chmodSync(script, 0o755);
      const run = cli.start(['run', ...MODEL, '--json', '--allow', 'run_command(./work.sh)', 'Work.']);
      await run.until(`line ${lines}`);
      run.child.kill('SIGKILL');
      await run.done;
      const shown = textOf(run, 'tool_output');
      const before = await show(cli);
      expect(before.runs.map((each) => each.state.name)).toEqual(['suspended']);
      expect(before.calls).toMatchObject([{ state: 'interrupted' }]);
      expect(before.calls[0]?.output?.startsWith(shown)).toBe(true);

      // The person goes on: the model is told that it may have run, and nothing runs twice.
      const resumed = await cli.run(['run', '--continue', ...MODEL]);
      expect(resumed.stdout).toBe('I looked: it may have run.\n');
      expect(server.requests.at(-1)?.body.toString('utf8')).toContain('may have run');
      expect(readFileSync(join(cli.workspace, 'count'), 'utf8').match(/started/g)).toHaveLength(1);
      expect((await show(cli)).runs.map((each) => each.state.name)).toEqual(['completed']);
    },
  );

  it('R7: takes the command with it', async () => {
    const { cli } = await scriptedScene([{ toolCalls: [{ name: 'run_command', input: { command: 'sleep 63.75' } }] }]);
    const sleeping = () => /^sleep 63\.75/m.test(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }));
    const run = cli.start(['run', ...MODEL, '--allow', 'run_command(sleep *)', 'Sleep.']);
    for (let tries = 0; !sleeping() && tries < 250; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sleeping()).toBe(true);
    run.child.kill('SIGKILL');
    await run.done;
    for (let tries = 0; sleeping() && tries < 100; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sleeping()).toBe(false);
  });

  it('R4, R5: with an open question the call did not run, and new input works as usual', async () => {
    const { cli, server } = await scriptedScene([
      { toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x' } }] },
      { text: 'What next?' },
    ]);
    const run = cli.terminal(['run', ...MODEL, 'Write.']);
    await run.until('allow once');
    const glasshouse = execFileSync('pgrep', ['-P', String(run.child.pid)], { encoding: 'utf8' }).trim();
    process.kill(Number(glasshouse), 'SIGKILL');
    await run.done;
    expect(existsSync(join(cli.workspace, 'a.txt'))).toBe(false);
    expect(await show(cli)).toMatchObject({ calls: [{ state: 'cancelled' }], runs: [{ state: { name: 'suspended' } }] });
    const next = await cli.run(['run', '--continue', ...MODEL, 'Leave it.']);
    expect(next.stdout).toBe('What next?\n');
    // The call has its result in the request: no orphan (R2).
    const body = JSON.parse(server.requests.at(-1)?.body.toString('utf8') ?? '{}') as { messages: { role: string }[] };
    expect(body.messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
  });

  it('leaves the run of a living process alone', async () => {
    const { cli } = await scriptedScene([{ text: WORDS, chunkSize: 8, delayMs: 4 }]);
    const run = cli.start(['run', ...MODEL, '--json', 'Talk.']);
    await untilEvents(run, 'part_delta', 3);
    expect((await show(cli)).runs[0]?.state.name).toBe('planning');
    expect((await run.done).code).toBe(0);
    expect((await show(cli)).runs[0]?.state.name).toBe('completed');
  });
});

import * as z from 'zod';
import type { SandboxedExit, SandboxPolicy } from '../../application/ports/sandbox.ts';
import { failure, type Failure, FailureError } from '../../core/models/failure.ts';
import { defineTool, type Tool, type ToolContext, type ToolOutcome } from '../../core/tools/tool.ts';
import { commandTouches } from './command-touches.ts';
import { HeadAndTail } from './head-and-tail.ts';
import { lenientObject } from './lenient-input.ts';
import { asOutcome } from './system-failure.ts';
import type { ToolDependencies } from './tool-dependencies.ts';

const DEFAULT_SECONDS = 120;
const MAX_SECONDS = 3600;
/** Linux takes at most 128 KB in one argument. */
const LONGEST_COMMAND = 30_000;
/** Characters of output kept in memory; of more, the beginning and the end. */
const KEPT_CHARACTERS = 8 * 1024 * 1024;
/** Characters shown while they come; what comes after is in the result only. */
const STREAMED_CHARACTERS = 512 * 1024;

const input = () =>
  lenientObject(
    { command: z.string(), timeout_seconds: z.number().min(1).optional(), network: z.boolean().optional() },
    { cmd: 'command', script: 'command', timeout: 'timeout_seconds' },
  );

type Input = z.output<ReturnType<typeof input>>;

/** Runs a bash command in the sandbox: the workspace can be written, the network is closed unless asked for. */
export function createRunCommandTool(dependencies: ToolDependencies): Tool {
  const policyFor = (workspace: string, network: boolean): SandboxPolicy => ({
    directory: workspace,
    writable: [workspace],
    hidden: dependencies.protectedPlaces,
    network,
  });
  return defineTool<Input>({
    name: 'run_command',
    description: 'Run a bash command in the workspace (no network unless network is true). Returns its output and exit code.',
    examples: [
      { request: 'Rename draft.txt to final.txt.', input: { command: 'mv draft.txt final.txt' } },
      { request: 'How many lines has poem.txt?', input: { command: 'wc -l poem.txt' } },
      { request: 'Remove junk.tmp.', input: { command: 'rm junk.tmp' } },
      { request: 'Make a copy of logo.png in the folder print.', input: { command: 'cp logo.png print/' } },
      { request: 'Run the tests, they take long.', input: { command: 'npm test', timeout_seconds: 600 } },
    ],
    input,
    effect: 'unsafe',
    describe({ command }) {
      const short = shortened(command);
      return { future: `Will run \`${short}\``, present: `Running \`${short}\``, past: `Ran \`${short}\`` };
    },
    touches: ({ command, network }, { workspace }) => commandTouches(command, network ?? false, { ...dependencies, workspace }),
    preview: async ({ command, network, timeout_seconds }, { workspace }) => ({
      kind: 'command',
      command,
      directory: workspace,
      network: network ?? false,
      timeoutSeconds: secondsOf(timeout_seconds),
    }),
    execute: ({ command, network, timeout_seconds }, context) =>
      asOutcome('the command', context.signal, async () => {
        if (command.includes('\0') || command.length > LONGEST_COMMAND) {
          throw new FailureError('tool_input_invalid', 'The command is too long, or holds a zero byte. Write a script file and run that.');
        }
        const seconds = secondsOf(timeout_seconds);
        const run = streamed(context);
        const options = { timeoutMs: seconds * 1000, signal: context.signal, onOutput: run.onOutput };
        const exit = await dependencies.sandbox.run(command, policyFor(context.workspace, network ?? false), options);
        await run.settled();
        return outcomeOf(exit, run.output(), seconds, network ?? false);
      }),
  });
}

function secondsOf(given: number | undefined): number {
  return Math.min(given ?? DEFAULT_SECONDS, MAX_SECONDS);
}

function shortened(command: string): string {
  const line = command.trim().replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

/** Keeps the output, and shows its beginning while it comes. */
function streamed(context: ToolContext) {
  const kept = new HeadAndTail(KEPT_CHARACTERS);
  let left = STREAMED_CHARACTERS;
  let shown: Promise<void> = Promise.resolve();
  return {
    onOutput(text: string): void {
      kept.add(text);
      if (left <= 0) return;
      const now = text.length > left ? `${text.slice(0, left)}\n[… the rest is in the result]\n` : text;
      left -= text.length;
      shown = shown.then(() => context.progress(now));
      // Reported by settled(); without this a failed store would end the process while the command still runs.
      shown.catch(() => undefined);
    },
    settled: () => shown,
    output: () => kept.text(),
  };
}

function outcomeOf(exit: SandboxedExit, output: string, seconds: number, network: boolean): ToolOutcome {
  const trust = network ? 'untrusted' : 'trusted';
  const text = asLeftStanding(output).trimEnd();
  if (exit.code === 0) return { ok: true, output: text === '' ? '(no output)' : text, trust };
  const reason = failureOf(exit, seconds);
  return { ok: false, failure: reason, output: `${text === '' ? '' : `${text}\n`}[${reason.message}]`, trust };
}

/** A progress bar writes over its own line: what stands there in the end is what counts. */
function asLeftStanding(output: string): string {
  if (!output.includes('\r')) return output;
  return output
    .split('\n')
    .map((line) => line.slice(line.trimEnd().lastIndexOf('\r') + 1).trimEnd())
    .join('\n');
}

function failureOf(exit: SandboxedExit, seconds: number): Failure {
  if (exit.timedOut) return failure('tool_timeout', `The command was ended after ${seconds} seconds, with everything it had started.`);
  if (exit.code !== null) return failure('tool_failed', `The command ended with exit code ${exit.code}.`);
  return failure('tool_cancelled', `The command was ended by ${exit.signal ?? 'a signal'}.`);
}

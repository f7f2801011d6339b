import * as z from 'zod';
import type { Preview } from '../../core/models/tool-call.ts';
import { failure } from '../../core/models/failure.ts';
import { defineTool, type Tool, type ToolOutcome } from '../../core/tools/tool.ts';
import { runJavaScript } from './code/javascript-runner.ts';
import { lenientObject } from './lenient-input.ts';

const LONGEST_CODE = 200_000;

const input = () => lenientObject({ code: z.string() }, { script: 'code', source: 'code', javascript: 'code', js: 'code' });

type Input = z.output<ReturnType<typeof input>>;

/** Runs JavaScript that can reach nothing but itself: for counting, sorting, converting what is in the conversation already. */
export function createRunJavaScriptTool(): Tool {
  return defineTool<Input>({
    name: 'run_javascript',
    description: 'Run JavaScript without files, network or timers, to compute something. Returns console output and the last value.',
    examples: [
      {
        request: 'How many days are between 2024-02-01 and 2024-03-01?',
        input: { code: "(new Date('2024-03-01') - new Date('2024-02-01')) / 864e5" },
      },
    ],
    input,
    effect: 'none',
    needsAbleModel: true,
    describe: () => ({ future: 'Will run JavaScript', present: 'Running JavaScript', past: 'Ran JavaScript' }),
    touches: async () => ({}),
    preview: async ({ code }): Promise<Preview> => ({ kind: 'text', text: code }),
    async execute({ code }, context): Promise<ToolOutcome> {
      if (code.length > LONGEST_CODE) return { ok: false, failure: failure('tool_input_invalid', 'The code is too long.') };
      const ran = await runJavaScript(code, context.signal);
      if (!ran.ok) return ran;
      const { value } = ran;
      if (value.ok) return { ok: true, output: value.output.trimEnd() || '(no output, and no value)', trust: 'trusted' };
      const reason = failure(value.isLate ? 'tool_timeout' : 'tool_failed', value.message);
      return { ok: false, failure: reason, output: `${value.output}[${value.message}]`, trust: 'trusted' };
    },
  });
}

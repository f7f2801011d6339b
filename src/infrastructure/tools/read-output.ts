import * as z from 'zod';
import { failure } from '../../core/models/failure.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';

/** Characters that one call returns. */
const PAGE = 12_000;

const input = () =>
  lenientObject(
    { call: z.string(), offset: z.number().min(0).meta({ type: 'integer' }).optional() },
    { call_id: 'call', id: 'call', start: 'offset' },
  );

type Input = z.output<ReturnType<typeof input>>;

/** Reads on in the output of an earlier call that was too long to be given whole. */
export function createReadOutputTool(): Tool {
  return defineTool<Input>({
    name: 'read_output',
    description: 'Read on in the output of an earlier call that was cut, from a character offset.',
    examples: [{ request: 'Show the rest of that output (call c_12, from 8000).', input: { call: 'c_12', offset: 8000 } }],
    input,
    effect: 'none',
    needsAbleModel: true,
    describe: () => ({ future: 'Will read on in an output', present: 'Reading on in an output', past: 'Read on in an output' }),
    touches: async () => ({}),
    async execute({ call, offset }, context) {
      const found = await context.readOutput(call);
      if (found === null)
        return { ok: false, failure: failure('tool_failed', `There is no output of a call ${call} in this conversation.`) };
      const { text: whole, trust } = found;
      const from = Math.min(Math.floor(offset ?? 0), whole.length);
      const to = Math.min(from + PAGE, whole.length);
      const more = to < whole.length ? `\n[read on with offset ${to}]` : '';
      return { ok: true, output: `characters ${from}–${to} of ${whole.length}\n${whole.slice(from, to)}${more}`, trust };
    },
  });
}

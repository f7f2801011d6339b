import * as z from 'zod';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { createCalculator } from './calculator.ts';
import { lenientObject } from './lenient-input.ts';

const input = () =>
  lenientObject({ expression: z.string() }, { formula: 'expression', input: 'expression', query: 'expression', text: 'expression' });

type Input = z.output<ReturnType<typeof input>>;

/** Works out an arithmetic expression with a real expression library, in a process of its own with limits of time and memory. */
export function createCalculateTool(): Tool {
  const calculator = createCalculator();
  return defineTool<Input>({
    name: 'calculate',
    description: 'Work out an expression exactly: + - * / ^, %, sqrt, mean, units (5 km to miles).',
    examples: [
      { request: 'What is 17 times 23?', input: { expression: '17 * 23' } },
      { request: 'How much is a 12% tip on 48.50 dollars?', input: { expression: '12% * 48.50' } },
      { request: 'How many miles are 10 km?', input: { expression: '10 km to miles' } },
    ],
    input,
    effect: 'none',
    describe({ expression }) {
      const short = expression.length > 60 ? `${expression.slice(0, 59)}…` : expression;
      return { future: `Will calculate ${short}`, present: `Calculating ${short}`, past: `Calculated ${short}` };
    },
    touches: async () => ({}),
    async execute({ expression }, context) {
      const result = await calculator.evaluate(expression, context.signal);
      return result.ok ? { ok: true, output: result.value, trust: 'trusted' } : result;
    },
  });
}

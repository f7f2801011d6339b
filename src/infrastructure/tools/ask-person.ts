import * as z from 'zod';
import { failure } from '../../core/models/failure.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';

const input = () =>
  lenientObject({ question: z.string(), choices: z.array(z.string()).optional() }, { text: 'question', options: 'choices' });

type Input = z.output<ReturnType<typeof input>>;

/** Asks the person and waits for the answer. */
export function createAskPersonTool(): Tool {
  return defineTool<Input>({
    name: 'ask_person',
    description: 'Ask the person a question when you cannot know or find the answer yourself.',
    examples: [
      { request: 'Book the usual table.', input: { question: 'For how many people, and at what time?' } },
      { request: 'Delete one of the two drafts.', input: { question: 'Which draft?', choices: ['draft-a.md', 'draft-b.md'] } },
    ],
    input,
    effect: 'none',
    needsAbleModel: true,
    describe: () => ({ future: 'Will ask you', present: 'Waiting for your answer', past: 'Asked you' }),
    touches: async () => ({}),
    async execute({ question, choices }, context) {
      const answer = await context.ask(question, choices ?? []);
      if (answer !== null) return { ok: true, output: answer, trust: 'trusted' };
      return { ok: false, failure: failure('tool_failed', 'Nobody is there to answer. Decide yourself, and say what you assumed.') };
    },
  });
}

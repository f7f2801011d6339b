import * as z from 'zod';
import { type PlanItemState, planAsText } from '../../core/models/plan.ts';
import { defineTool, type Tool } from '../../core/tools/tool.ts';
import { lenientObject } from './lenient-input.ts';

const OTHER_WORDS: Readonly<Record<string, PlanItemState>> = {
  todo: 'pending',
  open: 'pending',
  in_progress: 'active',
  doing: 'active',
  current: 'active',
  completed: 'done',
  complete: 'done',
  finished: 'done',
  cancelled: 'dropped',
  canceled: 'dropped',
  skipped: 'dropped',
};

const item = () =>
  z.preprocess(
    (raw) => {
      if (typeof raw === 'string') return { text: raw, state: 'pending' };
      if (raw === null || typeof raw !== 'object') return raw;
      const given = raw as Record<string, unknown>;
      const state = given['state'] ?? given['status'] ?? 'pending';
      const text = given['text'] ?? given['content'] ?? given['title'] ?? given['step'];
      return { text, state: typeof state === 'string' ? (OTHER_WORDS[state] ?? state) : state };
    },
    z.object({ text: z.string(), state: z.enum(['pending', 'active', 'done', 'dropped']) }),
  );

const input = () => lenientObject({ items: z.array(item()) }, { plan: 'items', steps: 'items', todos: 'items' });

type Input = z.output<ReturnType<typeof input>>;

/** Shows the plan of the run to the person and keeps it in the model's sight. */
export function createUpdatePlanTool(): Tool {
  return defineTool<Input>({
    name: 'update_plan',
    description: 'Show your plan for work of several steps; call again with all items when one changes.',
    examples: [
      {
        request: 'Sort my recipes into folders. Make a plan first.',
        input: {
          items: [
            { text: 'List the recipes', state: 'active' },
            { text: 'Make a folder for each kind', state: 'pending' },
            { text: 'Move the recipes', state: 'pending' },
          ],
        },
      },
    ],
    input,
    effect: 'none',
    needsAbleModel: true,
    describe: () => ({ future: 'Will update the plan', present: 'Updating the plan', past: 'Updated the plan' }),
    touches: async () => ({}),
    async execute({ items }, context) {
      const plan = { items };
      await context.updatePlan(plan);
      return { ok: true, output: items.length === 0 ? 'The plan is empty.' : planAsText(plan), trust: 'trusted' };
    },
  });
}

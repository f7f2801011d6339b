import { Calculator, FilePlus, FileSearch, type LucideIcon } from 'lucide-react';

export interface StarterTask {
  readonly title: string;
  readonly about: string;
  readonly icon: LucideIcon;
  /** What is sent, word for word. It must be clear enough for the smallest model. */
  readonly text: string;
}

/** Three tasks on the example folder: one reads, one finds, one changes something and therefore asks. */
export const STARTER_TASKS: readonly StarterTask[] = [
  {
    title: 'Ask a note',
    about: 'Find in the example folder when the florist wants an answer.',
    icon: FileSearch,
    text: 'Read wedding.md and tell me by when the florist wants an answer.',
  },
  {
    title: 'Look through a budget',
    about: 'Read budget.csv and say what costs the most each month.',
    icon: Calculator,
    text: 'Read budget.csv and tell me which item costs the most.',
  },
  {
    title: 'Write a list down',
    about: 'Make a new file of things to buy. Nothing is written before you say so.',
    icon: FilePlus,
    text: 'Write a new file called errands.txt with three lines: bread, olive oil, light bulbs.',
  },
];

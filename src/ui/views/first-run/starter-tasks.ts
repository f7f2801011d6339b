import { FilePlus, FileSearch, FileText, type LucideIcon } from 'lucide-react';

export interface StarterTask {
  readonly title: string;
  readonly about: string;
  readonly icon: LucideIcon;
  /** What is sent, word for word. It must be clear enough for the smallest model. */
  readonly text: string;
}

/** Three tasks on the example folder, each tried on the smallest model: one finds, one sums up, one changes something and therefore asks. */
export const STARTER_TASKS: readonly StarterTask[] = [
  {
    title: 'Ask a note',
    about: 'Find out in the example folder when the roses are pruned.',
    icon: FileSearch,
    text: 'When are the roses pruned, according to garden.md?',
  },
  {
    title: 'Sum up a page',
    about: 'Say in short what the notes about the wedding hold.',
    icon: FileText,
    text: 'Give me a short summary of wedding.md.',
  },
  {
    title: 'Write a list down',
    about: 'Make a new file of things to buy. Nothing is written before you say so.',
    icon: FilePlus,
    text: 'Write a new file called errands.txt with three lines: bread, olive oil, light bulbs.',
  },
];

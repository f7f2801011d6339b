import { FilePlus, FileSearch, FileText, type LucideIcon } from 'lucide-react';
import { say } from '../../words/say.ts';

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
    title: say`Ask a note`,
    about: say`Find out in the example folder when the roses are pruned.`,
    icon: FileSearch,
    text: 'When are the roses pruned, according to garden.md?',
  },
  {
    title: say`Sum up a page`,
    about: say`Say in short what the notes about the wedding hold.`,
    icon: FileText,
    text: 'Give me a short summary of wedding.md.',
  },
  {
    title: say`Write a list down`,
    about: say`Make a new file of things to buy. Nothing is written before you say so.`,
    icon: FilePlus,
    text: 'Write a new file called errands.txt with three lines: bread, olive oil, light bulbs.',
  },
];

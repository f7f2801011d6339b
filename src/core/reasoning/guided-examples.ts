import type { Decision } from './guided-decision.ts';

/** One turn of an example: what came in (a request, or the result of the last decision) and what was decided. */
export interface ExampleTurn {
  readonly words: string;
  readonly decision: Decision;
}

export interface ObservedResult {
  readonly done: string;
  readonly output: string;
}

const answer: Decision = { tool: 'answer', input: null };

/** Requests for which no tool is of use. */
export const TALK: readonly string[] = [
  'Good morning!',
  'Who painted the Mona Lisa?',
  'Thank you, that helped.',
  'Write me two lines of verse about autumn.',
  'How do I boil an egg?',
];

/** Work of more than one step: how a result leads to the next action, or to the answer. Used when all its tools are offered. */
export const WORK: readonly (readonly ExampleTurn[])[] = [
  [
    { words: 'Which letter talks about the boiler, and who wrote it?', decision: { tool: 'search_files', input: { text: 'boiler' } } },
    {
      words: 'letters/march.txt:4:The boiler is making noises again.',
      decision: { tool: 'read_file', input: { path: 'letters/march.txt' } },
    },
    { words: 'Dear landlord,\nThe boiler is making noises again.\nYours, Rosa Lind', decision: answer },
  ],
  [
    { words: 'What does my insurance pay for glasses?', decision: { tool: 'find_files', input: { name: '*insurance*' } } },
    { words: 'No file matches *insurance*. Most alike: inventory.txt', decision: { tool: 'search_files', input: { text: 'glasses' } } },
    { words: 'papers/health.md:12:For glasses it pays 150 a year.', decision: { tool: 'read_file', input: { path: 'papers/health.md' } } },
  ],
  [
    { words: 'What pictures are in photos?', decision: { tool: 'list_directory', input: { path: 'photos' } } },
    { words: 'photos: 1 folder, 2 files\nold/\nbeach.jpg (52133 bytes)\ncat.png (8120 bytes)', decision: answer },
  ],
  [
    {
      words: 'Put the words See you soon into goodbye.txt.',
      decision: { tool: 'write_file', input: { path: 'goodbye.txt', content: 'See you soon\n' } },
    },
    { words: 'Created goodbye.txt (13 bytes).', decision: answer },
  ],
];

/** How an answer is made from what was observed: short, with the facts, in the request's own terms. */
export const ANSWERS: readonly { readonly observed: readonly ObservedResult[]; readonly request: string; readonly answer: string }[] = [
  {
    observed: [{ done: 'Listed photos', output: 'photos: 1 folder, 2 files\nold/\nbeach.jpg (52133 bytes)\ncat.png (8120 bytes)' }],
    request: 'What is in photos?',
    answer: 'photos holds the folder old and two files: beach.jpg and cat.png.',
  },
  {
    observed: [{ done: 'Read song.txt', output: 'lines 1–2 of 30\nThe river runs slow,\nthe evening is near.' }],
    request: 'Show the first two lines of song.txt.',
    answer: 'The river runs slow,\nthe evening is near.',
  },
  {
    observed: [{ done: 'Wrote goodbye.txt', output: 'Created goodbye.txt (13 bytes).' }],
    request: 'Put the words See you soon into goodbye.txt.',
    answer: 'I created goodbye.txt with the words “See you soon”.',
  },
  {
    observed: [{ done: 'Calculated 10 km to miles', output: '6.2137 miles' }],
    request: 'How many miles are 10 km?',
    answer: '10 km are 6.2137 miles.',
  },
  {
    observed: [{ done: 'Read plan.txt', output: 'Failed: plan.txt does not exist.' }],
    request: 'What does plan.txt say?',
    answer: 'I could not read plan.txt: it does not exist.',
  },
  {
    observed: [
      { done: 'Searched for “boiler”', output: 'letters/march.txt:4:The boiler is making noises again.' },
      {
        done: 'Read letters/march.txt',
        output: 'Dear landlord,\nThe boiler is making noises again. Please come on 3 March.\nYours, Rosa Lind',
      },
    ],
    request: 'Which letter talks about the boiler, and who wrote it?',
    answer: 'letters/march.txt talks about the boiler; Rosa Lind wrote it.',
  },
];

/**
 * Pictures of every screen on the real server with a scripted model, to be compared with the mock-ups by eye:
 * `node scripts/screenshots.ts [FOLDER] [NAME…]` (default `dist/screenshots`, all of them).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { openBrowser, openWindow, type WindowOptions } from '../tests/support/browser.ts';
import { PageScene } from '../tests/support/page-scene.ts';
import type { ScriptedReply } from '../tests/support/scripted-model-server.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../dist/screenshots', import.meta.url));
const wanted = process.argv.slice(3);
mkdirSync(folder, { recursive: true });

const ANSWER = `## What cannot wait

Two of the eleven piles cannot wait for spring. Pile 7 lost 31 % of its section between the two surveys, and the fender at berth 3 has sheared from its lower bolts. The first south-westerly gale would take it, and the walkway with it.

- **Pile 7** is below the limit of 0.75 that the harbour’s own rules set.
- **Berth 3** holds on two bolts of six; both show fresh rust.
- Everything else keeps until April, when divers cost a third less.

| Part | 2023, mm | 2024, mm | Loss | Estimate | When |
|---|---|---|---|---|---|
| **Pile 7** | 284.0 | 196.0 | 31.0 % | € 18,400 | Before December |
| **Fender, berth 3** | 60.0 | 41.5 | 30.8 % | € 2,950 | Before December |
| Pile 2 | 291.0 | 262.5 | 9.8 % | € 6,100 | April |
| Deck, bay 4 | 45.0 | 42.0 | 6.7 % | € 1,120 | April |

The loss is the change in section as a share of the first survey. I used \`loss()\` below; rows without a 2023 figure were left out.

\`\`\`js loss.js
const loss = (before, after) => (before.section - after.section) / before.section;
const urgent = rows.filter((row) => loss(row.y2023, row.y2024) >= 0.25);
// 2 of 214 rows: pile 7 (0.310), fender at berth 3 (0.308)
\`\`\`
`;

const FILES: Readonly<Record<string, string>> = {
  'jetty-2023.csv': 'part,section\npile 7,284\nfender,60\n',
  'jetty-2024.csv': 'part,section\npile 7,196\nfender,41.5\n',
  'src/loss.js': 'export const loss = (before, after) => {\n  return (before.section - after.section) / after.section;\n};\n',
};

const FIRST: readonly ScriptedReply[] = [
  {
    reasoning: 'Section loss is what decides, not age. Compare by part, then by limit.',
    toolCalls: [
      { name: 'read_file', input: { path: 'jetty-2023.csv' } },
      { name: 'read_file', input: { path: 'jetty-2024.csv' } },
    ],
    usage: { input: 4_200, output: 88 },
  },
  {
    toolCalls: [
      { name: 'search_files', input: { text: 'sheared bolt' } },
      { name: 'read_file', input: { path: 'missing/report.txt' } },
      { name: 'calculate', input: { expression: '(284 - 196) / 284' } },
    ],
    usage: { input: 9_300, output: 120 },
  },
  { text: ANSWER, usage: { input: 9_900, output: 610 }, chunkSize: 200 },
];

interface Shot {
  readonly name: string;
  readonly replies: readonly ScriptedReply[];
  readonly act: (page: Page, scene: PageScene) => Promise<void>;
  /** Done in every window: what none of them remembers. */
  readonly show?: (page: Page, scene: PageScene) => Promise<void>;
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill('#composer', text);
  await page.keyboard.press('Enter');
}

/** Work with a plan, a command and a change, so that every tab of the inspector has something to show. */
const WORK: readonly ScriptedReply[] = [
  ...FIRST.slice(0, 2),
  {
    toolCalls: [
      {
        name: 'update_plan',
        input: {
          items: [
            { text: 'Read both surveys', state: 'done' },
            { text: 'Mend the loss', state: 'active' },
            { text: 'Say what cannot wait', state: 'pending' },
          ],
        },
      },
      {
        name: 'edit_file',
        input: {
          path: 'src/loss.js',
          old_text: '  return (before.section - after.section) / after.section;',
          new_text: '  if (!before.section) return null;\n  return (before.section - after.section) / before.section;',
        },
      },
    ],
    usage: { input: 9_900, output: 310 },
  },
  { text: 'Two of the eleven piles cannot wait for spring.', usage: { input: 10_900, output: 60 } },
];

const QUESTION = 'Read the two jetty surveys and tell me which repairs can’t wait until spring. Put the figures in a table, please.';

async function sayQuestion(page: Page): Promise<void> {
  await say(page, QUESTION);
  await page.waitForSelector('.after');
}

const SHOTS: readonly Shot[] = [
  { name: 'empty', replies: [], act: (page) => page.waitForTimeout(900) },
  {
    name: 'conversation',
    replies: [
      ...FIRST,
      {
        reasoning: 'The report is newer than the survey; where they differ, say so.',
        toolCalls: [
          {
            name: 'update_plan',
            input: {
              items: [
                { text: 'Read', state: 'done' },
                { text: 'Compare', state: 'active' },
                { text: 'Say', state: 'pending' },
              ],
            },
          },
          { name: 'read_file', input: { path: 'src/loss.js' } },
        ],
        usage: { input: 12_000, output: 70 },
      },
      {
        text: 'The inspector’s report is newer than both surveys, and where they differ it is the one to trust. Three places change: the fender of berth 3 holds on two bolts of six, pile 2 has lost less than was measured in spring, and the deck of bay 4 is sound again since it was mended in August.',
        delayMs: 250,
        chunkSize: 8,
      },
    ],
    act: async (page) => {
      await say(page, QUESTION);
      await page.waitForSelector('.after');
      await say(page, 'Now hold that against the inspector’s report, and look up when the first storms came in the last ten years.');
      await page.waitForSelector('text=The inspector’s report is newer than both');
      const row = page.locator('.tool', { hasText: 'src/loss.js' });
      await row.click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'inspector',
    replies: FIRST,
    act: async (page) => {
      await say(page, QUESTION);
      await page.waitForSelector('.after');
      await page.keyboard.press('Control+i');
      await page.waitForTimeout(1_200);
    },
  },
  {
    name: 'answer',
    replies: FIRST,
    act: async (page) => {
      await say(page, QUESTION);
      await page.waitForSelector('.after');
      await page.waitForTimeout(600);
    },
  },
  {
    name: 'trash',
    replies: [{ text: 'Pile 7.' }, { text: 'In April.' }],
    act: async (page) => {
      await say(page, 'Which repairs cannot wait until spring?');
      await page.waitForSelector('.after .figures');
      await page.keyboard.press('Control+Shift+o');
      await page.waitForURL(/\/$/);
      await say(page, 'When do the divers come?');
      await page.waitForSelector('text=In April');
      await page.waitForTimeout(300);
      await page.locator('.side-link').last().focus();
      await page.keyboard.press('Delete');
    },
    show: async (page) => {
      const drawer = page.getByRole('button', { name: 'Conversations', exact: true });
      if (await drawer.isVisible()) await drawer.click();
      await page.getByRole('button', { name: 'Trash', exact: true }).click();
      await page.waitForSelector('.side-place');
      await page.locator('.side-row').first().hover();
      await page.locator('.side-more').first().click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'branches',
    replies: [
      { text: 'Pile 7 lost 31 % of its section; the fender at berth 3 has sheared.' },
      { text: 'Only pile 7. The fender holds till April.' },
      { text: 'Before the first south-westerly gale.' },
    ],
    act: async (page) => {
      await say(page, 'Which repairs cannot wait?');
      await page.waitForSelector('.after');
      await page.getByRole('button', { name: 'Answer again' }).click();
      await page.waitForSelector('text=Only pile 7');
      await page.waitForSelector('.after .figures');
      await say(page, 'And by when must it be done?');
      await page.waitForSelector('text=Before the first');
      await page.waitForTimeout(400);
    },
    show: async (page) => {
      await page.locator('.said').last().hover();
      await page.getByRole('button', { name: 'Edit and run again' }).last().click();
      await page.waitForTimeout(300);
      await page.locator('.said').first().hover();
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'approval-command',
    replies: [{ text: 'I will run the tests first.', toolCalls: [{ name: 'run_command', input: { command: 'npm test -- --run loss' } }] }],
    act: async (page) => {
      await say(page, 'Run the tests of loss.js');
      await page.waitForSelector('.ask');
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'approval-diff',
    replies: [
      {
        toolCalls: [{ name: 'read_file', input: { path: 'src/loss.js' } }],
      },
      {
        toolCalls: [
          {
            name: 'edit_file',
            input: {
              path: 'src/loss.js',
              edits: [
                {
                  old_text: '  return (before.section - after.section) / after.section;',
                  new_text: '  if (!before.section) return null;\n  return (before.section - after.section) / before.section;',
                },
              ],
            },
          },
        ],
      },
    ],
    act: async (page) => {
      await say(page, 'Correct the loss: it divides by the wrong section.');
      await page.waitForSelector('.ask');
      await page.keyboard.press('Enter');
      await page.keyboard.press('d');
      await page.waitForTimeout(200);
      await page.keyboard.type('Write to a copy first; the board reads this folder.');
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'question',
    replies: [
      {
        toolCalls: [
          {
            name: 'ask_person',
            input: { question: 'Which survey should count where the two differ?', choices: ['The inspector’s report', 'The 2024 survey'] },
          },
        ],
      },
    ],
    act: async (page) => {
      await say(page, 'Which one counts?');
      await page.waitForSelector('.ask');
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'failure',
    replies: [{ text: 'Pile 7 lost 31 % of its section between the two surveys, and', cutAfterEvents: 4 }],
    act: async (page) => {
      await say(page, 'And what else?');
      await page.waitForSelector('.error-card');
      await page.waitForTimeout(300);
    },
  },
  ...(['Plan', 'Context', 'Files', 'Runs'] as const).map((tab): Shot => ({
    name: `inspector-${tab.toLowerCase()}`,
    replies: WORK,
    act: async (page) => {
      await say(page, QUESTION);
      await page.waitForSelector('.ask');
      // A question is seen before it can be answered.
      await page.waitForTimeout(1_000);
      await page.locator('.ask').focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.after');
    },
    show: async (page) => {
      if ((await page.locator('.inspector').count()) === 0) await page.keyboard.press('Control+i');
      await page.getByRole('tab', { name: tab }).click();
      await page.waitForTimeout(500);
    },
  })),
  {
    name: 'palette',
    replies: FIRST,
    act: sayQuestion,
    show: async (page) => {
      await page.keyboard.press('Control+k');
      await page.waitForSelector('.palette[open]');
      await page.keyboard.type('jetty');
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'instructions',
    replies: FIRST,
    act: async (page, scene) => {
      scene.write(
        'AGENTS.md',
        '# How to work here\n\n- Lengths in metres, losses in per cent.\n- Never change a survey; write a note beside it.\n',
      );
      await sayQuestion(page);
    },
    show: async (page) => {
      await page.waitForSelector('.instructions-line');
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'instructions-read',
    replies: FIRST,
    act: async (page, scene) => {
      scene.write(
        'AGENTS.md',
        '# How to work here\n\n- Lengths in metres, losses in per cent.\n- Never change a survey; write a note beside it.\n',
      );
      await sayQuestion(page);
    },
    show: async (page) => {
      await page.locator('.instructions-line button').click();
      await page.waitForTimeout(500);
    },
  },
  ...['providers', 'models', 'instructions', 'tools', 'appearance', 'data', 'about'].map((section): Shot => ({
    name: `settings-${section}`,
    replies: FIRST,
    act: sayQuestion,
    show: async (page, scene) => {
      await page.goto(`${new URL(scene.url).origin}/settings/${section}`);
      await page.waitForSelector('.settings-card');
      await page.waitForTimeout(700);
    },
  })),
];

const LOOKS: readonly { readonly name: string; readonly options: WindowOptions }[] = [
  { name: 'light', options: { scheme: 'light' } },
  { name: 'dark', options: { scheme: 'dark' } },
  { name: 'narrow-light', options: { scheme: 'light', width: 390, height: 844 } },
  { name: 'narrow-dark', options: { scheme: 'dark', width: 390, height: 844 } },
];

const browser = await openBrowser();
for (const shot of SHOTS.filter((each) => wanted.length === 0 || wanted.includes(each.name))) {
  const scene = await PageScene.open(shot.replies);
  for (const [path, text] of Object.entries(FILES)) scene.write(path, text);
  let address = scene.url;
  for (const { name, options } of LOOKS) {
    const { page, context, faults } = await openWindow(browser, address, options);
    await page.waitForSelector('#composer');
    if (name === 'light') {
      await shot.act(page, scene).catch(async (error: unknown) => {
        console.log(`${shot.name}: ${String(error)}\n${await page.innerText('body')}`);
      });
      address = `${page.url()}${new URL(scene.url).hash}`;
    } else await page.waitForTimeout(700);
    await shot.show?.(page, scene);
    await page.screenshot({ path: join(folder, `${shot.name}-${name}.png`) });
    if (faults.length > 0) console.log(`${shot.name} ${name}: ${faults.join('; ')}`);
    await context.close();
  }
  await scene.close();
}
await browser.close();

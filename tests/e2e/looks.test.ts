import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openWindow } from '../support/browser.ts';
import { partThatDiffers } from './compare-pictures.ts';
import { PageScene } from '../support/page-scene.ts';

// How every main screen looks, beside how it looked when somebody last agreed. `RENEW_LOOKS=1` makes the pictures anew.

const FOLDER = fileURLToPath(new URL('looks', import.meta.url));
/** The part of a picture that may differ: another machine draws edges otherwise, but moves nothing and forgets nothing. */
const MAY_DIFFER = 0.005;
const LARGEST = 100_000;
/** What no two runs have in common, and what moves. */
const HIDDEN = `
  .figures, .end, .run-footer time, [aria-label='Location'] { visibility: hidden !important; }
  *, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
  ::-webkit-scrollbar { display: none; }
`;

let browser: Browser;
const scenes: PageScene[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  for (const scene of scenes.splice(0)) await scene.close();
});

const ANSWER = `## What cannot wait

Two of the eleven piles cannot wait for spring: **pile 7** and the fender at berth 3.

| Part | Loss | When |
|---|---|---|
| Pile 7 | 31 % | Before December |
| Deck, bay 4 | 6.7 % | April |

\`\`\`js
const urgent = rows.filter((row) => row.loss >= 0.25);
\`\`\`
`;

const SCREENS: Readonly<Record<string, (page: Page, origin: string) => Promise<void>>> = {
  new: async (page) => {
    await page.getByText('Ask a note').waitFor();
  },
  conversation: async (page) => {
    await page.fill('#composer', 'Which parts of the jetty cannot wait?');
    await page.press('#composer', 'Enter');
    await page.getByRole('button', { name: 'Copy answer' }).waitFor();
    await page.evaluate('document.activeElement.blur()');
  },
  approval: async (page) => {
    await page.fill('#composer', 'Write it down');
    await page.press('#composer', 'Enter');
    await page.getByText('Allow once').waitFor();
    await page.waitForTimeout(1_500);
  },
  palette: async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search everything, or say what to do').fill('settings');
    await page.getByRole('option', { name: /Settings: Models/ }).waitFor();
  },
  keys: async (page) => {
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  },
  appearance: async (page, origin) => {
    await page.goto(`${origin}/settings/appearance`);
    await page.getByText('Density').waitFor();
  },
  tools: async (page, origin) => {
    await page.goto(`${origin}/settings/tools`);
    await page.getByText('run_command').first().waitFor();
  },
};

describe.each(['light', 'dark'] as const)('by %s', (scheme) => {
  it.each(Object.keys(SCREENS))('the screen “%s” looks as it did', async (name) => {
    const reply =
      name === 'approval'
        ? { toolCalls: [{ name: 'write_file', input: { path: 'list.txt', content: 'rope\nbolts\n' } }] }
        : { text: ANSWER };
    const scene = await PageScene.open([reply]);
    scenes.push(scene);
    const { page } = await openWindow(browser, scene.url, { scheme, width: 1100, height: 720 });
    await page.clock.setFixedTime(new Date('2026-05-04T10:00:00'));
    await page.reload();
    // The field stands before its script has come; only then does Enter send.
    await page.waitForSelector('#composer');
    await page.waitForSelector('.early', { state: 'detached' });
    await SCREENS[name]?.(page, new URL(scene.url).origin);
    await page.addStyleTag({ content: HIDDEN }).catch(() => page.evaluate(addStyle, HIDDEN));
    await page.evaluate('document.fonts.ready');
    await page.waitForTimeout(300);
    const seen = await page.screenshot({ scale: 'css' });
    const file = join(FOLDER, `${name}-${scheme}.png`);
    if (process.env['RENEW_LOOKS']) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, seen);
    }
    const kept = readFileSync(file);
    expect(kept.length).toBeLessThan(LARGEST);
    const differs = await partThatDiffers(page, kept, seen);
    if (differs > MAY_DIFFER) writeFileSync(join(scene.root, '..', `looks-${name}-${scheme}.png`), seen);
    expect(differs, `see looks-${name}-${scheme}.png in the folder for temporary files`).toBeLessThanOrEqual(MAY_DIFFER);
  });
});

it('a screen that looks otherwise is seen to', async () => {
  const { page } = await openWindow(browser, 'about:blank');
  const picture = (name: string) => readFileSync(join(FOLDER, `${name}.png`));
  expect(await partThatDiffers(page, picture('palette-light'), picture('keys-light'))).toBeGreaterThan(MAY_DIFFER);
  expect(await partThatDiffers(page, picture('keys-light'), picture('keys-light'))).toBe(0);
});

/** The page's policy lets no style element in: a sheet of script is none. */
function addStyle(text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

import { readFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerByKey } from '../support/answer-by-key.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import { PageScene } from '../support/page-scene.ts';

let browser: Browser;
let scene: PageScene | null = null;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await scene?.close();
  scene = null;
});

const GERMAN = JSON.parse(readFileSync(new URL('../../src/ui/words/de.json', import.meta.url), 'utf8')) as Record<string, string>;
/** English as it stands on the page, where the German is another word. */
const ENGLISH = new Set(
  Object.entries(GERMAN)
    .filter(([english, german]) => english !== german && !/[{|]/.test(english))
    .map(([english]) => english.trim()),
);

/** Everything that is read or read out, piece by piece. */
async function wordsOn(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const words: string[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const parent = node.parentElement;
      if (parent && !parent.closest('script, style, .prose, .said, pre, .mono')) words.push(node.textContent ?? '');
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
      for (const name of ['aria-label', 'title', 'placeholder']) words.push(element.getAttribute(name) ?? '');
    return words.map((each) => each.trim()).filter((each) => each !== '');
  });
}

async function english(page: Page): Promise<readonly string[]> {
  return (await wordsOn(page)).filter((words) => ENGLISH.has(words));
}

describe('the language of the page', () => {
  it('is the one that the browser asks for, on every main screen, from the first paint on', { timeout: 60_000 }, async () => {
    scene = await PageScene.open([
      {
        toolCalls: [
          {
            name: 'update_plan',
            input: {
              items: [
                { text: 'Nachsehen', state: 'active' },
                { text: 'Aufschreiben', state: 'pending' },
              ],
            },
          },
        ],
      },
      { toolCalls: [{ name: 'write_file', input: { path: 'zettel.txt', content: 'Brot\n' } }] },
      { text: 'Geschrieben.' },
    ]);
    const origin = new URL(scene.url).origin;
    const shell = await fetch(origin, { headers: { 'accept-language': 'de-DE,de;q=0.9' } }).then((answer) => answer.text());
    expect(shell).toContain('lang="de"');
    expect(shell).toContain(GERMAN['Say what should be done'] ?? 'nothing');
    const { page, faults } = await openWindow(browser, scene.url, { locale: 'de-DE' });
    await page.waitForSelector('.starters');
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await english(page)).toEqual([]);

    await page.fill('#composer', 'Schreib einen Zettel');
    await page.press('#composer', 'Enter');
    await page.waitForSelector('.ask');
    expect(await english(page)).toEqual([]);
    await answerByKey(page, 'Enter');
    await page.getByText('Geschrieben.').waitFor();
    await page.keyboard.press('Control+i');
    await page.waitForSelector('.inspector [role="tab"]');
    for (const tab of await page.locator('.inspector [role="tab"]').all()) {
      await tab.click();
      await page.waitForTimeout(150);
      expect(await english(page), (await tab.textContent()) ?? '').toEqual([]);
    }
    await page.keyboard.press('Control+k');
    await page.waitForSelector('[cmdk-list]');
    expect(await english(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.goto(`${origin}/settings/providers`);
    await page.waitForSelector('.settings-nav');
    for (const section of await page.locator('.settings-nav a, .settings-nav li button').all()) {
      await section.click();
      await page.waitForTimeout(200);
      expect(await english(page), (await section.textContent()) ?? '').toEqual([]);
    }
    expect(faults).toEqual([]);
  });

  it('is the one that was chosen, whatever the browser asks for; what was written stays', async () => {
    scene = await PageScene.open();
    const { page } = await openWindow(browser, scene.url);
    await page.fill('#composer', 'Half a sentence');
    await page.goto(`${new URL(scene.url).origin}/settings/appearance`);
    await page.getByRole('radio', { name: 'Deutsch' }).click();
    await page.waitForFunction(() => document.documentElement.lang === 'de');
    await page.getByRole('radio', { name: 'Deutsch', checked: true }).waitFor();
    await page.goto(new URL(scene.url).origin);
    await page.waitForSelector('.starters');
    expect(await page.inputValue('#composer')).toBe('Half a sentence');
    expect(await page.getAttribute('#composer', 'placeholder')).toBe(GERMAN['Say what should be done']);
    await page.goto(`${new URL(scene.url).origin}/settings/appearance`);
    await page.getByRole('radio', { name: 'English' }).click();
    await page.waitForFunction(() => document.documentElement.lang === 'en');
  });
});

import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessFaults } from '../support/axe.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import { PageScene } from '../support/page-scene.ts';
import type { ScriptedReply } from '../support/scripted-model-server.ts';

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

async function open(replies: readonly ScriptedReply[]): Promise<{ scene: PageScene; page: Page }> {
  const scene = await PageScene.open(replies);
  scenes.push(scene);
  const { page } = await openWindow(browser, scene.url);
  await page.waitForSelector('#composer');
  return { scene, page };
}

describe('the page: filters of the search, order of the queue', () => {
  it('a filter is completed by keys, stands as a chip, and is taken away by it; what is wrong is told', async () => {
    const { page } = await open([{ text: 'The heron is there.' }]);
    await page.fill('#composer', 'Where is the heron?');
    await page.press('#composer', 'Enter');
    await page.waitForSelector('.after .figures');
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox');
    await field.fill('heron ro');
    await page.getByRole('option', { name: /^role:/ }).click();
    await page.getByRole('option', { name: /^role:person/ }).click();
    await expect.poll(() => field.inputValue()).toBe('heron role:person ');
    await expect.poll(() => page.locator('.hit.is-two').count()).toBe(1);
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Without role:person' }).click();
    await expect.poll(() => page.locator('.hit.is-two').count()).toBe(2);
    await page.getByText('in the same conversation').waitFor();
    await field.fill('heron before:never');
    await page.getByText('“before:” wants a day as 2026-11-24').waitFor();
  });

  it('R6: what waits is put into another order by button and by key, and a second window sees it', async () => {
    const { scene, page } = await open([{ silence: true }]);
    await page.fill('#composer', 'Work.');
    await page.press('#composer', 'Enter');
    await page.getByRole('button', { name: 'Stop' }).first().waitFor();
    for (const text of ['First', 'Second', 'Third']) {
      await page.fill('#composer', text);
      await page.press('#composer', 'Alt+Enter');
      await page.locator('.waiting-inputs li', { hasText: text }).waitFor();
    }
    const order = async (of: Page) =>
      (await of.locator('.waiting-inputs li').allInnerTexts()).map((text) => text.replace(/^.*: /s, '').trim());
    const row = (text: string) => page.locator('.waiting-inputs li', { hasText: text });
    await row('Third').getByRole('button', { name: 'Earlier' }).click();
    await expect.poll(() => order(page)).toEqual(['First', 'Third', 'Second']);
    await row('First').getByRole('button', { name: 'Change it' }).focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => order(page)).toEqual(['Third', 'First', 'Second']);
    // The tip of the button goes with the focus.
    await page.focus('#composer');
    await expect.poll(() => accessFaults(page)).toEqual([]);
    const other = await openWindow(browser, scene.url);
    await other.page.waitForSelector('#composer');
    await other.page.locator('.side-link').first().click();
    await expect.poll(() => order(other.page)).toEqual(['Third', 'First', 'Second']);
  });

  it('U2: words that change a waiting input stand in the composer when another window takes it back', async () => {
    const { scene, page } = await open([{ silence: true }]);
    await page.fill('#composer', 'Work.');
    await page.press('#composer', 'Enter');
    await page.getByRole('button', { name: 'Stop' }).first().waitFor();
    await page.fill('#composer', 'Then rest');
    await page.press('#composer', 'Alt+Enter');
    await page.locator('.waiting-inputs li').waitFor();
    const other = await openWindow(browser, scene.url);
    await other.page.waitForSelector('#composer');
    await other.page.locator('.side-link').first().click();
    await other.page.getByRole('button', { name: 'Change it' }).click();
    await other.page.getByRole('textbox', { name: 'Change it' }).fill('Then rest by the lock');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await expect.poll(() => other.page.inputValue('#composer')).toBe('Then rest by the lock');
    await other.page.getByText('Your words stand in the composer').waitFor();
  });
});

import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessFaults } from '../support/axe.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import { PageScene } from '../support/page-scene.ts';

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

/** A window with conversations of these titles. */
async function open(titles: readonly string[]): Promise<{ scene: PageScene; page: Page }> {
  const scene = await PageScene.open(titles.map((title) => ({ text: `About ${title}.` })));
  scenes.push(scene);
  const { page } = await openWindow(browser, scene.url);
  await page.waitForSelector('#composer');
  for (const [at, title] of titles.entries()) {
    if (at > 0) await page.getByRole('button', { name: 'New conversation' }).click();
    await page.fill('#composer', title);
    await page.press('#composer', 'Enter');
    await page.waitForSelector('.after .figures');
  }
  await expect.poll(() => page.locator('.side-link').count()).toBe(titles.length);
  return { scene, page };
}

const inSection = async (page: Page, name: string) =>
  (await page.getByRole('region', { name }).locator('.side-link').allInnerTexts()).map((text) => text.split('\n')[0]);
const toast = (page: Page, text: string) => page.getByText(text).first().waitFor();

describe('the page: folders and several at once', () => {
  it('a folder is made while moving, takes what is dropped on it, is renamed, and leaves its conversations when it goes', async () => {
    const { page } = await open(['Herons', 'Bitterns']);
    await page.locator('.side-row', { hasText: 'Herons' }).hover();
    await page.getByRole('button', { name: 'More for Herons' }).click();
    await page.getByRole('menuitem', { name: 'Move to…' }).click();
    await page.getByRole('textbox', { name: 'New folder' }).fill('Birds');
    await page.getByRole('button', { name: 'Make it' }).click();
    await expect.poll(() => inSection(page, 'Folder Birds')).toEqual(['Herons']);
    expect(await inSection(page, 'Today')).toEqual(['Bitterns']);
    await page.locator('.side-link', { hasText: 'Bitterns' }).dragTo(page.getByRole('region', { name: 'Folder Birds' }));
    await expect.poll(() => inSection(page, 'Folder Birds')).toEqual(['Bitterns', 'Herons']);
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'More for the folder Birds' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name of the folder' }).fill('Waders');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Folder Waders' }).waitFor();
    await page.getByRole('button', { name: /^Waders/ }).click();
    expect(await inSection(page, 'Folder Waders')).toEqual([]);
    await page.getByRole('button', { name: 'More for the folder Waders' }).click();
    await page.getByRole('menuitem', { name: 'Delete the folder' }).click();
    await expect.poll(() => inSection(page, 'Today')).toEqual(['Bitterns', 'Herons']);
  });

  it('several are taken by Shift and by keys, and what is done with them is undone for all', async () => {
    const { page } = await open(['Herons', 'Bitterns', 'Egrets', 'Storks']);
    await page.getByRole('button', { name: 'Select several' }).click();
    const box = (name: string) => page.getByRole('checkbox', { name });
    await box('Storks').click();
    await box('Bitterns').click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    expect(await box('Herons').isChecked()).toBe(false);
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Move them to the trash' }).click();
    await toast(page, '3 conversations are in the trash');
    await expect.poll(() => inSection(page, 'Today')).toEqual(['Herons']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => inSection(page, 'Today')).toEqual(['Storks', 'Egrets', 'Bitterns', 'Herons']);
    await page.getByRole('button', { name: 'Select several' }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.classList.contains('side-link'))).toBe(true);
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+Space');
    await page.getByText('3 selected').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByText('4 selected').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export them' }).click();
    await page.getByRole('menuitem', { name: 'As one JSON file' }).click();
    expect((await saved).suggestedFilename()).toBe('conversations.json');
    await page.getByRole('button', { name: 'Select several' }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.classList.contains('side-link'))).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Archive', exact: true }).waitFor();
  });
});

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessFaults } from '../support/axe.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import { PageScene } from '../support/page-scene.ts';
import type { ScriptedReply } from '../support/scripted-model-server.ts';

let browser: Browser;
const scenes: PageScene[] = [];
let faults: string[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  for (const scene of scenes.splice(0)) await scene.close();
  const found = faults;
  faults = [];
  expect(found).toEqual([]);
});

/** A window with conversations of these titles, the last one shown. */
async function open(titles: readonly string[], replies: readonly ScriptedReply[] = []): Promise<{ scene: PageScene; page: Page }> {
  const scene = await PageScene.open(replies.length > 0 ? replies : titles.map((title) => ({ text: `About ${title}.` })));
  scenes.push(scene);
  const window = await openWindow(browser, scene.url);
  window.faults.push = (...found: string[]) => faults.push(...found);
  const { page } = window;
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

const titles = async (page: Page) => (await page.locator('.side-link').allInnerTexts()).map((text) => text.split('\n')[0]);
const more = async (page: Page, title: string, act: string) => {
  await page.locator('.side-row', { hasText: title }).hover();
  await page.getByRole('button', { name: `More for ${title}` }).click();
  await page.getByRole('menuitem', { name: act }).click();
};

describe('the page: conversations out of the list', () => {
  it('a deleted one goes to the trash; one press undoes it, and it is shown again', async () => {
    const { page } = await open(['Herons', 'Bitterns']);
    const address = page.url();
    await page.locator('.side-link[aria-current]').focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => titles(page)).toEqual(['Herons']);
    await page.waitForURL(/\/$/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => titles(page)).toEqual(['Bitterns', 'Herons']);
    expect(page.url()).toBe(address);
    await page.getByText('About Bitterns.').waitFor();
  });

  it('by keyboard the focus goes on in the list, and the trash restores or deletes for good, byte for byte', async () => {
    const { page, scene } = await open(['Herons', 'Bitterns', 'Egrets']);
    await page.locator('.side-link', { hasText: 'Bitterns' }).focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => titles(page)).toEqual(['Egrets', 'Herons']);
    const focused = () => page.evaluate<string>(`document.activeElement.innerText`);
    await expect.poll(focused).toContain('Herons');
    await page.keyboard.press('Delete');
    await expect.poll(() => titles(page)).toEqual(['Egrets']);
    await page.getByRole('button', { name: 'Trash', exact: true }).click();
    await expect.poll(() => titles(page)).toEqual(['Herons', 'Bitterns']);
    expect(await page.locator('.side-when').allInnerTexts()).toEqual(['kept for 30 days', '30 days', '30 days']);
    await page.mouse.move(700, 300);
    await page.locator('[role=tooltip]').waitFor({ state: 'detached' });
    expect(await accessFaults(page)).toEqual([]);
    await more(page, 'Herons', 'Restore');
    await expect.poll(() => titles(page)).toEqual(['Bitterns']);
    await page.locator('.side-link').click();
    await page.getByText('This conversation is in the trash.').waitFor();
    expect(await page.locator('#composer').count()).toBe(0);
    await more(page, 'Bitterns', 'Delete for good…');
    await page.getByRole('button', { name: 'Delete it for good' }).click();
    await page.getByText('Nothing is in the trash.').waitFor();
    const bytes = readFileSync(join(scene.home, 'glasshouse.db'));
    expect([bytes.includes('Bitterns'), bytes.includes('Herons')]).toEqual([false, true]);
    await page.getByRole('button', { name: 'Back to the conversations' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => titles(page)).toEqual(['Egrets', 'Herons']);
  });

  it('the archive keeps one out of the list; it is found, and comes back when something is said in it', async () => {
    const { page } = await open(['Herons'], [{ text: 'About herons.' }, { text: 'More of them.' }]);
    await more(page, 'Herons', 'Archive');
    await expect.poll(() => titles(page)).toEqual([]);
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await expect.poll(() => titles(page)).toEqual(['Herons']);
    await page.locator('.side-link').click();
    await page.getByText('About herons.').waitFor();
    await page.fill('#composer', 'And more?');
    await page.press('#composer', 'Enter');
    await page.getByText('More of them.').waitFor();
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await expect.poll(() => titles(page)).toEqual(['Herons']);
  });

  it('S6: the exported page runs nothing and reaches nobody, whatever stands in it', async () => {
    const reached: string[] = [];
    const beacon = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => beacon.listen(0, '127.0.0.1', resolve));
    const outside = `http://127.0.0.1:${(beacon.address() as AddressInfo).port}`;
    const text = [
      '<script>window.attacked = 1</script>',
      `<img src="${outside}/img" onerror="window.attacked = 2"> ![a](${outside}/picture)`,
      `<style>@import "${outside}/style"</style><link rel=stylesheet href="${outside}/link">`,
      '[x](javascript:window.attacked=3)',
    ].join('\n\n');
    const { page } = await open(['<script>window.attacked = 4</script>'], [{ text }]);
    const downloading = page.waitForEvent('download');
    await more(page, '<script>window.attacked = 4</script>', 'Export as a web page');
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('script-window-attacked-4-script.html');
    const path = await download.path();
    const other = await page.context().newPage();
    await other.setContent(readFileSync(path, 'utf8'));
    await other.waitForTimeout(300);
    expect(await other.evaluate('window.attacked')).toBeUndefined();
    expect(reached).toEqual([]);
    expect(await other.locator('main').innerText()).toContain('<script>window.attacked = 1</script>');
    expect(await accessFaults(other)).toEqual([]);
    beacon.close();
  });
});

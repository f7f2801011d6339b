import type { Browser } from '@playwright/test';
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

async function open() {
  const scene = await PageScene.open();
  scenes.push(scene);
  const { page } = await openWindow(browser, scene.url);
  await page.waitForSelector('#composer');
  return { scene, page };
}

describe('the list of keys', () => {
  it('opens by ? outside of fields and from the palette, and gives the focus back', async () => {
    const { page } = await open();
    await page.fill('#composer', '');
    await page.type('#composer', 'why?');
    expect(await page.inputValue('#composer')).toBe('why?');
    await page.getByRole('button', { name: 'New conversation' }).focus();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByText('Show or hide the inspector').waitFor();
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('New conversation');
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search everything, or say what to do').fill('shortcut');
    await page.getByRole('option', { name: /Keys/ }).click();
    await dialog.waitFor();
  });
});

describe('the sidebar', () => {
  it('U2: is made wider by keys and by dragging, stays so after a reload, and is set back by a double click', async () => {
    const { page } = await open();
    const handle = page.getByRole('separator', { name: 'Width of the sidebar' });
    const width = async () => Math.round((await page.locator('.side-room').boundingBox())?.width ?? 0);
    expect(await width()).toBe(260);
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(width).toBe(276);
    await page.keyboard.press('End');
    await expect.poll(width).toBe(360);
    const box = await handle.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 4, 300);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) - 46, 300, { steps: 4 });
    await page.mouse.up();
    await expect.poll(width).toBe(310);
    await page.waitForTimeout(500);
    await page.reload();
    await page.waitForSelector('#composer');
    await expect.poll(width).toBe(310);
    await handle.dblclick();
    await expect.poll(width).toBe(260);
  });
});

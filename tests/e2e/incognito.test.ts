import type { Browser } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

describe('an incognito window', () => {
  it('opens from the palette, says what it is, keeps nothing in the browser, and is gone when it is closed', async () => {
    scene = await PageScene.open([{ text: 'Nine lines.' }]);
    const { page, context } = await openWindow(browser, scene.url);
    await page.waitForSelector('.starters');
    await page.keyboard.press('Control+k');
    await page.fill('[cmdk-input]', 'incognito');
    await page.getByRole('option', { name: /Incognito window/ }).waitFor();
    const [window] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('Enter')]);
    await window.getByText('lives in memory only').waitFor();
    const { origin } = new URL(window.url());
    expect(origin).not.toBe(new URL(scene.url).origin);
    await window.fill('#composer', 'How many lines has the secret?');
    await window.press('#composer', 'Enter');
    await window.getByText('Nine lines.').waitFor();
    await window.fill('#composer', 'A draft of a secret');
    await window.waitForTimeout(1_500);
    expect(await window.title()).toBe('Incognito · Glasshouse');
    // The browser's own storage, seen from a page of the same origin without our script.
    const beside = await context.newPage();
    await beside.goto(`${origin}/health`);
    expect(await beside.evaluate(() => [...Object.keys(localStorage), document.cookie])).toEqual(['']);
    await beside.close();
    expect(await window.evaluate(() => Object.keys(sessionStorage))).toEqual(['token']);
    // A reload shows the same; in the usual window there is none of it.
    await window.reload();
    await window.getByText('Nine lines.').waitFor();
    await expect.poll(() => window.inputValue('#composer'), { timeout: 10_000 }).toBe('A draft of a secret');
    expect(await page.locator('.side-scroll').innerText()).not.toContain('secret');
    await window.close();
    const health = () =>
      fetch(`${origin}/health`).then(
        () => 'open',
        () => 'gone',
      );
    await expect.poll(health, { timeout: 20_000, interval: 500 }).toBe('gone');
  }, 60_000);
});

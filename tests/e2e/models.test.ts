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

/** A provider that lists what is known of it, on this machine. */
async function open() {
  const scene = await PageScene.open([{ text: 'Hello.' }], { ANTHROPIC_API_KEY: 'sk-planted', ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' });
  scenes.push(scene);
  const { page } = await openWindow(browser, scene.url);
  await page.waitForSelector('#composer');
  return { scene, page };
}

describe('the model picker', () => {
  it('is searched, stars by the keyboard, keeps favourites on top in the next window, and shows where words go (U3)', async () => {
    const { scene, page } = await open();
    await page.getByRole('button', { name: /^Model:/ }).click();
    const search = page.getByPlaceholder('Search models');
    await search.fill('scripted');
    const option = page.getByRole('option', { name: /scripted/ });
    await option.first().waitFor();
    expect(await page.locator('button.pick', { hasText: 'scripted' }).textContent()).toContain('stays on this machine');
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press('Alt+s');
    await page.getByText('Favourites').waitFor();
    await search.fill('no such model at all');
    await page.getByText('No model has all these words').waitFor();
    await search.fill('scripted');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('composer');
    const other = (await openWindow(browser, scene.url)).page;
    await other.getByRole('button', { name: /^Model:/ }).click();
    await other.getByText('Favourites').waitFor();
    expect(await other.getByRole('option').first().textContent()).toContain('scripted');
  });
});

describe('the settings of models', () => {
  it('R9: set a fallback, and whether words may leave this machine for it', async () => {
    const { scene, page } = await open();
    await page.goto(`${new URL(scene.url).origin}/settings/models`);
    await page.getByLabel('Fallback model').selectOption({ index: 1 });
    await page.getByRole('radiogroup', { name: 'From this machine to elsewhere' }).waitFor();
    const stored = async () => {
      const { settings } = (await scene.call('settings/list', {})) as { settings: { key: string; value: string | null }[] };
      return Object.fromEntries(settings.map(({ key, value }) => [key, value]));
    };
    expect((await stored())['fallback_leaves_machine']).toBeNull();
    await page.getByRole('radio', { name: 'Allowed' }).click();
    await expect.poll(async () => (await stored())['fallback_leaves_machine']).toBe('yes');
    await page.getByLabel('Fallback model').selectOption({ label: 'No other model' });
    await expect.poll(async () => (await stored())['fallback']).toBeNull();
  });
});

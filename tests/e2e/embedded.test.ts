import { dirname } from 'node:path';
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openWindow } from '../support/browser.ts';
import { embeddedFile } from '../support/embedded-file.ts';
import { PageScene } from '../support/page-scene.ts';

let browser: Browser;
let models: string;

beforeAll(async () => {
  browser = await openBrowser();
  models = dirname((await embeddedFile()).path);
}, 300_000);
afterAll(() => browser.close());

describe('the page on the embedded model, without a key or another service', () => {
  it('opens, answers the first starter task from the file that it names, and shows every byte of the request', async () => {
    const scene = await PageScene.open([], {
      GLASSHOUSE_MODEL: undefined,
      GLASSHOUSE_MODELS: models,
      OPENAI_API_KEY: undefined,
      OPENAI_BASE_URL: undefined,
      GLASSHOUSE_WINDOW: undefined,
    });
    try {
      const { page, faults } = await openWindow(browser, scene.url);
      await page.getByText('stays on this machine').first().waitFor();
      await page.getByRole('button', { name: /^Ask a note/ }).click();
      await page.locator('.tool', { hasText: 'garden.md' }).waitFor({ timeout: 90_000 });
      await expect.poll(() => page.locator('.prose').last().innerText(), { timeout: 60_000 }).toMatch(/February/);
      await page.getByText(/\d+ steps? ·/).waitFor({ timeout: 30_000 });
      await page.getByRole('button', { name: 'Inspector' }).click();
      await page.getByRole('tab', { name: 'Context' }).click();
      await page.getByText('Stays on this machine').first().waitFor();
      await page.getByRole('radio', { name: 'As one text' }).click();
      expect(await page.locator('.inspector').innerText()).toContain('When are the roses pruned');
      expect(faults).toEqual([]);
    } finally {
      await scene.close();
    }
  }, 240_000);
});

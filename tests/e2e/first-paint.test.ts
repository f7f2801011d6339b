import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
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

/** A server, and a way to open windows on it whose script does not come before `release`. */
async function held() {
  const scene = await PageScene.open([{ text: 'It is answered.' }]);
  scenes.push(scene);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  let release = () => {};
  const open = async (path = '/'): Promise<Page> => {
    const page = await context.newPage();
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/assets/*.js', async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${new URL(scene.url).origin}${path}#token=${scene.token}`, { waitUntil: 'commit' });
    await page.waitForSelector('.frame, .settings, #root:empty', { state: 'attached' });
    if (path === '/') await expect.poll(() => page.evaluate<string>('document.activeElement.id')).toBe('composer');
    return page;
  };
  return { scene, open, release: () => release() };
}

const isDrawn = (page: Page) => page.waitForSelector('#root:not(:has(.early)) #composer');
const boxes = (page: Page) =>
  page.evaluate(() =>
    ['.side', '.wordmark', '.search-field', '.bar', '.sill', '#composer', '.inspector'].map((selector) => {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      return box ? `${selector} ${[box.x, box.y, box.width, box.height].map(Math.round).join(' ')}` : `no ${selector}`;
    }),
  );

describe('the page before its script', () => {
  it('U2 takes no draft away that only the database has, however late the composer comes', async () => {
    const { scene, open, release } = await held();
    const sent = (await scene.call('messages/send', { commandId: crypto.randomUUID(), workspace: scene.workspace, text: 'Hello' })) as {
      conversationId: string;
    };
    const key = `draft:${sent.conversationId}`;
    await scene.call('memory/set', { key, value: 'Written elsewhere' });
    const page = await open(`/c/${sent.conversationId}`);
    // The rest of the page, and what it remembers, are here long before this room is.
    await page.route('**/assets/conversation-view*.js', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    release();
    await isDrawn(page);
    await expect.poll(() => page.inputValue('#composer'), { timeout: 5_000 }).toBe('Written elsewhere');
    expect(((await scene.call('memory/all', {})) as { values: Record<string, string> }).values[key]).toBe('Written elsewhere');
  });

  it('can be written in, and what was written, the caret and the keys go on in the composer', async () => {
    const { open, release } = await held();
    const page = await open();
    await page.keyboard.type('What is here?');
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('.early').count()).toBe(1);
    release();
    await isDrawn(page);
    await page.keyboard.type(' now');
    expect(await page.inputValue('#composer')).toBe('What is here now?');
  });

  it('sends what was sent, once, and keeps what was written after it', async () => {
    const { scene, open, release } = await held();
    const page = await open();
    await page.keyboard.type('What is here?');
    await page.keyboard.press('Enter');
    await page.keyboard.type('And there');
    release();
    await page.waitForURL(/\/c\/[\w-]+$/);
    await expect.poll(() => page.locator('.prose').last().innerText()).toBe('It is answered.');
    const said = scene.model.requests.map(({ body }) => body.toString()).filter((body) => body.includes('What is here?'));
    expect(said).toHaveLength(1);
    // It was written for a beginning, and stands there.
    await page.keyboard.press('Control+Shift+O');
    await expect.poll(() => page.inputValue('#composer')).toBe('And there');
  });

  it('U2 loses nothing when it is loaded anew before its script has come: what was sent stands in the field again', async () => {
    const { open, release } = await held();
    const page = await open();
    await page.keyboard.type('Sent too early');
    await page.keyboard.press('Enter');
    await page.keyboard.type('and a draft');
    await page.reload({ waitUntil: 'commit' });
    await page.waitForSelector('.early');
    await expect.poll(() => page.inputValue('#composer')).toBe('Sent too early\n\nand a draft');
    release();
    await isDrawn(page);
    expect(await page.inputValue('#composer')).toBe('Sent too early\n\nand a draft');
    await page.waitForTimeout(700);
    await page.reload();
    await expect.poll(() => page.inputValue('#composer')).toBe('Sent too early\n\nand a draft');
  });

  it('stands where the page will stand: nothing moves when the script has come', async () => {
    const { open, release } = await held();
    const first = await open();
    release();
    await isDrawn(first);
    // With a draft, and the panels as they were left.
    await first.fill('#composer', 'A draft\nof two lines');
    await first.keyboard.press('Control+b');
    await first.waitForTimeout(600);
    const second = await open();
    const before = await boxes(second);
    expect(await second.inputValue('#composer')).toBe('A draft\nof two lines');
    release();
    await isDrawn(second);
    expect(await boxes(second)).toEqual(before);
  });

  it('shows no composer where there is none: in the settings, and to whoever has no key', async () => {
    const { scene, open } = await held();
    const settings = await open('/settings/models');
    expect(await settings.locator('#composer').count()).toBe(0);
    const stranger = await (await browser.newContext()).newPage();
    await stranger.route('**/assets/*.js', () => undefined);
    await stranger.goto(new URL(scene.url).origin, { waitUntil: 'commit' });
    await stranger.waitForSelector('#root:empty', { state: 'attached' });
    expect(await stranger.locator('#composer').count()).toBe(0);
  });
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillLongConversation, LONG_CONVERSATION } from '../../bench/long-conversation.ts';
import { accessFaults } from '../support/axe.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import { PageScene } from '../support/page-scene.ts';
import type { ScriptedReply } from '../support/scripted-model-server.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

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

async function open(replies: readonly ScriptedReply[]): Promise<{ scene: PageScene; page: Page }> {
  const scene = await PageScene.open(replies);
  scenes.push(scene);
  return { scene, page: await another(scene, scene.url) };
}

async function another(scene: PageScene, url: string): Promise<Page> {
  const window = await openWindow(browser, url.includes('#') ? url : `${url}#token=${scene.token}`);
  window.faults.push = (...found: string[]) => faults.push(...found);
  await window.page.waitForSelector('#composer');
  return window.page;
}

async function say(page: Page, text: string): Promise<void> {
  const before = await page.locator('.after .figures').count();
  await page.fill('#composer', text);
  await page.press('#composer', 'Enter');
  await expect.poll(() => page.locator('.after .figures').count()).toBe(before + 1);
}

/** What stands in the conversation, without figures. */
const story = async (page: Page) =>
  (await page.locator('.said-text, .prose').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
const pager = (page: Page, name: RegExp) => page.getByRole('group', { name });
const button = (page: Page, name: string) => page.getByRole('button', { name });

describe('the page: a conversation as a tree', () => {
  it('says a message in other words and runs again; both versions can be walked to, by keyboard, in every window and in the terminal', async () => {
    const { scene, page } = await open([{ text: 'Blue.' }, { text: 'Of the sky.' }, { text: 'Green.' }]);
    await say(page, 'Which colour?');
    await say(page, 'Why?');
    const other = await another(scene, page.url());
    await expect.poll(() => story(other)).toEqual(['Which colour?', 'Blue.', 'Why?', 'Of the sky.']);
    await page.locator('.said').first().hover();
    await button(page, 'Edit and run again').first().click();
    const field = page.getByLabel('Your message, in other words');
    expect(await field.inputValue()).toBe('Which colour?');
    await page.keyboard.type(' In spring');
    await page.keyboard.press('Enter');
    await expect.poll(() => story(page)).toEqual(['Which colour? In spring', 'Green.']);
    await expect.poll(() => story(other)).toEqual(['Which colour? In spring', 'Green.']);
    await pager(page, /^Version 2 of 2$/).waitFor();
    await button(page, 'Earlier version').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Blue.', 'Why?', 'Of the sky.']);
    await expect.poll(() => story(other)).toEqual(['Which colour?', 'Blue.', 'Why?', 'Of the sky.']);
    // The focus is where the way goes on.
    await expect.poll(() => page.evaluate<string>(`document.activeElement?.getAttribute('aria-label') ?? ''`)).toBe('Later version');
    const shown = spawnSync(process.execPath, [cli, 'conversations', 'show', 'last'], { env: scene.env, encoding: 'utf8' });
    expect(shown.stdout).toContain('Of the sky.');
    expect(shown.stdout).not.toContain('Green.');
    await page.reload();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Blue.', 'Why?', 'Of the sky.']);
    expect(await accessFaults(page)).toEqual([]);
  });

  it('answers again beside the answer before, and goes on from the one that is shown', async () => {
    const { scene, page } = await open([{ text: 'Blue.' }, { text: 'Red.' }, { text: 'The sky is so.' }]);
    await say(page, 'Which colour?');
    await button(page, 'Answer again').click();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Red.']);
    await pager(page, /^Answer 2 of 2$/).waitFor();
    await page.keyboard.press('Control+i');
    await page.getByRole('tab', { name: 'Context' }).click();
    await page.getByText(/^Request 1 of 1/).waitFor();
    await page.getByRole('tab', { name: 'Runs' }).click();
    await page.getByText(/^Run 1 of 1/).waitFor();
    await page.keyboard.press('Control+i');
    await button(page, 'Earlier answer').click();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Blue.']);
    await say(page, 'Why?');
    const asked = scene.model.requests.at(-1)?.body.toString('utf8') ?? '';
    expect(asked).toContain('Blue.');
    expect(asked).not.toContain('Red.');
  });

  it('U2: words of an edit survive a reload; Escape gives them up and gives the focus back', async () => {
    const { page } = await open([{ text: 'Blue.' }]);
    await say(page, 'Which colour?');
    await page.locator('.said').hover();
    await button(page, 'Edit and run again').click();
    await page.keyboard.type(' In sp');
    await page.waitForTimeout(600);
    await page.reload();
    const field = page.getByLabel('Your message, in other words');
    await field.waitFor();
    expect(await field.inputValue()).toBe('Which colour? In sp');
    await field.press('Escape');
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Blue.']);
    expect(await page.evaluate<string>(`document.activeElement?.getAttribute('aria-label') ?? ''`)).toBe('Edit and run again');
  });

  it('does not branch while a run is at work', async () => {
    const { page } = await open([{ text: 'Blue.' }, { text: 'It takes long to say why it is so.', delayMs: 300, chunkSize: 4 }]);
    await say(page, 'Which colour?');
    await page.fill('#composer', 'Why?');
    await page.press('#composer', 'Enter');
    await page.getByText('It takes').waitFor();
    await page.locator('.said').first().hover();
    expect(await button(page, 'Edit when the run has ended').first().isDisabled()).toBe(true);
    expect(await button(page, 'Answer again when the run has ended').first().isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => button(page, 'Answer again').first().isEnabled()).toBe(true);
    // What was cut can be gone on with.
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Go on from where you stopped.').waitFor();
  });

  it('when the new answer fails, the old one is a step away', async () => {
    const { page } = await open([{ text: 'Blue.' }, { status: 401, body: JSON.stringify({ error: { message: 'invalid api key' } }) }]);
    await say(page, 'Which colour?');
    await button(page, 'Answer again').click();
    await page.locator('.error-card').waitFor();
    await page.reload();
    await page.locator('.error-card').waitFor();
    await button(page, 'Earlier answer').click();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Blue.']);
    expect(await page.locator('.error-card').count()).toBe(0);
  });

  it('opens what was found on another branch, and stays where one walks to from there', async () => {
    const { scene, page } = await open([{ text: 'Blue as a heron.' }, { text: 'Red.' }]);
    await say(page, 'Which colour?');
    await button(page, 'Answer again').click();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Red.']);
    await page.keyboard.press('Control+k');
    await page.waitForSelector('.palette[open]');
    await page.keyboard.type('heron');
    await page.getByRole('option', { name: /heron/ }).first().click();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Blue as a heron.']);
    await page.locator('.turn.is-sought', { hasText: 'heron' }).waitFor();
    await button(page, 'Later answer').click();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Red.']);
    expect(page.url()).not.toContain('/m/');
    await page.reload();
    await expect.poll(() => story(page)).toEqual(['Which colour?', 'Red.']);
    expect(scene.model.requests.length).toBe(2);
  });

  it('branches ten thousand messages in the middle, and comes back to all of them', async () => {
    const scene = await PageScene.open([{ text: 'Another way.' }]);
    scenes.push(scene);
    await scene.stop();
    fillLongConversation(scene.home, scene.workspace);
    await scene.start();
    const page = await another(scene, scene.url);
    await page.goto(`${new URL(scene.url).origin}/c/${LONG_CONVERSATION.id}/m/m-005000`);
    const middle = page.locator('.turn', { hasText: 'This is message number 5000,' });
    await middle.waitFor({ timeout: 15_000 });
    await middle.hover();
    await middle.getByRole('button', { name: 'Edit and run again' }).click();
    await page.keyboard.type(' And more?');
    await page.keyboard.press('Enter');
    await page.getByText('Another way.').waitFor();
    await button(page, 'Earlier version').click();
    await page
      .locator('.turn', { hasText: 'This is message number 5000, and it asks for what stands there.' })
      .waitFor({ timeout: 15_000 });
    await page.getByText('message number 5001,').waitFor();
    await expect
      .poll(() => page.evaluate<number>(`document.querySelector('.list').clientHeight`), { timeout: 10_000 })
      .toBeGreaterThan(1_500_000);
    // Where one walked to is still in sight.
    expect(await page.getByText('message number 5001,').isVisible()).toBe(true);
    await page.locator('.scroll').focus();
    await page.keyboard.press('End');
    await page.getByText(LONG_CONVERSATION.lastWords).waitFor();
    await page.keyboard.press('Home');
    await page.getByText(LONG_CONVERSATION.firstWords).first().waitFor();
  });
});

describe('the page: copying', () => {
  const clipboard = (page: Page) =>
    page.evaluate<{ plain: string; html: string }>(`navigator.clipboard.read().then(async ([item]) => ({
      plain: await (await item.getType('text/plain')).text(),
      html: item.types.includes('text/html') ? await (await item.getType('text/html')).text() : '',
    }))`);

  it('puts an answer on the clipboard as Markdown and as formatted text, and says so', async () => {
    const text =
      'Two **piles**, see [the list](https://example.org/a):\n\n- one `x < y`\n- two\n\n```js\nconst a = "<b>";\n```\n\n<script>alert(1)</script>';
    const { page } = await open([{ text }]);
    await say(page, 'Which?');
    await button(page, 'Copy answer').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('as Markdown and as formatted text').waitFor();
    const { plain, html } = await clipboard(page);
    expect(plain).toBe(text);
    expect(html).toContain('<p>Two <b>piles</b>, see <a href="https://example.org/a">the list</a>:</p>');
    expect(html).toContain('<li>one <code>x &lt; y</code></li>');
    expect(html).toContain('<pre><code>const a = "&lt;b&gt;";</code></pre>');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script|class=|<button/);
    await button(page, 'Copy code').click();
    await page.getByRole('status').getByText('The code is on the clipboard').waitFor();
    expect((await clipboard(page)).plain).toBe('const a = "<b>";');
    await page.locator('.said').hover();
    await button(page, 'Copy message').click();
    await page.getByRole('status').getByText('Your message is on the clipboard').waitFor();
    expect((await clipboard(page)).plain).toBe('Which?');
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from '@playwright/test';
import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerByKey } from '../support/answer-by-key.ts';
import { openBrowser, openWindow, type WindowOptions } from '../support/browser.ts';
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

async function open(
  replies: readonly ScriptedReply[],
  options?: WindowOptions,
): Promise<{ scene: PageScene; page: Page; faults: string[] }> {
  const scene = await PageScene.open(replies);
  scenes.push(scene);
  const { page, faults } = await openWindow(browser, scene.url, options);
  await page.waitForSelector('#composer');
  return { scene, page, faults };
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill('#composer', text);
  await page.press('#composer', 'Enter');
}

describe('markdown that attacks', () => {
  it('S6 runs nothing, loads nothing, and follows no address but the web’s', async () => {
    const reached: string[] = [];
    const beacon = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => beacon.listen(0, '127.0.0.1', resolve));
    const outside = `http://127.0.0.1:${(beacon.address() as AddressInfo).port}`;
    const text = [
      '<script>window.attacked = 1</script>',
      `<img src="${outside}/img" onerror="window.attacked = 2">`,
      `![a picture](${outside}/beacon.png)`,
      '[click me](javascript:window.attacked=3) and [me](data:text/html,<script>window.attacked=4</script>)',
      `[a page](${outside}/page) <a href="javascript:window.attacked=5">x</a>`,
      `<iframe src="${outside}/frame"></iframe>`,
      '`</code><script>window.attacked = 6</script>`',
      `| ${'wide | '.repeat(60)}\n| ${'--- | '.repeat(60)}\n| ${'<b onclick="window.attacked=7">cell</b> | '.repeat(60)}`,
      '```html\n<script>window.attacked = 8</script>\n```',
    ].join('\n\n');
    const { page, faults } = await open([{ text, chunkSize: 40 }]);
    await say(page, 'Attack me');
    await page.locator('.after').waitFor();
    await page.waitForTimeout(300);
    for (const link of await page.locator('.prose a').all()) expect(await link.getAttribute('href')).toMatch(/^https?:/);
    expect(await page.locator('.prose img, .prose iframe, .prose script, .prose [onclick], .prose [style]').count()).toBe(0);
    expect(await page.locator('.prose').innerText()).toContain('<script>window.attacked = 1</script>');
    expect(await page.locator('.prose .picture').innerText()).toContain('not loaded');
    expect(await page.evaluate('window.attacked')).toBeUndefined();
    expect(reached).toEqual([]);
    expect(faults).toEqual([]);
    const room = page.locator('.table-room');
    expect(await room.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    beacon.close();
  });
});

describe('an approval in disguise', () => {
  it('S6 shows characters that hide or reorder others by their codes, says so, and offers no “Always”', async () => {
    const path = 'photo\u202Egnp.sh';
    const { page } = await open([
      { toolCalls: [{ name: 'write_file', input: { path, content: 'echo a\u200Bb\n' } }] },
      { toolCalls: [{ name: 'run_command', input: { command: 'echo safe \u2066# harmless\u2069' } }] },
      { text: 'Done.' },
    ]);
    await say(page, 'Write it');
    const card = page.locator('.ask');
    await card.locator('.diff').waitFor();
    expect(await card.locator('.facts .mono').innerText()).toBe('photo‹U+202E›gnp.sh');
    expect(await card.locator('.diff').innerText()).toContain('echo a‹U+200B›b');
    expect(await card.locator('.says').innerText()).toBe('The path holds invisible or reordering characters, shown as ‹…›.');
    expect(await card.locator('footer').innerText()).not.toMatch(/Always|For this conversation/);
    expect(await card.locator('.facts .mono').evaluate((element) => getComputedStyle(element).unicodeBidi)).toBe('isolate');
    expect(await page.locator('.state').innerText()).toContain('photo‹U+202E›gnp.sh');
    await page.waitForTimeout(1_000);
    await card.getByRole('button', { name: 'Allow once' }).click();
    await card.locator('.command').waitFor();
    expect(await card.locator('.command').innerText()).toBe('echo safe ‹U+2066›# harmless‹U+2069›');
    expect(await card.locator('.says').innerText()).toContain('The command holds invisible or reordering characters, shown as ‹…›.');
    await page.waitForTimeout(1_000);
    await card.getByRole('button', { name: 'Allow once' }).click();
    await page.locator('.after').waitFor();
    const row = page.locator('.tool', { hasText: 'photo' });
    expect(await row.innerText()).toContain('photo‹U+202E›gnp.sh');
    await row.click();
    expect(await page.locator('.opened').innerText()).toContain('photo‹U+202E›gnp.sh');
    await page.keyboard.press('Control+i');
    await page.getByRole('tab', { name: /Files/ }).click();
    await page.locator('.changed-files h2').waitFor();
    expect(await page.locator('.changed-files h2').innerText()).toBe('photo‹U+202E›gnp.sh');
    expect(await page.locator('body').innerText()).not.toMatch(/[\u200b\u202e\u2066\u2069]/);
  });
});

const KINDS: readonly WindowOptions[] = [
  { scheme: 'light' },
  { scheme: 'dark' },
  { scheme: 'light', contrast: 'more' },
  { scheme: 'dark', width: 390, height: 844 },
];

async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.filter((each) => each.impact === 'serious' || each.impact === 'critical').map((each) => each.id + ': ' + each.nodes.map((node) => node.target.join(' ')).join(', ')))`,
  );
}

describe('the page for everybody', () => {
  it.each(KINDS)('axe finds nothing serious or critical ($scheme $contrast $width)', async (options) => {
    const { page } = await open(
      [
        {
          reasoning: 'Think.',
          text: '## Title\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst a = 1;\n```',
          toolCalls: [
            { name: 'calculate', input: { expression: '1 + 1' } },
            { name: 'run_command', input: { command: 'echo x' } },
          ],
        },
      ],
      options,
    );
    expect(await seriousFaults(page)).toEqual([]);
    await say(page, 'Everything');
    await page.locator('.ask').waitFor();
    await page.locator('.tool').last().click();
    await page.waitForTimeout(300);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('works by keyboard alone: say, approve, read on, go to another conversation, rename and delete it', async () => {
    const { page } = await open([
      { toolCalls: [{ name: 'run_command', input: { command: 'echo keys' } }] },
      { text: 'By keys alone.' },
      { text: 'A second one.' },
    ]);
    await page.keyboard.type('First');
    await page.keyboard.press('Enter');
    await answerByKey(page, 'Enter');
    await page.locator('.after').waitFor();
    await page.keyboard.press('Control+Shift+O');
    await page.waitForURL(/\/$/);
    await page.keyboard.type('Second');
    await page.keyboard.press('Enter');
    await page.locator('.after').waitFor();
    // Backwards from the composer into the list of conversations.
    for (let step = 0; step < 40; step += 1) {
      if (await page.evaluate(`document.activeElement.classList.contains('side-link')`)) break;
      await page.keyboard.press('Shift+Tab');
    }
    const focused = () => page.evaluate<string>(`document.activeElement.matches('a') ? document.activeElement.innerText : ''`);
    await page.keyboard.press('End');
    expect(await focused()).toContain('First');
    expect(await page.evaluate(`getComputedStyle(document.activeElement).boxShadow`)).not.toBe('none');
    await page.keyboard.press('F2');
    await page.keyboard.type('The very first');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toContain('The very first');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.bar h1').innerText()).toBe('The very first');
    await page.locator('.side-link[aria-current]').focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => page.locator('.side-link').count()).toBe(1);
    await page.waitForURL(/\/$/);
    await page.getByRole('button', { name: 'Trash', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Trash' }).locator('.side-link').focus();
    await page.keyboard.press('Delete');
    await page.locator('dialog').waitFor();
    expect(await page.locator('dialog').innerText()).toContain('cannot be undone');
    await page.keyboard.press('Escape');
    expect(await page.locator('.side-link').count()).toBe(1);
    await page.keyboard.press('Delete');
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is in the trash.').waitFor();
  });
});

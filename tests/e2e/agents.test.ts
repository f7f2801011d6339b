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

const agents = async (page: Page) => {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.locator('.settings-item', { hasText: 'Agents' }).click();
};

describe('the page: agents', () => {
  it('one is made, begun with by its task, and named by the conversation; its tools alone are offered', async () => {
    const { scene, page } = await open([{ text: 'Nine fathoms.' }]);
    await agents(page);
    await page.getByRole('button', { name: 'New agent' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Sailor');
    await page.getByRole('textbox', { name: 'Instructions' }).fill('Measure in fathoms.');
    await page.getByRole('textbox', { name: 'Tasks to begin with' }).fill('How deep is the harbour?');
    await page.getByText('Only these').click();
    await page.getByRole('checkbox', { name: 'write_file' }).uncheck();
    expect(await accessFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the agent' }).click();
    await page.getByRole('button', { name: 'Begin with Sailor' }).click();
    await page.getByRole('button', { name: 'How deep is the harbour?' }).click();
    expect(await page.inputValue('#composer')).toBe('How deep is the harbour?');
    expect(await accessFaults(page)).toEqual([]);
    await page.press('#composer', 'Enter');
    await page.waitForSelector('.after .figures');
    await page.locator('.compose-tools .pick.is-fixed', { hasText: 'Sailor' }).waitFor();
    const sent = scene.model.requests.at(-1)?.body.toString() ?? '';
    expect(sent).toContain('Measure in fathoms.');
    expect(sent).toContain('"read_file"');
    expect(sent).not.toContain('"write_file"');
  });

  it('a deleted one is back by one press; S5: one from a file is read before it can be begun with', async () => {
    const { page } = await open([]);
    await agents(page);
    const file = { glasshouse: 'agent', version: 1, name: 'Stranger', instructions: 'Praise the <b>moon</b>.' };
    const take = (text: string) =>
      page.setInputFiles('input[aria-label="A file with an agent"]', {
        name: 'a.json',
        mimeType: 'application/json',
        buffer: Buffer.from(text),
      });
    await take('{"glasshouse":"agent","version":1}');
    await page.getByText('“name” is wrong').waitFor();
    await take(JSON.stringify(file));
    const dialog = page.getByRole('dialog', { name: 'The agent “Stranger”' });
    await dialog.getByText('Praise the <b>moon</b>.').waitFor();
    await dialog.getByRole('button', { name: 'Leave it out' }).click();
    expect(await page.getByRole('button', { name: 'Begin with Stranger' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Read it: Stranger' }).click();
    await dialog.getByRole('button', { name: 'Approve this agent' }).click();
    const begin = page.getByRole('button', { name: 'Begin with Stranger' });
    await begin.waitFor();
    await page.getByRole('button', { name: 'More for Stranger' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await begin.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await begin.waitFor();
  });
});

import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessFaults } from '../support/axe.ts';
import { answerByKey } from '../support/answer-by-key.ts';
import { openBrowser, openWindow, type WindowOptions } from '../support/browser.ts';
import { startFileServer } from '../support/file-server.ts';
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

async function goToPath(page: Page, scene: PageScene, path: string): Promise<void> {
  await page.goto(`${new URL(scene.url).origin}${path}`);
}

const SCHEMES = ['light', 'dark'] as const;

describe('the inspector', () => {
  it('C1 shows every byte that the model server received, by span and as one text', async () => {
    const { scene, page, faults } = await open([
      { toolCalls: [{ name: 'list_directory', input: {} }] },
      { text: 'Nothing “here” yet.\nNot even \\ this.' },
      { text: 'Still nothing.' },
    ]);
    await say(page, 'Look around: "quotes", \\ and ümläuts 😀');
    await page.locator('.after').waitFor();
    await page.keyboard.press('Control+i');
    await page.getByText('Request 2 of 2').waitFor();

    for (const [index, request] of scene.model.requests.entries()) {
      if (index === 0) await page.getByRole('button', { name: 'Earlier request' }).click();
      else await page.getByRole('button', { name: 'Later request' }).click();
      await page.getByText(`Request ${index + 1} of 2`).waitFor();
      await page.getByRole('radio', { name: 'As one text' }).click();
      const sent = request.body.toString('utf8');
      await expect.poll(() => page.locator('.whole-body').evaluate((element) => element.textContent)).toBe(sent);
      await page.getByRole('button', { name: 'Copy the body' }).click();
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(sent);
    }

    // Copied twice, told once, and not over what one writes with or goes on by.
    const toast = page.locator('.toast');
    expect(await toast.count()).toBe(1);
    const room = await toast.boundingBox();
    for (const covered of [page.locator('.sill'), page.getByRole('link', { name: 'Settings' })]) {
      const box = await covered.boundingBox();
      if (!room || !box) throw new Error('one of them is not shown');
      const isApart =
        room.x + room.width <= box.x || box.x + box.width <= room.x || room.y + room.height <= box.y || box.y + box.height <= room.y;
      expect(isApart).toBe(true);
    }

    await page.getByRole('radio', { name: 'By span' }).click();
    await page.getByRole('button', { name: /^Input of this run/ }).click();
    const exact = await page
      .locator('.exact-text')
      .first()
      .evaluate((element) => element.textContent ?? '');
    expect(exact).toContain('\\"quotes\\", \\\\ and ümläuts 😀');
    expect(scene.model.requests[1]?.body.toString('utf8')).toContain(exact);
    expect(faults).toEqual([]);
  });

  it('shows a new request and its step as soon as the step starts', async () => {
    const { page } = await open([{ text: 'First.' }, { text: 'It takes its time to say this.', firstDelayMs: 1_500 }]);
    await say(page, 'One');
    await page.locator('.after').waitFor();
    await page.keyboard.press('Control+i');
    await page.getByText('Request 1 of 1').waitFor();
    await say(page, 'Two');
    await page.getByText('Request 2 of 2').waitFor({ timeout: 1_400 });
    await page.getByRole('tab', { name: 'Runs' }).click();
    await page.getByText('Run 2 of 2').waitFor();
    expect(await page.locator('.lane .is-live').count()).toBe(1);
    await expect.poll(() => page.locator('.lane .is-live').count()).toBe(0);
    await page.getByRole('button', { name: /Step 1/ }).click();
    await page.getByText('Request 2 of 2').waitFor();
  });

  it('copies a request as curl with a name where the key was, and shows no secret among the headers', async () => {
    const { scene, page } = await open([{ text: 'Hello.' }]);
    await say(page, 'Hello');
    await page.locator('.after').waitFor();
    await page.keyboard.press('Control+i');
    await page.getByRole('button', { name: 'Copy as curl, without the key' }).click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toMatch(/^curl /);
    const curl = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(curl).toContain('$OPENAI_API_KEY');
    await page.getByRole('button', { name: /headers$/ }).click();
    const shown = await page.locator('.inspector').innerText();
    for (const text of [curl, shown]) expect(text).not.toContain(scene.env['OPENAI_API_KEY']);
  });

  it('shows what was changed as a diff, and the plan with its current item', async () => {
    const { scene, page } = await open([
      { toolCalls: [{ name: 'edit_file', input: { path: 'a.txt', old_text: 'one', new_text: 'two' } }] },
      {
        toolCalls: [
          {
            name: 'update_plan',
            input: {
              items: [
                { text: 'Edit', state: 'done' },
                { text: 'Look', state: 'active' },
              ],
            },
          },
        ],
      },
      { text: 'Done.' },
    ]);
    scene.write('a.txt', 'zero\none\n');
    await say(page, 'Change it');
    await answerByKey(page, 'Enter');
    await page.locator('.after').waitFor();
    await page.keyboard.press('Control+i');
    await page.getByRole('tab', { name: /^Files/ }).click();
    expect(await page.locator('.changed-files .removed').innerText()).toContain('one');
    expect(await page.locator('.changed-files .added').innerText()).toContain('two');
    await page.getByRole('tab', { name: 'Plan' }).click();
    expect(await page.locator('.plan .is-active').innerText()).toContain('Look');
    for (const tab of ['Plan', 'Files', 'Runs', 'Context']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.waitForTimeout(200);
      for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        expect(await accessFaults(page), `${tab}, ${scheme}`).toEqual([]);
      }
    }
  });

  it('is made wider and narrower by keyboard, within bounds, and remembers it', async () => {
    const { page } = await open([{ text: 'Hello.' }]);
    await say(page, 'Hello');
    await page.locator('.after').waitFor();
    await page.keyboard.press('Control+i');
    const handle = page.getByRole('separator', { name: 'Width of the inspector' });
    await handle.focus();
    await page.keyboard.press('Home');
    const width = async () => Math.round((await page.locator('.inspector').boundingBox())?.width ?? 0);
    await expect.poll(width).toBe(640);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    await expect.poll(width).toBe(624);
    await page.waitForTimeout(600);
    await page.reload();
    await page.locator('.inspector-tabs').waitFor();
    await expect.poll(width).toBe(624);
    await page.keyboard.press('Control+i');
    expect(await page.locator('.inspector').count()).toBe(0);
  });
});

describe('the palette', () => {
  it('searches everything and opens the exact message, by keyboard alone', async () => {
    const { page, faults } = await open([
      { toolCalls: [{ name: 'calculate', input: { expression: '40000 + 1000' } }] },
      { text: 'The nightly backup writes 41,000 small files; a gooseberry of a problem.' },
      { text: 'Something else.' },
    ]);
    await say(page, 'Why is the backup slow?');
    await page.locator('.after').waitFor();
    const conversation = new URL(page.url()).pathname;
    await page.keyboard.press('Control+Shift+O');
    await say(page, 'Another matter');
    await expect.poll(() => new URL(page.url()).pathname).not.toBe(conversation);
    await page.locator('.after').waitFor();

    await page.keyboard.press('Control+k');
    await page.locator('.palette[open]').waitFor();
    await page.keyboard.type('gooseberry');
    await page.locator('.hit mark').waitFor();
    expect(await page.locator('.hit mark').innerText()).toBe('gooseberry');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).pathname).toMatch(new RegExp(`^${conversation}/m/.+`));
    await page.getByText('a gooseberry of a problem').waitFor();
    expect(await page.locator('.palette').count()).toBe(0);

    await page.keyboard.press('Control+k');
    await page.locator('.palette[open]').waitFor();
    await page.keyboard.type('40000');
    await page.locator('.hit', { hasText: 'Asked of a tool' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('.palette').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('says when nothing was found, does what can be done, and axe finds nothing', async () => {
    const { page } = await open([]);
    await page.keyboard.press('Control+k');
    await page.locator('.palette[open]').waitFor();
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await accessFaults(page), scheme).toEqual([]);
    }
    await page.keyboard.type('zzqx');
    await page.getByText('Nothing says “zzqx”').waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('permissions');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/settings/tools');
    await page.getByRole('heading', { name: 'Tools and permissions' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForSelector('#composer');
  });
});

describe('settings', () => {
  it('a key goes in and is never in the page again', async () => {
    const { scene, page, faults } = await open([]);
    const secret = 'sk-ant-planted-9876543210';
    const answers: Promise<string>[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/rpc/')) answers.push(response.text().catch(() => ''));
    });
    await goToPath(page, scene, '/settings/providers');
    await page.getByRole('button', { name: 'Add key for anthropic' }).click();
    await page.getByRole('textbox', { name: 'Key for anthropic' }).fill(secret);
    await page.keyboard.press('Enter');
    const row = page.locator('.settings-line', { hasText: 'anthropic' });
    await row.getByText('Key present, in an encrypted file').waitFor();
    await page.reload();
    await row.getByText('Key present, in an encrypted file').waitFor();
    const everything = await page.evaluate<string>(
      `document.documentElement.outerHTML + JSON.stringify({ ...localStorage }) + [...document.querySelectorAll('input')].map((input) => input.value).join()`,
    );
    expect(everything).not.toContain(secret);
    for (const answer of await Promise.all(answers)) expect(answer).not.toContain(secret);

    await row.getByRole('button', { name: /^(Open|Enter a new key for) anthropic/ }).click();
    await row.getByRole('button', { name: 'Remove' }).click();
    await row.getByText('No key').waitFor();
    expect(faults).toEqual([]);
  });

  it('says that a key was refused, until another is kept', async () => {
    const { scene, page } = await open([{ status: 401, body: '{"error":{"message":"bad key"}}' }]);
    await say(page, 'Hello');
    await page.getByText('The key was refused').first().waitFor();
    await page.getByRole('button', { name: 'Enter a key' }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/settings/providers');
    const row = page.locator('.settings-line', { hasText: 'openai-compatible' }).filter({ hasText: 'OPENAI_API_KEY' });
    await row.getByText(/The key was refused at \d\d:\d\d\./).waitFor();
    await row.getByRole('button', { name: /^Enter a new key/ }).click();
    await row.getByRole('textbox').fill('sk-another-0123456789');
    await page.keyboard.press('Enter');
    await page.getByText('kept in an encrypted file').waitFor();
    expect(await row.innerText()).not.toContain('refused');
    expect(await page.content()).not.toContain('sk-another-0123456789');
    expect(await page.content()).not.toContain(scene.env['OPENAI_API_KEY']);
  });

  it('S1 a rule is made by the form, revoked, and brought back by Undo', async () => {
    const { scene, page } = await open([]);
    await goToPath(page, scene, '/settings/tools');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    expect(await page.getByRole('button', { name: 'Keep the rule' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Pattern' }).fill('npm test *');
    await page.keyboard.press('Enter');
    const rule = page.locator('.settings-table tr', { hasText: 'npm test *' });
    await rule.waitFor();
    expect(await rule.innerText()).toMatch(/Run npm test \*\s+everywhere\s+0/);
    await page.getByRole('button', { name: 'Revoke: Run npm test *' }).click();
    await page.getByText('Nothing is allowed beforehand').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await rule.waitFor();
  });

  it('deletes all conversations, and names what is lost', async () => {
    const { scene, page } = await open([{ text: 'One.' }, { text: 'Two.' }]);
    await say(page, 'One');
    await page.locator('.after').waitFor();
    await page.keyboard.press('Control+Shift+O');
    await page.waitForSelector('.starters');
    await say(page, 'Two');
    await page.locator('.after').waitFor();
    await goToPath(page, scene, '/settings/data');
    await page.getByText('Delete all 2 conversations').waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete 2 conversations' }).click();
    await page.getByText('None yet').waitFor();
  });

  it('holds what was chosen about the look, in a second window too', async () => {
    const { scene, page } = await open([]);
    await goToPath(page, scene, '/settings/appearance');
    await page.getByRole('radio', { name: 'Night' }).click();
    await page.getByRole('radio', { name: 'Compact' }).click();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await page.waitForTimeout(700);
    const second = await openWindow(browser, scene.url);
    await second.page.waitForSelector('#composer');
    await expect.poll(() => second.page.evaluate('document.documentElement.dataset.density')).toBe('compact');
  });

  it.each(SCHEMES)('axe finds nothing in any section, %s', async (scheme) => {
    const { scene, page, faults } = await open([], { scheme });
    for (const section of ['providers', 'models', 'tools', 'appearance', 'data', 'about']) {
      await goToPath(page, scene, `/settings/${section}`);
      await page.locator('.settings-card').first().waitFor();
      await page.waitForTimeout(300);
      expect(await accessFaults(page), section).toEqual([]);
    }
    expect(faults).toEqual([]);
  });
});

describe('the first run', () => {
  it('shows what was found on this machine, and a starter task really runs in the example folder', async () => {
    const { scene, page, faults } = await open([
      { toolCalls: [{ name: 'read_file', input: { path: 'garden.md' } }] },
      { text: 'The roses are pruned in February.' },
    ]);
    await page.getByText('Start with something small.').waitFor();
    const found = page.locator('.found');
    await found.waitFor();
    const shown = await found.innerText();
    expect(shown).toContain('OPENAI_API_KEY');
    expect(shown).toContain('qwen2.5-coder-0.5b');
    expect(shown).not.toContain(scene.env['OPENAI_API_KEY']);
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await accessFaults(page), scheme).toEqual([]);
    }
    await page.getByRole('button', { name: /^Ask a note/ }).click();
    await page.getByText('The roses are pruned in February.').waitFor();
    await page.locator('.tool', { hasText: 'garden.md' }).waitFor();
    expect(scene.model.requests[1]?.body.toString('utf8')).toContain('Prune the roses in February');
    expect(faults).toEqual([]);
  });

  it('U2 fetches the embedded model when asked, fills the house with light as it comes, and stops', async () => {
    // As long as the real file, so that the fetch goes on; its bytes are never looked at.
    const hub = await startFileServer(Buffer.alloc(491_400_064), [{ pace: { bytes: 2_000_000, everyMs: 40 } }]);
    try {
      const scene = await PageScene.open([], { GLASSHOUSE_MODEL: undefined, HF_ENDPOINT: hub.url });
      scenes.push(scene);
      const { page, faults } = await openWindow(browser, scene.url);
      await page.locator('.found').getByRole('button', { name: 'Fetch it' }).click();
      await page.getByText(/is on its way: \d+ of 491\sMB/).waitFor();
      expect(await page.locator('#composer').getAttribute('placeholder')).toContain('as soon as the model is here');
      await expect.poll(() => page.locator('.house .lit').count()).toBeGreaterThan(1);
      expect(await page.locator('.house').getAttribute('aria-label')).toMatch(/^\d+ per cent of/);
      await page.locator('.found').getByRole('button', { name: 'Stop' }).click();
      await page.locator('.found').getByRole('button', { name: 'Fetch it' }).waitFor();
      expect(await page.locator('.house .lit').count()).toBe(0);
      expect(faults).toEqual([]);
    } finally {
      await hub.close();
    }
  });

  it('fits a narrow window without scrolling sideways', async () => {
    const { page } = await open([], { width: 390, height: 844 });
    await page.locator('.starters').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await accessFaults(page)).toEqual([]);
  });
});

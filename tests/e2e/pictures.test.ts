import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessFaults } from '../support/axe.ts';
import { openBrowser, openWindow } from '../support/browser.ts';
import { pdfOf } from '../support/documents.ts';
import { PageScene } from '../support/page-scene.ts';
import { png } from '../support/pictures.ts';
import type { ScriptedReply } from '../support/scripted-model-server.ts';

let browser: Browser;
let scene: PageScene | null = null;
const faults: string[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await scene?.close();
  expect(faults.splice(0)).toEqual([]);
});

async function open(replies: readonly ScriptedReply[]): Promise<{ scene: PageScene; page: Page }> {
  scene = await PageScene.open(replies);
  const window = await openWindow(browser, scene.url);
  window.faults.push = (...found: string[]) => faults.push(...found);
  await window.page.waitForSelector('#composer');
  return { scene, page: window.page };
}

const choose = (page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) =>
  page.setInputFiles('input[type=file]', files);

describe('the page: pictures', () => {
  it('S6: shows a chosen picture before and after it was sent, opens it larger, and says what becomes of a PDF', async () => {
    const { scene, page } = await open([{ text: 'A grey harbour.' }]);
    const picture = png(120, 90);
    await choose(
      page,
      { name: 'harbour.png', mimeType: 'image/png', buffer: picture },
      { name: 'offer.pdf', mimeType: 'application/pdf', buffer: pdfOf(['An offer.']) },
    );
    await page.waitForSelector('.chip-picture');
    expect(await page.locator('.compose .chips').innerText()).toMatch(/harbour\.png.*tokens/s);
    expect(await accessFaults(page)).toEqual([]);
    await page.fill('#composer', 'What is this?');
    await page.press('#composer', 'Enter');
    await page.waitForSelector('.prose');
    expect(scene.model.requests[0]?.body.toString('utf8')).toContain(picture.toString('base64'));
    const small = page.locator('.shown-media img');
    await small.waitFor();
    expect(await small.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(120);
    expect(await page.locator('.said').innerText()).toContain('offer.pdf');
    expect(await page.locator('.compose .chips').count()).toBe(0);
    await page.click('.shown-media button');
    expect(await page.locator('dialog .whole-picture').getAttribute('alt')).toBe('harbour.png');
    expect(await accessFaults(page)).toEqual([]);
    await page.click('dialog button:has-text("Close")');
    // Read again from the server it is the same.
    await page.reload();
    await page.waitForSelector('.shown-media img');
  });

  it('takes a screenshot from the clipboard, and refuses what is no picture under its name', async () => {
    const { page } = await open([]);
    const base64 = png(20, 20).toString('base64');
    await page.locator('#composer').evaluate((area, data) => {
      const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
      for (let time = 0; time < 2; time += 1) {
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
        area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }
    }, base64);
    await page.waitForSelector('.chip-picture >> nth=1');
    expect(await page.locator('.chip-name').allInnerTexts()).toEqual(['image.png', 'image 2.png']);
    await choose(page, { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('words') });
    await page.waitForSelector('text=fake.png is no PNG');
    await page.click('button[aria-label="Remove image 2.png"]');
    expect(await page.locator('.chip-picture').count()).toBe(1);
  });

  it('the row of a call shows the picture that the model was shown', async () => {
    const { scene, page } = await open([{ toolCalls: [{ name: 'view_image', input: { path: 'chart.png' } }] }, { text: 'It rises.' }]);
    scene.write('chart.png', png(64, 48));
    await page.fill('#composer', 'Does the chart rise?');
    await page.press('#composer', 'Enter');
    await page.waitForSelector('.prose');
    await page.locator('.shown-media img').waitFor();
    expect(await page.locator('.tool .what').innerText()).toMatch(/Looked at\s*chart\.png/);
  });
});

describe('the page: files of the workspace', () => {
  it('offers files behind an @, by keyboard and mouse, and leaves addresses alone', async () => {
    const { scene, page } = await open([{ text: 'Done.' }]);
    scene.write('notes/harbour.md', 'boats');
    scene.write('notes/harvest.md', 'corn');
    scene.write('.hidden/harbour.md', 'x');
    scene.write('build/harbour.log', 'x');
    for (const name of ['harbour.pem', 'harbour.env', 'kubeconfig', 'secrets.yaml']) scene.write(name, 'x');
    scene.write('.gitignore', 'build/\n');
    const options = page.locator('.file-offers [role=option]');
    await page.locator('#composer').pressSequentially('Mail ada@example.org and read @har');
    await options.first().waitFor();
    expect(await options.allInnerTexts()).toEqual(['notes/harbour.md', 'notes/harvest.md']);
    expect(await page.getAttribute('#composer', 'aria-activedescendant')).toBe(await options.first().getAttribute('id'));
    expect(await accessFaults(page)).toEqual([]);
    await page.press('#composer', 'ArrowDown');
    await page.press('#composer', 'Enter');
    expect(await page.inputValue('#composer')).toBe('Mail ada@example.org and read notes/harvest.md ');
    await page.locator('#composer').pressSequentially('@bour');
    await options.first().click();
    expect(await page.inputValue('#composer')).toBe('Mail ada@example.org and read notes/harvest.md notes/harbour.md ');
    await page.locator('#composer').pressSequentially('@har');
    await options.first().waitFor();
    await page.press('#composer', 'Escape');
    expect(await options.count()).toBe(0);
    expect(scene.model.requests).toHaveLength(0);
  });
});

describe('the page: where an answer comes from', () => {
  it('names what was read under the answer, and links the words that name it', async () => {
    const { scene, page } = await open([
      { toolCalls: [{ name: 'read_file', input: { path: 'notes/harbour.md' } }] },
      { text: 'Three boats, says notes/harbour.md:1; nothing in `other.md`.' },
    ]);
    scene.write('notes/harbour.md', 'Three boats.\n');
    await page.fill('#composer', 'How many boats?');
    await page.press('#composer', 'Enter');
    await page.waitForSelector('.sources');
    expect(await page.locator('.sources .chip-name').allInnerTexts()).toEqual(['notes/harbour.md']);
    expect(await page.locator('.prose .place').allInnerTexts()).toEqual(['notes/harbour.md:1']);
    expect(await page.locator('.prose').innerText()).toBe('Three boats, says notes/harbour.md:1; nothing in other.md.');
    expect(await accessFaults(page)).toEqual([]);
    await page.click('.prose .place');
    expect(await page.locator('.tool').getAttribute('aria-expanded')).toBe('true');
    expect(await page.locator('.opened .output').innerText()).toContain('Three boats.');
  });
});

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fillLongConversation, LONG_CONVERSATION } from '../../bench/long-conversation.ts';
import { answerByKey } from '../support/answer-by-key.ts';
import { openBrowser, openWindow, type WindowOptions } from '../support/browser.ts';
import { PageScene } from '../support/page-scene.ts';
import type { ScriptedReply } from '../support/scripted-model-server.ts';

let browser: Browser;
const scenes: PageScene[] = [];
let faults: string[] = [];
/** Whether the test takes the server away, or parts of it. */
let isServerGone = false;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await tellWhatIsShown();
  for (const context of browser.contexts()) await context.close();
  for (const scene of scenes.splice(0)) await scene.close();
  // What the browser says of a server that is gone may come late.
  const found = isServerGone ? faults.filter((fault) => !/ERR_|Unable to preload|fetch dynamically/.test(fault)) : faults;
  faults = [];
  isServerGone = false;
  expect(found).toEqual([]);
});

/** A test that failed says what its windows showed. */
async function tellWhatIsShown(): Promise<void> {
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    const text = await page.innerText('body').catch((error: unknown) => String(error));
    console.error(`${page.url()}\n${text}`);
  }
}

async function open(replies: readonly ScriptedReply[], options?: WindowOptions): Promise<{ scene: PageScene; page: Page }> {
  const scene = await PageScene.open(replies);
  scenes.push(scene);
  return { scene, page: await another(scene, scene.url, options) };
}

/** One more window on the same server. */
async function another(scene: PageScene, url: string, options?: WindowOptions): Promise<Page> {
  const window = await openWindow(browser, url.includes('#') ? url : `${url}#token=${scene.token}`, options);
  window.faults.push = (...found: string[]) => faults.push(...found);
  await window.page.waitForSelector('#composer');
  return window.page;
}

async function say(page: Page, text: string, key = 'Enter'): Promise<void> {
  await page.fill('#composer', text);
  await page.press('#composer', key);
}

const lastAnswer = (page: Page) => page.locator('.prose').last();
const state = (page: Page) => page.locator('.state');
const rows = async (page: Page) => (await page.locator('.tool .what').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
const story = async (page: Page) => (await page.locator('.list').innerText()).replace(/\d+(?:\.\d)?\s(?:ms|s)\b/g, 'T');

/** Reads and calculates slowly enough to be watched. */
const slow = (text: string, delayMs = 60): ScriptedReply => ({ text, delayMs, chunkSize: 12 });

describe('the page: a conversation', () => {
  it('says the first message, shows the answer as it streams, and stands at its own address', async () => {
    const { page } = await open([slow('The first words of the answer come one after the other, and then it ends.')]);
    await say(page, 'What is in this folder?');
    await page.waitForURL(/\/c\/[\w-]+$/);
    await expect.poll(() => lastAnswer(page).innerText()).toContain('The first words');
    expect(await lastAnswer(page).innerText()).not.toContain('then it ends');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('The first words of the answer come one after the other, and then it ends.');
    await page.waitForSelector('.after');
    expect(await page.locator('.after .figures').innerText()).toMatch(/^1 step · [\d.]+\ss · 120 tokens$/);
    expect(await page.locator('.side-link').innerText()).toContain('What is in this folder?');
    expect(await page.inputValue('#composer')).toBe('');
  });

  it('U3 says beside the model where the words go', async () => {
    const { page } = await open([]);
    expect(await page.locator('.pick .where').innerText()).toBe('stays on this machine');
  });

  it('asks before a command; one key allows it once, and its row says so', async () => {
    const { page } = await open([
      { toolCalls: [{ name: 'run_command', input: { command: 'echo hello-from-the-shell' } }] },
      { text: 'It said hello.' },
    ]);
    await say(page, 'Say hello');
    const card = page.locator('.ask');
    await card.waitFor();
    expect(await card.locator('h2').innerText()).toBe('Run a command in harbour?');
    expect(await card.locator('.command').innerText()).toBe('echo hello-from-the-shell');
    expect(await card.locator('dd').allInnerTexts()).toEqual([
      expect.stringContaining('harbour'),
      'this workspace',
      'closed',
      expect.stringMatching(/min/),
    ]);
    expect(await state(page).innerText()).toContain('Waiting for you');
    await page.press('#composer', 'Enter'); // nothing written: the focus goes to what waits
    await page.waitForTimeout(1_000);
    await page.keyboard.press('Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('It said hello.');
    const row = page.locator('.tool', { hasText: 'echo hello-from-the-shell' });
    expect(await row.innerText()).toMatch(/^Ran/);
    await row.click();
    expect(await page.locator('.opened').innerText()).toContain('You allowed it once');
    expect(await page.locator('.opened .output').innerText()).toContain('hello-from-the-shell');
    // A conversation keeps its model, and what is said next goes to it.
    await page.focus('#composer');
    expect(await page.locator('button.pick').innerText()).toContain('scripted');
  });

  it('R5 a denial takes a reason, and the model is told of it', async () => {
    const { page, scene } = await open([
      { toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }] },
      { text: 'Then not.' },
    ]);
    await say(page, 'Write it');
    await page.locator('.ask .diff').waitFor();
    await answerByKey(page, 'd');
    await page.keyboard.type('Write to a copy first');
    await page.keyboard.press('Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Then not.');
    expect(await rows(page)).toEqual(['Not allowed: a.txt by you: Write to a copy first']);
    expect(scene.model.requests.at(-1)?.body.toString()).toContain('Write to a copy first');
  });

  it('single keys act only while the approval has the focus, never from a text field', async () => {
    const { page } = await open([{ toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }] }, { text: 'Done.' }]);
    await say(page, 'Write it');
    await page.locator('.ask').waitFor();
    await page.focus('#composer');
    await page.keyboard.type('d23');
    expect(await page.inputValue('#composer')).toBe('d23');
    expect(await page.locator('.ask footer').isVisible()).toBe(true);
  });

  it('answers a question by its number, and keeps what was answered in one line', async () => {
    const ask = { name: 'ask_person', input: { question: 'Which survey counts?', choices: ['The old one', 'The new one'] } };
    const { page } = await open([{ toolCalls: [ask] }, { text: 'The new one, then.' }]);
    await say(page, 'Compare');
    await answerByKey(page, '2');
    await page.keyboard.press('Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('The new one, then.');
    expect(await page.locator('.settled').innerText()).toContain('Which survey counts? The new one');
  });

  it('R7 Escape stops the run and keeps what was said', async () => {
    const { page } = await open([slow('These words stay. '.repeat(60), 80)]);
    await say(page, 'Talk');
    await expect.poll(() => lastAnswer(page).innerText()).toContain('These words stay.');
    await page.keyboard.press('Escape');
    await page.locator('.after').waitFor();
    expect(await state(page).count()).toBe(0);
    expect(await lastAnswer(page).innerText()).toContain('These words stay.');
    expect(await page.locator('.after .figures').innerText()).toMatch(/^stopped/);
  });

  it('R6 steers between the steps and queues what comes after; both can be seen, changed and taken back', async () => {
    const { page, scene } = await open([
      { toolCalls: [{ name: 'calculate', input: { expression: '6 * 7' } }], firstDelayMs: 2_500 },
      { text: 'Steered.' },
      { text: 'And after.' },
    ]);
    await say(page, 'Begin');
    await state(page).waitFor();
    await say(page, 'In metres, please');
    await say(page, 'Then sum it up', 'Alt+Enter');
    await say(page, 'Never mind this', 'Alt+Enter');
    const waiting = page.locator('.waiting-inputs li');
    await expect
      .poll(() => waiting.allInnerTexts())
      .toEqual([
        expect.stringContaining('Steers at the next step: In metres, please'),
        expect.stringContaining('Comes after: Then sum it up'),
        expect.stringContaining('Comes after: Never mind this'),
      ]);
    await waiting.nth(2).getByRole('button', { name: 'Take it back' }).click();
    await waiting.nth(1).getByRole('button', { name: 'Change it' }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Then sum it all up');
    await page.keyboard.press('Enter');
    await expect.poll(() => waiting.count()).toBe(2);
    await expect
      .poll(() => page.locator('.said-text').allInnerTexts(), { timeout: 15_000 })
      .toEqual(['Begin', 'In metres, please', 'Then sum it all up']);
    await expect.poll(() => lastAnswer(page).innerText()).toBe('And after.');
    expect(scene.model.requests.at(-1)?.body.toString()).toContain('Then sum it all up');
    expect(await waiting.count()).toBe(0);
  });

  it('R6 R7 what waits when the run is stopped says so, and can be said at once', async () => {
    const { page, scene } = await open([slow('These words stay. '.repeat(60), 80), { text: 'In metres.' }, { text: 'And the sum.' }]);
    await say(page, 'Talk');
    await expect.poll(() => lastAnswer(page).innerText()).toContain('These words stay.');
    const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('the lengths in feet\n') };
    await page.locator('input[type=file]').setInputFiles([notes]);
    await page.locator('.compose .chip').waitFor();
    await say(page, 'In metres, please');
    await say(page, 'Then sum it up', 'Alt+Enter');
    const waiting = page.locator('.waiting-inputs li');
    await expect.poll(() => waiting.count()).toBe(2);
    expect(await waiting.getByRole('button', { name: 'Send now' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.locator('.after').waitFor();
    await expect
      .poll(() => waiting.allInnerTexts())
      .toEqual([
        expect.stringContaining('Waits: the run was stopped. In metres, please'),
        expect.stringContaining('Waits: the run was stopped. Then sum it up'),
      ]);
    await waiting.nth(0).getByRole('button', { name: 'Send now' }).click();
    await expect.poll(() => page.locator('.said-text').allInnerTexts()).toEqual(['Talk', 'In metres, please', 'Then sum it up']);
    await expect.poll(() => lastAnswer(page).innerText()).toBe('And the sum.');
    expect(await waiting.count()).toBe(0);
    expect(scene.model.requests[1]?.body.toString()).toContain('In metres, please');
    // What was handed over with it goes along.
    expect(scene.model.requests[1]?.body.toString()).toContain('the lengths in feet');
  });

  it('U1 a reload in mid-stream shows the same, nothing lost or doubled', async () => {
    const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    const { page } = await open([
      { reasoning: 'First I think.', toolCalls: [{ name: 'calculate', input: { expression: '1 + 1' } }] },
      slow(text, 50),
    ]);
    await say(page, 'Count');
    await expect.poll(() => lastAnswer(page).innerText()).toContain('word5');
    await page.reload();
    await expect.poll(() => lastAnswer(page).innerText()).toContain('word9');
    await page.reload();
    await page.locator('.after').waitFor();
    expect(await lastAnswer(page).innerText()).toBe(text);
    expect(await rows(page)).toEqual(['Thought First I think.', 'Calculated 1 + 1 2']);
    const before = await story(page);
    await page.reload();
    await page.locator('.after').waitFor();
    expect(await story(page)).toBe(before);
  });

  it('U1 what happens before the event stream is open is not missed', async () => {
    const scene = await PageScene.open([
      { toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }] },
      { text: 'Written.' },
    ]);
    scenes.push(scene);
    const { page, context } = await openWindow(browser, 'about:blank');
    // The stream of this window opens late, as it may on a busy machine.
    await context.route('**/events*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    await page.goto(scene.url);
    await say(page, 'Write it');
    await page.locator('.ask .diff').waitFor({ timeout: 5_000 });
    await answerByKey(page, 'Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Written.');
  });

  it('U1 two windows show the same; what one answers, the other sees', async () => {
    const { page, scene } = await open([
      { toolCalls: [{ name: 'run_command', input: { command: 'echo both' } }] },
      slow('Both windows see these words come.'),
    ]);
    await say(page, 'Go');
    await page.locator('.ask').waitFor();
    const second = await another(scene, page.url());
    await second.locator('.ask').waitFor();
    await answerByKey(second, 'Enter');
    for (const each of [page, second]) {
      await expect.poll(() => lastAnswer(each).innerText()).toBe('Both windows see these words come.');
      await each.locator('.after').waitFor();
    }
    expect(await story(second)).toBe(await story(page));
  });

  it('R4 the server is killed in mid-stream and started again: nothing seen is lost, and the person lets it go on', async () => {
    const { page, scene } = await open([
      slow('Words that were seen before the light went out, and then some more of them.', 150),
      { text: 'And on it goes.' },
    ]);
    await say(page, 'Talk');
    await expect.poll(() => lastAnswer(page).innerText()).toContain('before the light');
    const seen = await lastAnswer(page).innerText();
    await scene.stop('SIGKILL');
    await expect.poll(() => page.locator('.connection').innerText()).toBe('Reconnecting…');
    faults = faults.filter((fault) => !fault.includes('ERR_CONNECTION_REFUSED'));
    await scene.start();
    await expect.poll(() => page.locator('.connection').innerText(), { timeout: 15_000 }).toBe('');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => lastAnswer(page).innerText()).toBe('And on it goes.');
    expect(await page.locator('.prose').first().innerText()).toContain(seen);
    faults = faults.filter((fault) => !/ERR_(?:CONNECTION_REFUSED|INCOMPLETE_CHUNKED|CONNECTION_RESET|EMPTY_RESPONSE)/.test(fault));
  });

  it('R4 R5 the server is killed while it asks: the question is closed, nothing has run, and the person lets it go on', async () => {
    const ask = { toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }] };
    const { page, scene } = await open([ask, { text: 'Then I leave it.' }]);
    await say(page, 'Write it');
    await page.locator('.ask').waitFor();
    await scene.stop('SIGKILL');
    await scene.start();
    await page.getByRole('button', { name: 'Go on' }).click({ timeout: 20_000 });
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Then I leave it.');
    expect(await page.locator('.ask').count()).toBe(0);
    expect(await page.locator('.settled').allInnerTexts()).toEqual([expect.stringContaining('Not answered: Glasshouse ended before')]);
    await page.reload();
    await page.locator('.after').waitFor();
    expect(await page.locator('.settled').allInnerTexts()).toEqual([expect.stringContaining('Not answered: Glasshouse ended before')]);
    expect(existsSync(join(scene.workspace, 'a.txt'))).toBe(false);
    isServerGone = true;
  });

  it('R4 R5 what a run asks after “Go on” can be answered in every window, without a reload', async () => {
    const ask = { toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }] };
    const { page, scene } = await open([ask, ask, { text: 'Written.' }]);
    await say(page, 'Write it');
    await page.locator('.ask').waitFor();
    const second = await another(scene, page.url());
    await second.locator('.ask').waitFor();
    await scene.stop('SIGKILL');
    await scene.start();
    await page.getByRole('button', { name: 'Go on' }).click({ timeout: 20_000 });
    for (const each of [page, second]) {
      await each.locator('.ask').getByRole('button', { name: 'Allow once' }).waitFor();
      expect(await each.locator('.ask').innerText()).not.toContain('A terminal asks this');
    }
    await second.waitForTimeout(1_000);
    await second.locator('.ask').getByRole('button', { name: 'Allow once' }).click();
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Written.');
    expect(existsSync(join(scene.workspace, 'a.txt'))).toBe(true);
    isServerGone = true;
  });

  it('R5 a plan that was not answered before the end says so', async () => {
    const { page, scene } = await open([{ text: '1. Look at the files' }, { text: 'Looked.' }]);
    await page.getByRole('button', { name: 'Plan first' }).click();
    await say(page, 'Sum it up');
    await page.locator('.ask h2', { hasText: 'Carry out this plan?' }).waitFor();
    await scene.stop('SIGKILL');
    await scene.start();
    await page.getByRole('button', { name: 'Go on' }).waitFor({ timeout: 20_000 });
    expect(await page.locator('.settled').allInnerTexts()).toEqual([expect.stringContaining('Not answered: Glasshouse ended before')]);
    isServerGone = true;
  });

  it('a button that is disabled looks so, also under the pointer', async () => {
    const { page } = await open([]);
    const send = page.getByRole('button', { name: 'Send' });
    const look = () => send.evaluate((element) => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]);
    const [background] = await look();
    expect(background).toBe('rgba(0, 0, 0, 0)');
    const before = await look();
    await send.hover({ force: true });
    await page.waitForTimeout(400);
    expect(await look()).toEqual(before);
    await page.fill('#composer', 'Words');
    await expect.poll(look).not.toEqual(before);
  });

  it('a conversation that another window deletes is gone here too, in words', async () => {
    const { page, scene } = await open([{ text: 'Soon gone.' }]);
    await say(page, 'Hello');
    await page.locator('.after').waitFor();
    await scene.call('conversations/delete', { id: page.url().split('/').at(-1) });
    await page.getByText('This conversation is not here').waitFor();
    await expect.poll(() => page.locator('.side-link').count()).toBe(0);
    // The browser tells of each answer that is no success, also of one that was expected.
    faults = faults.filter((fault) => !fault.includes('404'));
  });

  it('S1 a held key answers one question, never those that follow; nor does a key that is hammered on', async () => {
    const { page, scene } = await open([
      { toolCalls: [{ name: 'run_command', input: { command: 'touch first' } }] },
      { toolCalls: [{ name: 'run_command', input: { command: 'touch second' } }] },
      { toolCalls: [{ name: 'run_command', input: { command: 'touch third' } }] },
      { text: 'All three.' },
    ]);
    const done = () => ['first', 'second', 'third'].filter((name) => existsSync(join(scene.workspace, name)));
    const asked = (name: string) => page.locator('.ask .command', { hasText: `touch ${name}` });
    // Held since before there was a question.
    await page.fill('#composer', 'Three things');
    for (let press = 0; press < 50; press += 1) {
      await page.keyboard.down('Enter');
      await page.waitForTimeout(40);
    }
    await asked('first').waitFor();
    await page.keyboard.up('Enter');
    expect(done()).toEqual([]);
    await page.waitForTimeout(1_000);
    // A new press, held through all that follows.
    for (let press = 0; press < 60; press += 1) {
      await page.keyboard.down('Enter');
      await page.waitForTimeout(40);
    }
    await asked('second').waitFor();
    expect(done()).toEqual(['first']);
    await page.keyboard.up('Enter');
    // Hammered on: also through the end of the rest.
    await page.waitForTimeout(1_000);
    await page.keyboard.press('Enter');
    for (let press = 0; press < 40; press += 1) {
      await page.waitForTimeout(40);
      await page.keyboard.press('Enter');
    }
    await asked('third').waitFor();
    expect(done()).toEqual(['first', 'second']);
    await answerByKey(page, 'Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('All three.');
    expect(done()).toEqual(['first', 'second', 'third']);
  });

  it('a click on a question that has only just come does not count', async () => {
    const { page } = await open([{ toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }] }, { text: 'Done.' }]);
    await say(page, 'Write it');
    const allow = page.getByRole('button', { name: 'Allow once' });
    await allow.waitFor();
    await allow.dispatchEvent('click');
    await page.waitForTimeout(1_000);
    expect(await allow.isVisible()).toBe(true);
    await allow.click();
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Done.');
  });

  it('the keys of a question act at once where nothing is written, in a new conversation and in one that is opened again', async () => {
    const write = (path: string): ScriptedReply => ({ toolCalls: [{ name: 'write_file', input: { path, content: 'x\n' } }] });
    const { page } = await open([write('a.txt'), write('b.txt'), { text: 'Both.' }]);
    const hasFocus = () => page.evaluate<boolean>(`document.activeElement.matches('.ask')`);
    await say(page, 'Write them');
    await page.locator('.ask', { hasText: 'a.txt' }).waitFor();
    await expect.poll(hasFocus).toBe(true);
    await page.waitForTimeout(1_000);
    await page.keyboard.press('Enter');
    await page.locator('.ask', { hasText: 'b.txt' }).waitFor();
    await expect.poll(hasFocus).toBe(true);
    // Away and back again.
    await page.keyboard.press('Control+Shift+O');
    await page.waitForURL(/\/$/);
    await page.locator('.side-link').first().click();
    await page.locator('.ask').waitFor();
    await expect.poll(hasFocus).toBe(true);
    await page.reload();
    await page.locator('.ask').waitFor();
    await expect.poll(hasFocus).toBe(true);
    // Who goes on to write writes.
    await page.keyboard.type('stop');
    expect(await page.inputValue('#composer')).toBe('stop');
    await page.reload();
    await page.locator('.ask').waitFor();
    await page.waitForTimeout(1_000);
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('composer');
    await page.fill('#composer', '');
    await answerByKey(page, 'Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Both.');
  });

  it('a question takes no focus from who is writing', async () => {
    const { page } = await open([
      { toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }], firstDelayMs: 1_500 },
      { text: 'Done.' },
    ]);
    await say(page, 'Write it');
    await state(page).waitFor();
    await page.keyboard.type('And th');
    await page.locator('.ask').waitFor();
    await page.keyboard.type('en d23');
    expect(await page.inputValue('#composer')).toBe('And then d23');
    expect(await page.locator('.ask footer').isVisible()).toBe(true);
  });

  it('after an answer by key the focus is back where one writes', async () => {
    const { page } = await open([{ toolCalls: [{ name: 'write_file', input: { path: 'a.txt', content: 'x\n' } }] }, { text: 'Done.' }]);
    await say(page, 'Write it');
    await answerByKey(page, 'Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Done.');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('composer');
  });

  it('the address of a message opens its conversation there', async () => {
    const long = Array.from({ length: 80 }, (_, index) => `Paragraph ${index}.`).join('\n\n');
    const { page, scene } = await open([{ text: `The first answer. ${long}` }, { text: `The second answer. ${long}` }]);
    await say(page, 'First');
    await page.locator('.after').waitFor();
    await say(page, 'Second');
    await page.locator('.after').nth(0).waitFor();
    await expect.poll(() => lastAnswer(page).innerText()).toContain('The second answer.');
    const id = page.url().split('/').at(-1) ?? '';
    const view = (await scene.call('conversations/get', { id })) as { messages: { id: string; role: string }[] };
    const first = view.messages.find((message) => message.role === 'agent');
    await page.goto(`${page.url()}/m/${first?.id}`);
    const sought = page.locator('.is-sought');
    await sought.waitFor();
    await expect.poll(async () => (await sought.boundingBox())?.y ?? -1).toBeGreaterThan(0);
    expect((await sought.boundingBox())?.y).toBeLessThan(300);
    expect(await sought.innerText()).toContain('The first answer.');
  });

  it('a conversation of ten thousand messages opens at its end; what comes before it moves nothing, and is there to its first message', async () => {
    const { page, scene } = await open([]);
    isServerGone = true;
    await scene.stop('SIGTERM');
    fillLongConversation(scene.home, scene.workspace);
    await scene.start();
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/conversations/earlier', async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${new URL(scene.url).origin}/c/${LONG_CONVERSATION.id}`);
    await page.getByText(LONG_CONVERSATION.lastWords).waitFor();
    // Somewhere above the end, while the beginning is still on its way.
    await page.mouse.move(700, 400);
    await page.mouse.wheel(0, -2_500);
    await page.waitForTimeout(300);
    const row = page.locator('.list-item').nth(8);
    const words = (await row.innerText()).slice(0, 60);
    const before = (await row.boundingBox())?.y ?? 0;
    release();
    await expect
      .poll(() => page.evaluate<number>(`document.querySelector('.list').clientHeight`), { timeout: 10_000 })
      .toBeGreaterThan(1_000_000);
    await page.waitForTimeout(500);
    const after = await page.locator('.list-item', { hasText: words }).first().boundingBox();
    expect(Math.abs((after?.y ?? 0) - before)).toBeLessThan(2);
    // Who has the focus in a row keeps it, however far away one looks.
    const button = page.locator('.list-item button:visible').first();
    await button.focus();
    await page.mouse.wheel(0, -60_000);
    await page.waitForTimeout(400);
    expect(await page.evaluate<boolean>(`document.activeElement.closest('.list-item') !== null`)).toBe(true);
    await page.locator('.scroll').focus();
    await page.keyboard.press('Home');
    await page.getByText(LONG_CONVERSATION.firstWords).first().waitFor();
  });

  it('a refused key is told with what to do about it', async () => {
    const { page } = await open([{ status: 401, body: JSON.stringify({ error: { message: 'invalid api key' } }) }]);
    await say(page, 'Hello');
    const card = page.locator('.error-card');
    await card.waitFor();
    expect(await card.locator('h3').innerText()).toBe('The key was refused');
    expect(await card.innerText()).toContain('401');
    await card.getByRole('button', { name: 'Enter a key' }).click();
    await page.waitForURL(/\/settings\/providers$/);
  });

  it('U2 a draft survives a reload, and a message that cannot be sent keeps its words', async () => {
    const { page, scene } = await open([{ text: 'Here it is.' }]);
    await page.fill('#composer', 'Half a thought');
    await page.reload();
    expect(await page.inputValue('#composer')).toBe('Half a thought');
    await scene.stop('SIGKILL');
    await say(page, 'A whole thought');
    await page.locator('.compose-failure').waitFor();
    expect(await page.inputValue('#composer')).toBe('A whole thought');
    await page.fill('#composer', 'A whole thought, and more');
    await scene.start();
    // The database still has the half; what was typed while nobody answered is newer, over a reload too.
    await page.reload();
    await page.waitForTimeout(600);
    expect(await page.inputValue('#composer')).toBe('A whole thought, and more');
    await page.press('#composer', 'Enter');
    await expect.poll(() => lastAnswer(page).innerText(), { timeout: 15_000 }).toBe('Here it is.');
    expect(scene.model.requests).toHaveLength(1);
    isServerGone = true;
  });

  it('U2 a message keeps its words and says so where the server is gone before anything was read', async () => {
    const { page, scene } = await open([{ text: 'Here it is.' }]);
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage)) if (key.startsWith('memory:')) localStorage.removeItem(key);
    });
    await page.route('**/rpc/**', (route) => route.abort());
    await page.reload();
    await scene.stop('SIGKILL');
    await say(page, 'A whole thought');
    await page.locator('.compose-failure').waitFor();
    expect(await page.inputValue('#composer')).toBe('A whole thought');
    isServerGone = true;
  });

  it('a part of the page that cannot be fetched takes no other along, and comes when it is asked for again', async () => {
    const { page } = await open([{ text: 'Here it is.' }]);
    await page.route('**/assets/conversation-view*', (route) => route.abort());
    await page.reload();
    await say(page, 'Say something.');
    const trouble = page.locator('.boundary');
    await trouble.waitFor();
    expect(await trouble.innerText()).toContain('could not be fetched');
    await expect.poll(() => page.locator('.side').innerText()).toContain('Say something.');
    await page.unroute('**/assets/conversation-view*');
    await trouble.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Here it is.');
    isServerGone = true;
  });

  it('tells a failure with its reason and what to do, and goes on from there', async () => {
    const { page } = await open([
      { text: 'Half of the answer is here, and the rest', cutAfterEvents: 3, chunkSize: 10 },
      { text: 'The rest.' },
    ]);
    await say(page, 'Tell me');
    const card = page.locator('.error-card');
    await card.waitFor();
    expect(await card.locator('h3').innerText()).toBe('The answer stopped halfway');
    expect(await card.innerText()).toContain('What had arrived is kept above.');
    await card.getByRole('button', { name: 'Go on from here' }).click();
    await expect.poll(() => lastAnswer(page).innerText()).toBe('The rest.');
  });

  it('plan mode: nothing is changed before the plan is approved, then it is carried out', async () => {
    const { page, scene } = await open([
      { text: '1. Look at the files\n2. Write the summary' },
      { toolCalls: [{ name: 'write_file', input: { path: 'summary.txt', content: 'All is well.\n' } }] },
      { text: 'Carried out.' },
    ]);
    await page.getByRole('button', { name: 'Plan first' }).click();
    await say(page, 'Sum it up');
    await page.locator('.ask h2', { hasText: 'Carry out this plan?' }).waitFor();
    await answerByKey(page, 'Enter');
    await page.locator('.ask h2', { hasText: 'Create one file in harbour?' }).waitFor();
    await answerByKey(page, 'Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Carried out.');
    expect(await page.locator('.turn', { hasText: 'Look at the files' }).locator('.settled').allInnerTexts()).toEqual([
      expect.stringContaining('You approved the plan'),
    ]);
    expect(scene.model.requests[0]?.body.toString()).not.toContain('The plan is approved');
    expect(await page.getByRole('button', { name: 'Plan first' }).getAttribute('aria-pressed')).toBe('false');
  });

  it('S3 hands over a text file with the message, as words from outside', async () => {
    const { page, scene } = await open([{ text: 'Nine lines.' }]);
    await page.locator('input[type=file]').setInputFiles([
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('a line of notes\n'.repeat(9)) },
      { name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0x50, 0, 0, 1]) },
    ]);
    await expect.poll(() => page.locator('.compose .chip').allInnerTexts()).toEqual([expect.stringContaining('notes.txt')]);
    await page.locator('.toast', { hasText: 'picture.png is no PNG, JPEG, WebP, GIF or PDF' }).waitFor();
    await say(page, 'How many lines?');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Nine lines.');
    expect(await page.locator('.said .chip.is-outside').innerText()).toContain('notes.txt');
    expect(await page.locator('.banner').innerText()).toContain('From outside. Words of notes.txt are in this conversation.');
    expect(scene.model.requests[0]?.body.toString()).toContain('a line of notes');
  });

  it('U2: what is attached outlives a walk to another conversation; what a reload lost is named', async () => {
    const { page } = await open([{ text: 'Done.' }]);
    await say(page, 'Something');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Done.');
    const here = page.url();
    await page.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('words') });
    await page.locator('.compose .chip', { hasText: 'notes.txt' }).waitFor();
    await page.getByRole('button', { name: 'New conversation' }).first().click();
    await page.waitForSelector('.starters');
    expect(await page.locator('.compose .chip').count()).toBe(0);
    await page.locator('.side-link').first().click();
    await page.waitForURL(here);
    await page.locator('.compose .chip', { hasText: 'notes.txt' }).waitFor();
    await page.reload();
    await page.locator('.toast', { hasText: 'Attach again what the window has lost: notes.txt' }).waitFor();
    expect(await page.locator('.compose .chip').count()).toBe(0);
  });

  it('S3 a long paste becomes a file that can be looked at and taken away; a short one stays among the words', async () => {
    const { page, scene } = await open([{ text: 'Read.' }]);
    const paste = (text: string) =>
      page.evaluate((pasted) => {
        const data = new DataTransfer();
        data.setData('text/plain', pasted);
        const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
        return document.querySelector('#composer')?.dispatchEvent(event);
      }, text);
    const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at}`).join('\n');
    await page.focus('#composer');
    // What is not taken is left to the browser.
    expect(await paste('a short one')).toBe(true);
    expect(await paste(lines)).toBe(false);
    expect(await paste(`${lines} and a zebra`)).toBe(false);
    expect(await page.inputValue('#composer')).toBe('');
    expect(await page.locator('.chip-name').allInnerTexts()).toEqual(['Pasted text', 'Pasted text 2']);
    await page.getByRole('button', { name: 'Remove Pasted text 2' }).click();
    await page.getByRole('button', { name: 'Pasted text', exact: true }).click();
    expect(await page.getByRole('dialog').locator('pre').innerText()).toContain('line 1\nline 2');
    await page.getByRole('button', { name: 'Close' }).click();
    await say(page, 'What is it?');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Read.');
    const asked = scene.model.requests[0]?.body.toString() ?? '';
    expect(['line 19999', 'zebra'].map((words) => asked.includes(words))).toEqual([true, false]);
  });

  it('while words stream nothing that is read moves, and the end is one click away', async () => {
    const { page } = await open([
      { text: Array.from({ length: 60 }, (_, index) => `Paragraph ${index} of the answer.`).join('\n\n') },
      slow(`More words: ${Array.from({ length: 400 }, (_, index) => `w${index * 7919}`).join(' ')}`, 12),
    ]);
    await say(page, 'Long');
    await page.locator('.after').waitFor();
    await say(page, 'Longer');
    await expect.poll(() => lastAnswer(page).innerText()).toContain('More words');
    const list = page.getByRole('region', { name: 'Conversation' });
    const atEnd = () => list.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 60);
    await expect.poll(atEnd).toBe(true);
    await list.evaluate((element) => element.scrollBy(0, -900));
    const place = () =>
      page.getByText('Paragraph 45 of the answer.').evaluate((element) => Math.round(element.getBoundingClientRect().top));
    await page.waitForTimeout(150);
    const before = await place();
    const words = (await lastAnswer(page).innerText()).length;
    await expect.poll(async () => (await lastAnswer(page).innerText()).length).toBeGreaterThan(words + 400);
    expect(await place()).toBe(before);
    await page.getByRole('button', { name: 'To the end' }).click();
    await expect.poll(atEnd).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('.after').nth(1).waitFor();
    expect(await atEnd()).toBe(true);
  });

  it('a terminal’s run is seen live; what it asks is answered there', async () => {
    const { page, scene } = await open([
      { text: 'Begun here.' },
      { toolCalls: [{ name: 'run_command', input: { command: 'echo there' } }] },
      { text: 'Done in the terminal.' },
    ]);
    await say(page, 'Begin');
    await page.locator('.after').waitFor();
    const terminal = scene.terminal(['run', '--continue', 'Now in the terminal']);
    await page.locator('.ask').waitFor();
    expect(await page.locator('.ask').innerText()).toContain('A terminal asks this. It is answered there.');
    expect(await page.locator('.ask footer').count()).toBe(0);
    expect(await state(page).innerText()).toContain('at work in a terminal');
    // The terminal takes no answer that was typed before it had asked.
    const asked = async () => {
      terminal.stdin?.write('y\n');
      return page.locator('.ask').count();
    };
    await expect.poll(asked, { interval: 500 }).toBe(0);
    await expect.poll(() => lastAnswer(page).innerText()).toBe('Done in the terminal.');
    await page.locator('.after').nth(1).waitFor();
  });

  it('S4 a window without the key sees nothing, and is told how to open it', async () => {
    const { scene } = await open([]);
    const { page } = await openWindow(browser, new URL(scene.url).origin);
    await page.waitForSelector('.refused');
    expect(await page.locator('.refused').innerText()).toContain('npm start');
    const wrong = await openWindow(browser, `${new URL(scene.url).origin}/#token=wrong`);
    await wrong.page.waitForSelector('.refused');
    expect(wrong.page.url()).not.toContain('token');
  });

  it('S4 a link with somebody else’s key takes nothing away, and its key is never kept', async () => {
    const { page, scene } = await open([]);
    const key = () => page.evaluate<string | null>(`localStorage.getItem('token')`);
    await expect.poll(key).toBe(scene.token);
    const { origin } = new URL(scene.url);
    for (const link of ['#token=attacker', '#token=', '#token=%E0%A4%A', `#token=${scene.token}x`]) {
      await page.goto('about:blank');
      await page.goto(`${origin}/${link}`);
      await page.waitForSelector('#composer');
      await expect.poll(() => page.locator('.pick .where').innerText()).toBe('stays on this machine');
      expect(await key()).toBe(scene.token);
      expect(page.url()).toBe(`${origin}/`);
    }
    // The same, without leaving the page.
    await page.evaluate(`location.hash = 'token=attacker'`);
    await expect.poll(() => page.url()).toBe(`${origin}/`);
    await page.waitForSelector('#composer');
    expect(await key()).toBe(scene.token);
    // A window that has no key keeps none that nobody knows.
    const { page: other } = await openWindow(browser, `${origin}/#token=attacker`);
    await other.waitForSelector('.refused');
    expect(await other.evaluate(`localStorage.getItem('token')`)).toBe(null);
  });

  it('S4 whoever takes the port of a server that died is sent no key, and the page says so', async () => {
    const { page, scene } = await open([{ text: 'At home again.' }]);
    await page.locator('.pick .where', { hasText: 'stays on this machine' }).waitFor();
    // The page's own scripts are here: what is asked for after this is asked of the server.
    const scripts = () => page.evaluate<string>(`performance.getEntriesByType('resource').map((each) => each.name).join(' ')`);
    for (const part of ['/conversation-view-', '/palette-']) await expect.poll(scripts).toContain(part);
    const told: string[] = [];
    const stranger = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        told.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ status: 'ok', proof: '0'.repeat(64), json: {} }));
      });
    });
    await scene.stop('SIGKILL');
    await new Promise<void>((resolve) => stranger.listen(Number(new URL(scene.url).port), '127.0.0.1', resolve));
    await expect.poll(() => page.locator('.connection').innerText()).toContain('Another program answers here');
    await say(page, 'A secret thought');
    await page.locator('.compose-failure').waitFor();
    expect(await page.locator('.compose-failure').innerText()).toContain('Another program answers in the place of Glasshouse.');
    await page.waitForTimeout(1_000);
    expect(told.length).toBeGreaterThan(1);
    for (const request of told) {
      // A font may be fetched late; it tells nothing.
      expect(request).toMatch(/^GET \/(?:health\?nonce=[0-9a-f]{64}|assets\/[\w.-]+\.woff2) /);
      expect(request).not.toContain('authorization');
      expect(request).not.toContain(scene.token);
      expect(request).not.toContain('secret');
    }
    await new Promise((resolve) => {
      stranger.close(resolve);
      stranger.closeAllConnections();
    });
    await scene.start();
    await expect.poll(() => page.locator('.connection').innerText(), { timeout: 15_000 }).toBe('');
    await page.press('#composer', 'Enter');
    await expect.poll(() => lastAnswer(page).innerText()).toBe('At home again.');
    isServerGone = true;
  });
});

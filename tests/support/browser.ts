import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';

/** Where a program stands. */
function onPath(name: string): string {
  const folder = (process.env['PATH'] ?? '').split(delimiter).find((each) => existsSync(join(each, name)));
  if (folder === undefined) throw new Error(`the tests of the page need ${name}`);
  return join(folder, name);
}

/** The system's Chromium, quiet: it asks nobody for anything. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** The same with a profile that it keeps in a folder, as everybody's browser has one: what it compiled once is compiled. */
export function openProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...launchOptions(), locale: 'en-GB' });
}

function launchOptions() {
  return {
    executablePath: process.env['CHROMIUM'] ?? onPath('chromium'),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  };
}

export interface WindowOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly contrast?: 'more' | 'no-preference';
  /** What the browser says that its person reads. */
  readonly locale?: string;
}

/** A window of its own (storage and all). What goes wrong in it is collected in `faults`. */
export async function openWindow(
  browser: Browser,
  url: string,
  { scheme = 'light', width = 1440, height = 900, contrast = 'no-preference', locale = 'en-GB' }: WindowOptions = {},
): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, contrast, locale, reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  await page.goto(url);
  return { page, context, faults };
}

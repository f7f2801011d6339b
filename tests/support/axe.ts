import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it stands, of any weight: one line for each rule that is broken. */
export async function accessFaults(page: Page): Promise<string[]> {
  await page.evaluate(source);
  return page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.map((each) => each.impact + ' ' + each.id + ': ' + each.nodes.map((node) => node.target.join(' ')).join(', ')))`,
  );
}

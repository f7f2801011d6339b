import type { Page } from '@playwright/test';

/** Answers what waits for the person as a person does: seen first, then one key. */
export async function answerByKey(page: Page, key: string): Promise<void> {
  const card = page.locator('.ask[data-interaction]');
  await card.first().waitFor();
  await page.waitForTimeout(1_000);
  await card.first().focus();
  await page.keyboard.press(key);
}

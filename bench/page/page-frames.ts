import type { Page } from '@playwright/test';
import { quantile } from '../figure.ts';

/** Milliseconds between frames, and of the slowest answer to a key. */
export interface Frames {
  readonly p50: number;
  readonly p99: number;
  readonly slowestKey: number;
}

interface Collected {
  readonly frames: number[];
  readonly keys: number[];
}

/** Begins to note when the page draws, and how long it takes to answer keys. */
export async function collectFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const collected: Collected = { frames: [], keys: [] };
    let last = performance.now();
    const onFrame = (at: number) => {
      collected.frames.push(at - last);
      last = at;
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
    // Only what takes longer than a frame is told; the rest counts as one.
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === 'keydown') collected.keys.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    Object.assign(globalThis, { collected });
  });
}

export async function framesOf(page: Page): Promise<Frames> {
  const { frames, keys } = await page.evaluate(() => (globalThis as unknown as { collected: Collected }).collected);
  const between = frames.slice(1);
  return { p50: quantile(between, 0.5), p99: quantile(between, 0.99), slowestKey: Math.max(16, ...keys) };
}

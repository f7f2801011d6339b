/** Shortest stretch of repeated text that counts, in characters, and how often it must stand in a row. */
const MIN_REPEATED = 240;
const MIN_TIMES = 4;

/**
 * Whether a growing text has begun to repeat itself (R8): its end is the same stretch at least four times in a row, over at least 240 characters.
 * Looks at the last 4,000 characters only, so the cost of a check does not grow with the text.
 */
export function repeatsItself(text: string): boolean {
  const end = text.slice(-4000);
  if (end.length < MIN_REPEATED) return false;
  const probe = end.slice(-24);
  // Rules, blank cells and the like repeat by nature.
  if (new Set(probe).size < 4) return false;
  let before = end.lastIndexOf(probe, end.length - probe.length - 1);
  for (let tries = 0; before >= 0 && tries < 8; tries += 1) {
    const period = end.length - probe.length - before;
    const times = Math.max(MIN_TIMES, Math.ceil(MIN_REPEATED / period));
    if (period * times <= end.length && isPeriodic(end, period, times)) return true;
    before = before === 0 ? -1 : end.lastIndexOf(probe, before - 1);
  }
  return false;
}

function isPeriodic(text: string, period: number, times: number): boolean {
  const last = text.slice(-period);
  for (let index = 2; index <= times; index += 1) {
    const from = text.length - period * index;
    if (text.slice(from, from + period) !== last) return false;
  }
  return true;
}

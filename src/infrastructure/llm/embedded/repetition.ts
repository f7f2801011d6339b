const LONGEST_UNIT = 160;

/**
 * Whether text has begun to go round in circles: it ends with one unit said at least `times` times in a row, at least `least`
 * characters in all. Small models do this; nothing that follows is worth waiting for.
 */
export function endsInLoop(text: string, times = 4, least = 60): boolean {
  const end = text.length;
  if (end < least) return false;
  for (let unit = 1; unit <= LONGEST_UNIT && unit * times <= end; unit += 1) {
    const needed = Math.max(unit * (times - 1), least - unit);
    if (needed + unit > end) continue;
    let matched = 0;
    while (matched < needed && text.charCodeAt(end - 1 - matched) === text.charCodeAt(end - 1 - matched - unit)) matched += 1;
    if (matched === needed) return true;
  }
  return false;
}

/** Words that say nothing about what a request is after. */
const COMMON = new Set(
  (
    'a about all also an and any are as at be been but by can could did do does file files find folder for from get give had has have how i if in into is it its ' +
    'list look many me mention mentions much my name not note notes of on one or our out please read say says see show so some tell text than that the their them ' +
    'then there these they this those to up us use was we were what when where which who whose why will with word words would you your'
  ).split(' '),
);

/**
 * At most about `limit` characters of a text, for a model that cannot take all of it: its beginning, and the lines that share
 * the most words with what is looked for, each with the lines around it; left-out stretches are marked by `[…]`.
 */
export function excerpt(text: string, lookedFor: string, limit: number): string {
  if (text.length <= limit) return text;
  const lines = text.split('\n').map((line) => (line.length > 400 ? `${line.slice(0, 400)} […]` : line));
  const wanted = wordsOf(lookedFor);
  const ranked = lines
    .map((line, index) => ({ index, score: [...wordsOf(line)].filter((word) => wanted.has(word)).length }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const kept = new Set<number>();
  let room = limit;
  const keep = (index: number): void => {
    const line = lines[index];
    if (line === undefined || kept.has(index) || line.length + 1 > room) return;
    kept.add(index);
    room -= line.length + 1;
  };
  const head = ranked.length > 0 ? limit / 4 : limit;
  lines.forEach((_line, index) => {
    if (limit - room < head) keep(index);
  });
  for (const { index } of ranked) for (const near of [index, index + 1, index - 1, index + 2]) keep(near);
  return joined(lines, kept);
}

function joined(lines: readonly string[], kept: ReadonlySet<number>): string {
  const out: string[] = [];
  let gap = false;
  lines.forEach((line, index) => {
    if (kept.has(index)) {
      if (gap) out.push('[…]');
      gap = false;
      out.push(line);
    } else gap = true;
  });
  if (gap) out.push('[…]');
  return out.join('\n');
}

function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => word.length > 1 && !COMMON.has(word)));
}

/**
 * Glob match of a whole string. `?` one character, `*` any characters but the separator, `**` any characters.
 * With `separator: null`, `*` matches anything. Everything else means itself. Linear in the text for each star: no backtracking blow-up.
 */
export function matchGlob(pattern: string, text: string, options: { readonly separator: string | null }): boolean {
  const tokens = tokenize(pattern);
  let reachable = new Set<number>([0]);
  reachable = closure(reachable, tokens);
  for (const char of text) {
    const next = new Set<number>();
    for (const at of reachable) {
      const token = tokens[at];
      if (token === undefined) continue;
      if (token === '**') next.add(at);
      else if (token === '*') {
        if (char !== options.separator) next.add(at);
      } else if (token === '?' ? char !== options.separator : token === char) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reachable = closure(next, tokens);
  }
  return reachable.has(tokens.length);
}

function tokenize(pattern: string): string[] {
  const tokens: string[] = [];
  // By code point, as `for … of` walks the text.
  const chars = Array.from(pattern);
  for (let index = 0; index < chars.length; index += 1) {
    if (chars[index] === '*' && chars[index + 1] === '*') {
      tokens.push('**');
      index += 1;
    } else tokens.push(chars[index] ?? '');
  }
  return tokens;
}

/** Stars may match nothing. */
function closure(positions: ReadonlySet<number>, tokens: readonly string[]): Set<number> {
  const all = new Set(positions);
  for (const at of all) {
    const token = tokens[at];
    if (token === '*' || token === '**') all.add(at + 1);
  }
  return all;
}

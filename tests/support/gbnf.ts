/** A grammar without recursion as a regular expression for whole texts, so that tests can say what it accepts. */
export function gbnfToRegExp(grammar: string): RegExp {
  const rules = new Map(
    grammar
      .trim()
      .split('\n')
      .map((line) => line.split(/ ::= (.*)/s, 2) as [string, string]),
  );
  const expand = (name: string): string => {
    const body = rules.get(name);
    if (body === undefined) throw new Error(`no rule ${name}`);
    return `(?:${body.replace(PIECE, (piece: string) => (piece.startsWith('"') ? literal(piece) : /^[a-z]/.test(piece) ? expand(piece) : piece.trim()))})`;
  };
  return new RegExp(`^${expand('root')}$`, 'u');
}

/** A literal, a class of characters, a bound, the name of a rule, or space between them. */
const PIECE = /"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\{\d+,\d+\}|[a-z][a-z0-9-]*|\s+/g;

function literal(piece: string): string {
  const text = piece.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ({ n: '\n', r: '\r', t: '\t' })[char] ?? char);
  return `(?:${text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&')})`;
}

import { matchGlob } from './glob.ts';

/** The parts of an address as a URL parser writes it. Null: it is none. */
function partsOf(address: string): { isPlain: boolean; host: string; path: string } | null {
  const parts = /^(https?):\/\/([^/?#@\\]+)([^#]*)/.exec(address);
  return parts ? { isPlain: parts[1] === 'http', host: parts[2] ?? '', path: parts[3] || '/' } : null;
}

/** The pattern that means the server of an address and no other. Null: there is none (a host may hold a star). */
export function serverPattern(address: string): string | null {
  const parts = partsOf(address);
  if (!parts || parts.host.includes('*')) return null;
  return parts.isPlain ? `http://${parts.host}` : parts.host;
}

/**
 * Whether an address is one that a pattern means: a host with or without a path. `*` in a host stands for any names (`*.example.org` is every
 * host below example.org, and not example.org itself); in a path it stays between two slashes, `**` does not. A pattern without a path
 * means all of them; one with a path is held against the path and what is asked there (`?…`).
 * @param options.plain whether addresses without encryption count; they always do where the pattern says `http://`
 */
export function matchAddress(pattern: string, address: string, options: { readonly plain: boolean }): boolean {
  const [, scheme, wanted = ''] = /^(?:(https?):\/\/)?(.*)$/s.exec(pattern.trim()) ?? [];
  const given = partsOf(address);
  if (!given || (given.isPlain ? scheme === 'https' || (scheme === undefined && !options.plain) : scheme === 'http')) return false;
  const slash = wanted.indexOf('/');
  const host = (slash < 0 ? wanted : wanted.slice(0, slash)).toLowerCase();
  if (!matchGlob(host, given.host.toLowerCase(), { separator: null })) return false;
  return slash < 0 || matchGlob(wanted.slice(slash), given.path, { separator: '/' });
}

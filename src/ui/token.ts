const KEY = 'token';

/** What the address of this window brought, until the server has shown that it knows it: anybody can write a link. */
let offered: string | null = null;

/**
 * The key to the server (S4). It comes in the fragment of the launch address, which never travels; the address is cleaned before
 * anything else can read it. Only when the server proves that it knows the key (`server-proof.ts`) does it move into storage that
 * belongs to this origin alone: a link of somebody else's cannot take the place of the key that is there.
 * @returns whether this window has any key at all
 */
export function takeToken(): boolean {
  const match = /(?:^#|&)token=([^&]*)/.exec(location.hash);
  if (match) {
    offered = decoded(match[1] ?? '');
    history.replaceState(null, '', location.pathname + location.search);
  }
  return candidates().length > 0;
}

/** Keys that may be the server's: the one that the address brought first. */
export function candidates(): string[] {
  const saved = localStorage.getItem(KEY);
  return [...new Set([offered, saved])].filter((token): token is string => token !== null && token !== '');
}

/** The server has shown that it knows this one. */
export function keepToken(token: string): void {
  offered = null;
  if (localStorage.getItem(KEY) !== token) localStorage.setItem(KEY, token);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

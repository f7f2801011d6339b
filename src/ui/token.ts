const KEY = 'token';

/**
 * The key to the server (S4). It comes in the fragment of the launch address, which never travels, and moves at once into storage
 * that belongs to this origin alone; the address is cleaned before anything else can read it.
 */
export function takeToken(): string | null {
  const match = /(?:^#|&)token=([^&]+)/.exec(location.hash);
  if (match?.[1]) {
    localStorage.setItem(KEY, decodeURIComponent(match[1]));
    history.replaceState(null, '', location.pathname + location.search);
  }
  return localStorage.getItem(KEY);
}

export function savedToken(): string | null {
  return localStorage.getItem(KEY);
}

import { useSyncExternalStore } from 'react';

/** Where the window is. The address says it, so that reload, back and a second window show the same. */
export type Route =
  | { readonly screen: 'new' }
  | { readonly screen: 'conversation'; readonly id: string; readonly messageId: string | null }
  | { readonly screen: 'settings'; readonly section: string };

/** The route of a path; what is not known is the beginning. */
export function routeOf(path: string): Route {
  const [first, second, third, fourth] = path.split('/').filter(Boolean).map(decodeURIComponent);
  if (first === 'c' && second) return { screen: 'conversation', id: second, messageId: third === 'm' && fourth ? fourth : null };
  if (first === 'settings') return { screen: 'settings', section: second ?? 'models' };
  return { screen: 'new' };
}

export function pathOf(route: Route): string {
  switch (route.screen) {
    case 'new':
      return '/';
    case 'conversation': {
      const conversation = `/c/${encodeURIComponent(route.id)}`;
      return route.messageId ? `${conversation}/m/${encodeURIComponent(route.messageId)}` : conversation;
    }
    case 'settings':
      return `/settings/${encodeURIComponent(route.section)}`;
  }
}

const listeners = new Set<() => void>();
let current: { readonly path: string; readonly route: Route } | null = null;

function read(): Route {
  const path = globalThis.location.pathname;
  if (current?.path !== path) current = { path, route: routeOf(path) };
  return current.route;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  globalThis.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    globalThis.removeEventListener('popstate', listener);
  };
}

/** Goes there. `replace`: without a step that the back button would return to. */
export function goTo(route: Route, options: { readonly replace?: boolean } = {}): void {
  const path = pathOf(route);
  if (path !== globalThis.location.pathname) history[options.replace ? 'replaceState' : 'pushState'](null, '', path);
  for (const listener of listeners) listener();
}

export function currentRoute(): Route {
  return read();
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, read, read);
}

import { api, failureInWords, failureOf } from './api.ts';
import { tell } from './stores/toast-store.ts';
import { say } from './words/say.ts';

/** Whether this window keeps nothing of what is said in it: its server says so in the page. */
export const isIncognito = 'incognito' in (globalThis.document?.documentElement.dataset ?? {});

/** Names the window. What is said incognito does not stand in the browser's history either. */
export function nameWindow(title: string): void {
  document.title = isIncognito ? say`Incognito · Glasshouse` : title;
}

/** Opens a window of its own, on a server of its own that keeps nothing. */
export async function openIncognito(): Promise<void> {
  // At once, while the browser still takes it for the person's own wish.
  const window = globalThis.open('about:blank', '_blank');
  try {
    const { url } = await api.system.incognito({});
    if (window === null) {
      tell(say`The browser did not let the incognito window open`, {
        act: { label: say`Open it`, run: () => void globalThis.open(url, '_blank', 'noopener') },
      });
      return;
    }
    window.opener = null;
    window.location.replace(url);
  } catch (error) {
    window?.close();
    tell(failureInWords(failureOf(error)));
  }
}

import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
// Three voices. Each file is fetched only when a character of its range is shown.
import '@fontsource-variable/hanken-grotesk/wght.css';
import '@fontsource-variable/literata/wght.css';
import '@fontsource-variable/literata/wght-italic.css';
import '@fontsource-variable/spline-sans-mono/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import { App, ConversationRoom } from './app.tsx';
import { followServer, readEverything } from './follow-server.ts';
import { applyLook } from './look.ts';
import { notifyWhenHidden } from './notifications.ts';
import { useConnection } from './stores/connection-store.ts';
import { flushMemory } from './stores/memory-store.ts';
import { measureScrollbar } from './scrollbar-room.ts';
import { takeToken } from './token.ts';

applyLook();
measureScrollbar();
if (takeToken()) {
  // On its way while the page is drawn.
  readEverything();
  followServer(new AbortController().signal);
} else useConnection.setState({ state: 'refused' });
// A launch address that is opened in a window that stands at this one already changes the fragment alone.
globalThis.addEventListener('hashchange', () => {
  if (/(?:^#|&)token=/.test(location.hash)) location.reload();
});
globalThis.addEventListener('pagehide', flushMemory);
notifyWhenHidden();

const root = document.getElementById('root');
if (root) void draw(root);

async function draw(place: HTMLElement): Promise<void> {
  // The window stands in the page already, and can be written in: what takes its place has the same field, or waits until it has.
  if (location.pathname.startsWith('/c/')) await ConversationRoom.fetch().catch(() => undefined);
  // In pieces, between which the page takes keys.
  startTransition(() =>
    createRoot(place).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  );
  setTimeout(ConversationRoom.preload, 300);
}

import { StrictMode } from 'react';
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
import { useConnection } from './stores/connection-store.ts';
import { flushMemory } from './stores/memory-store.ts';
import { measureScrollbar } from './scrollbar-room.ts';
import { proveServer } from './server-proof.ts';
import { takeToken } from './token.ts';

applyLook();
measureScrollbar();
const hasToken = takeToken();
// On its way while the page is drawn: everything that is read waits for it.
if (hasToken) void proveServer();
else useConnection.setState({ state: 'refused' });
// A launch address that is opened in a window that stands at this one already changes the fragment alone.
globalThis.addEventListener('hashchange', () => {
  if (/(?:^#|&)token=/.test(location.hash)) location.reload();
});
if (location.pathname.startsWith('/c/')) ConversationRoom.preload();
globalThis.addEventListener('pagehide', flushMemory);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

// After the first paint: one can write before anything is known.
requestAnimationFrame(() => setTimeout(begin));

function begin(): void {
  if (hasToken) {
    readEverything();
    followServer(new AbortController().signal);
  }
  setTimeout(ConversationRoom.preload, 300);
}

import { useEffect } from 'react';
import { TipProvider } from './components/tooltip.tsx';
import { Toasts } from './components/toast.tsx';
import { toggleInspector, toggleSidebar, useIsInspectorOpen, useIsSidebarHidden } from './layout.ts';
import { useRoute, type Route } from './route.ts';
import { useConnection } from './stores/connection-store.ts';
import { focusComposer, openPalette, setDrawer, useUi } from './stores/ui-store.ts';
import { ConversationView } from './views/conversation/conversation-view.tsx';
import { NewConversationView } from './views/new-conversation/new-conversation-view.tsx';
import { RefusedView } from './views/refused-view.tsx';
import { Sidebar, startNew } from './views/sidebar/sidebar.tsx';

/**
 * The window. Slots for the screens that are loaded when they are first wanted, each a lazy chunk of its own:
 * - settings: `views/settings/settings-view.tsx` exports `SettingsView({ section })`, shown in `<main>` while the route's screen is `settings`;
 * - inspector: `views/inspector/inspector.tsx` exports `Inspector({ conversationId, onClose })`, mounted as `<aside className="inspector">`
 *   while `useIsInspectorOpen()`; `useUi().inspect` says what it is asked to show;
 * - palette: `views/palette/palette.tsx` exports `Palette({ onClose })`, mounted over all while `useUi().isPaletteOpen`;
 * - first run: `views/first-run/first-run.tsx` exports `FirstRun`, shown by `NewConversationView` instead of its greeting.
 */
export function App() {
  const connection = useConnection((state) => state.state);
  const route = useRoute();
  const isSidebarHidden = useIsSidebarHidden();
  const isInspectorOpen = useIsInspectorOpen();
  const isDrawerOpen = useUi((state) => state.isDrawerOpen);
  useShortcuts();
  useEffect(() => {
    if (isDrawerOpen) document.querySelector<HTMLElement>('.side-room .search-field')?.focus();
  }, [isDrawerOpen]);
  if (connection === 'refused') return <RefusedView />;
  const hasInspector = isInspectorOpen && route.screen === 'conversation';
  return (
    <TipProvider delayDuration={500} skipDelayDuration={200}>
      <a className="skip button" href="#composer" onClick={focusComposer}>
        To the composer
      </a>
      <div className={`frame ${isSidebarHidden ? 'is-wide' : ''} ${hasInspector ? 'has-inspector' : ''}`}>
        <div className={`side-room ${isDrawerOpen ? 'is-open' : ''}`} inert={isSidebarHidden && !isDrawerOpen ? true : undefined}>
          <Sidebar />
        </div>
        <main className="main">
          <Screen route={route} />
        </main>
      </div>
      {isDrawerOpen ? <button type="button" className="drawer-scrim" aria-label="Close the list" onClick={() => setDrawer(false)} /> : null}
      <Toasts />
    </TipProvider>
  );
}

function Screen({ route }: { route: Route }) {
  switch (route.screen) {
    case 'new':
    case 'settings':
      return <NewConversationView />;
    case 'conversation':
      return <ConversationView key={route.id} id={route.id} soughtId={route.messageId} />;
  }
}

/** Keys that act from anywhere. */
function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && useUi.getState().isDrawerOpen) {
        event.preventDefault();
        setDrawer(false);
        return;
      }
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const act = ACTS[`${event.shiftKey ? 'shift ' : ''}${event.key.toLowerCase()}`];
      if (!act) return;
      event.preventDefault();
      act();
    };
    globalThis.addEventListener('keydown', onKeyDown, true);
    return () => globalThis.removeEventListener('keydown', onKeyDown, true);
  }, []);
}

const ACTS: Readonly<Record<string, () => void>> = {
  k: openPalette,
  b: toggleSidebar,
  i: toggleInspector,
  'shift o': startNew,
};

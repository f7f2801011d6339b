import { useEffect, useRef } from 'react';
import { Boundary } from './components/boundary.tsx';
import { lazily } from './components/lazily.tsx';
import { TipProvider } from './components/tooltip.tsx';
import { Toasts } from './components/toast.tsx';
import { toggleInspector, toggleSidebar, useIsInspectorOpen, useIsSidebarHidden } from './layout.ts';
import { goTo, useRoute, type Route } from './route.ts';
import { shortcutOf, type ShortcutName } from './shortcuts.ts';
import { useConnection } from './stores/connection-store.ts';
import { closePalette, focusComposer, hideShortcuts, openPalette, setDrawer, showShortcuts, useUi } from './stores/ui-store.ts';
import { ConversationHeader } from './views/conversation/conversation-header.tsx';
import { NewConversationView } from './views/new-conversation/new-conversation-view.tsx';
import { RefusedView } from './views/refused-view.tsx';
import { Sidebar, startNew } from './views/sidebar/sidebar.tsx';
import { say } from './words/say.ts';

/** Loaded when they are first wanted: the first script stays small. */
const Inspector = lazily(async () => (await import('./views/inspector/inspector.tsx')).Inspector);
const SettingsView = lazily(async () => (await import('./views/settings/settings-view.tsx')).SettingsView);
const ShortcutsDialog = lazily(async () => (await import('./views/shortcuts-dialog.tsx')).ShortcutsDialog);
const Palette = lazily(async () => (await import('./views/palette/palette.tsx')).Palette);
/** Wanted sooner or later by everybody: fetched as soon as there is nothing better to do. */
export const ConversationRoom = lazily(async () => (await import('./views/conversation/conversation-view.tsx')).ConversationView);

/** The window: list, conversation, inspector; or the settings in their place; and over all the palette. */
export function App() {
  const connection = useConnection((state) => state.state);
  const route = useRoute();
  const isSidebarHidden = useIsSidebarHidden();
  const isInspectorOpen = useIsInspectorOpen();
  const isDrawerOpen = useUi((state) => state.isDrawerOpen);
  const isPaletteOpen = useUi((state) => state.isPaletteOpen);
  const areShortcutsShown = useUi((state) => state.areShortcutsShown);
  const leaveSettings = useWayBack(route);
  useShortcuts();
  usePaletteAtHand();
  useNewsOfVersions();
  useEffect(() => {
    if (isDrawerOpen) document.querySelector<HTMLElement>('.side-room .search-field')?.focus();
  }, [isDrawerOpen]);
  if (connection === 'refused') return <RefusedView />;
  const hasInspector = isInspectorOpen && route.screen === 'conversation';
  return (
    <TipProvider delayDuration={500} skipDelayDuration={200}>
      {route.screen === 'settings' ? (
        <div className="frame is-settings">
          <Boundary part={say`The settings`}>
            <SettingsView section={route.section} onClose={leaveSettings} fallback={<SettingsRoom />} />
          </Boundary>
        </div>
      ) : (
        <>
          <a className="skip button" href="#composer" onClick={focusComposer}>
            {say`To the composer`}
          </a>
          <div className={`frame ${isSidebarHidden ? 'is-wide' : ''} ${hasInspector ? 'has-inspector' : ''}`}>
            <div className={`side-room ${isDrawerOpen ? 'is-open' : ''}`} inert={isSidebarHidden && !isDrawerOpen ? true : undefined}>
              <Boundary part={say`The list of conversations`}>
                <Sidebar />
              </Boundary>
            </div>
            <main className="main">
              <Boundary part={say`The conversation`} key={route.screen === 'conversation' ? route.id : 'new'}>
                <Screen route={route} />
              </Boundary>
            </main>
            {hasInspector ? (
              <Boundary part={say`The inspector`}>
                <Inspector
                  conversationId={route.id}
                  onClose={toggleInspector}
                  fallback={<aside className="inspector" aria-label={say`Inspector`} />}
                />
              </Boundary>
            ) : null}
          </div>
          {isDrawerOpen ? (
            <button type="button" className="drawer-scrim" aria-label={say`Close the list`} onClick={() => setDrawer(false)} />
          ) : null}
        </>
      )}
      {isPaletteOpen ? (
        <Boundary part={say`The palette`}>
          <Palette onClose={closePalette} fallback={null} />
        </Boundary>
      ) : null}
      {areShortcutsShown ? (
        <Boundary part={say`The list of keys`}>
          <ShortcutsDialog onClose={hideShortcuts} fallback={null} />
        </Boundary>
      ) : null}
      <Toasts />
    </TipProvider>
  );
}

/** The rooms of the settings before they are here, so that nothing jumps. */
function SettingsRoom() {
  return (
    <>
      <nav aria-label={say`Settings`} />
      <main className="main" />
    </>
  );
}

/** Who opens the palette types at once: it is fetched as soon as the page has nothing better to do. */
function usePaletteAtHand(): void {
  useEffect(() => {
    const timer = setTimeout(Palette.preload, 400);
    return () => clearTimeout(timer);
  }, []);
}

/** Long after the window stands: it is never in a hurry. */
function useNewsOfVersions(): void {
  useEffect(() => {
    const timer = setTimeout(
      () => void import('./newer-version.ts').then(({ tellOfNewerVersion }) => tellOfNewerVersion()).catch(() => undefined),
      8_000,
    );
    return () => clearTimeout(timer);
  }, []);
}

/** Back from the settings to where the person was. */
function useWayBack(route: Route): () => void {
  const last = useRef<Route>({ screen: 'new' });
  useEffect(() => {
    if (route.screen !== 'settings') last.current = route;
  }, [route]);
  const back = useRef(() => goTo(last.current));
  return back.current;
}

function Screen({ route }: { route: Exclude<Route, { screen: 'settings' }> }) {
  switch (route.screen) {
    case 'new':
      return <NewConversationView />;
    case 'conversation':
      return <ConversationRoom key={route.id} id={route.id} soughtId={route.messageId} fallback={<ConversationHeader open={null} />} />;
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
      const name = shortcutOf(event);
      const act = name === null ? undefined : ACTS[name];
      if (!act) return;
      event.preventDefault();
      act();
    };
    globalThis.addEventListener('keydown', onKeyDown, true);
    return () => globalThis.removeEventListener('keydown', onKeyDown, true);
  }, []);
}

const ACTS: Readonly<Partial<Record<ShortcutName, () => void>>> = {
  palette: openPalette,
  sidebar: toggleSidebar,
  inspector: toggleInspector,
  new: startNew,
  shortcuts: showShortcuts,
};

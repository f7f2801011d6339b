import { TipProvider } from './components/tooltip.tsx';
import { Toasts } from './components/toast.tsx';
import { useRoute } from './route.ts';
import { useConnection } from './stores/connection-store.ts';
import { RefusedView } from './views/refused-view.tsx';

/**
 * The window. Slots for the screens that are loaded when they are first wanted, each a lazy chunk of its own:
 * - settings: `views/settings/settings-view.tsx` exports `SettingsView({ section })`, shown in `<main>` while the route's screen is `settings`;
 * - inspector: `views/inspector/inspector.tsx` exports `Inspector({ conversationId, onClose })`, mounted as `<aside className="inspector">`
 *   while `useRecalled('layout:inspector') === 'open'`; `useUi().inspect` says what it is asked to show;
 * - palette: `views/palette/palette.tsx` exports `Palette({ onClose })`, mounted over all while `useUi().isPaletteOpen`;
 * - first run: `views/first-run/first-run.tsx` exports `FirstRun({ onStart })`, shown above the composer of a new conversation;
 *   `onStart(text, workspace)` sends.
 */
export function App() {
  const connection = useConnection((state) => state.state);
  const route = useRoute();
  if (connection === 'refused') return <RefusedView />;
  return (
    <TipProvider delayDuration={500} skipDelayDuration={200}>
      <div className="frame">
        <main className="main" id="main" data-screen={route.screen} />
      </div>
      <Toasts />
    </TipProvider>
  );
}

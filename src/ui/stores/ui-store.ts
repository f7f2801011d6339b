import { create } from 'zustand';

/** What lies open in this window, and what another part of the page asks of it. */
interface UiState {
  /** On a narrow window the sidebar is a drawer. */
  readonly isDrawerOpen: boolean;
  readonly isPaletteOpen: boolean;
  readonly areShortcutsShown: boolean;
  /** The inspector is asked to show this: a tab, and in it a request or a run. Each asking is a new object. */
  readonly inspect: { readonly tab: string; readonly id?: string } | null;
  /** Grows by one each time the composer is asked to take the focus. */
  readonly composerFocus: number;
  /** The composer's picker that lies open. */
  readonly picker: 'model' | 'workspace' | null;
  /** The row of this call is asked to open and to come into sight; null when that is done. */
  readonly soughtCall: { readonly callId: string } | null;
}

export const useUi = create<UiState>(() => ({
  isDrawerOpen: false,
  isPaletteOpen: false,
  areShortcutsShown: false,
  inspect: null,
  composerFocus: 0,
  picker: null,
  soughtCall: null,
}));

export const openPalette = (): void => useUi.setState({ isPaletteOpen: true });
export const closePalette = (): void => useUi.setState({ isPaletteOpen: false });
export const showShortcuts = (): void => useUi.setState({ areShortcutsShown: true });
export const hideShortcuts = (): void => useUi.setState({ areShortcutsShown: false });
export const setDrawer = (isDrawerOpen: boolean): void => useUi.setState({ isDrawerOpen });
export const focusComposer = (): void => useUi.setState((state) => ({ composerFocus: state.composerFocus + 1 }));
export const seekCall = (callId: string): void => useUi.setState({ soughtCall: { callId } });
export const callIsShown = (): void => useUi.setState({ soughtCall: null });
export const openPicker = (picker: UiState['picker']): void => useUi.setState({ picker });

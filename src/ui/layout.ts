import { recall, remember, useRecalled } from './stores/memory-store.ts';

/** Which panels are open. Remembered, so that a window opens as it was left. */
const SIDEBAR = 'layout:sidebar';
const INSPECTOR = 'layout:inspector';

export function useIsSidebarHidden(): boolean {
  return useRecalled(SIDEBAR) === 'hidden';
}

export function toggleSidebar(): void {
  remember(SIDEBAR, recall(SIDEBAR) === 'hidden' ? '' : 'hidden');
}

export function useIsInspectorOpen(): boolean {
  return useRecalled(INSPECTOR) === 'open';
}

export function toggleInspector(): void {
  remember(INSPECTOR, recall(INSPECTOR) === 'open' ? '' : 'open');
}

export function openInspector(): void {
  remember(INSPECTOR, 'open');
}

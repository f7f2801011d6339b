import { ALT, CTRL } from './components/kbd.tsx';
import { say } from './words/say.ts';

interface Shortcut {
  readonly title: string;
  /** As they are shown. */
  readonly keys: string;
  /** As the browser names them, for those that act from anywhere: `shift o` with Ctrl or ⌘; `?` alone, outside of fields. */
  readonly pressed?: string;
}

/** Every key that does something, by where it does it. The window's listener, the palette and the list of them are made of this table. */
export const SHORTCUTS = {
  palette: { title: say`Search and commands`, keys: `${CTRL} K`, pressed: 'k' },
  new: { title: say`New conversation`, keys: say`${CTRL} Shift O`, pressed: 'shift o' },
  sidebar: { title: say`Show or hide the sidebar`, keys: `${CTRL} B`, pressed: 'b' },
  inspector: { title: say`Show or hide the inspector`, keys: `${CTRL} I`, pressed: 'i' },
  shortcuts: { title: say`These keys`, keys: '?', pressed: '?' },
  send: { title: say`Send`, keys: '↵' },
  line: { title: say`A new line`, keys: say`Shift ↵` },
  stop: { title: say`Stop the run`, keys: say`Esc` },
  rename: { title: say`Rename`, keys: 'F2' },
  trash: { title: say`Move to the trash`, keys: say`Del` },
  walk: { title: say`From one to the next`, keys: '↑ ↓' },
  star: { title: say`Star a model`, keys: `${ALT} S` },
  width: { title: say`Wider or narrower, on the edge of a panel`, keys: '← →' },
  leave: { title: say`Close`, keys: say`Esc` },
} as const satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof SHORTCUTS;

/** The groups in which they are listed. */
export const SHORTCUT_GROUPS: readonly { readonly title: string; readonly names: readonly ShortcutName[] }[] = [
  { title: say`Anywhere`, names: ['palette', 'new', 'sidebar', 'inspector', 'shortcuts'] },
  { title: say`In the composer`, names: ['send', 'line', 'stop'] },
  { title: say`In the list of conversations`, names: ['walk', 'rename', 'trash'] },
  { title: say`Elsewhere`, names: ['star', 'width', 'leave'] },
];

/** The shortcut that a key press means, wherever the focus is; null: none. */
export function shortcutOf(event: KeyboardEvent): ShortcutName | null {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (!isCommand && (event.ctrlKey || event.metaKey || event.altKey || event.key !== '?' || isTyping(event.target))) return null;
  const pressed = isCommand ? `${event.shiftKey ? 'shift ' : ''}${event.key.toLowerCase()}` : '?';
  if (isCommand && pressed.endsWith('?')) return null;
  const found = Object.entries<Shortcut>(SHORTCUTS).find(([, shortcut]) => shortcut.pressed === pressed);
  return (found?.[0] as ShortcutName | undefined) ?? null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

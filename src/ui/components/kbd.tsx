import { say } from '../words/say.ts';
import './kbd.css';

/** A key. */
export function Kbd({ children }: { children: string }) {
  return <kbd className="kbd">{children}</kbd>;
}

const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** `Ctrl` here, `⌘` there. */
export const CTRL = isApple ? '⌘' : say`Ctrl`;
/** `Alt` here, `⌥` there. */
export const ALT = isApple ? '⌥' : 'Alt';

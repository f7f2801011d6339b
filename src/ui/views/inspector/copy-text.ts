import { tell } from '../../stores/toast-store.ts';

/** Puts a text on the clipboard, and says so. */
export async function copyText(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(said, { kind: 'clipboard' });
  } catch {
    tell('The browser did not allow the clipboard', { kind: 'clipboard' });
  }
}

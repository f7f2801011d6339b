import { tell } from './stores/toast-store.ts';
import { say } from './words/say.ts';

/** Puts a text on the clipboard, and says so, aloud too. @returns whether it is there */
export async function copyText(text: string, said: string): Promise<boolean> {
  return put(() => navigator.clipboard.writeText(text), said);
}

/** The same words twice, for whoever takes plain text and for whoever takes formatted text. */
export async function copyRich(text: string, html: string, said: string): Promise<boolean> {
  if (typeof ClipboardItem === 'undefined') return copyText(text, said);
  const item = new ClipboardItem({
    'text/plain': new Blob([text], { type: 'text/plain' }),
    'text/html': new Blob([html], { type: 'text/html' }),
  });
  return put(() => navigator.clipboard.write([item]), said);
}

async function put(write: () => Promise<void>, said: string): Promise<boolean> {
  try {
    await write();
    tell(said, { kind: 'clipboard' });
    return true;
  } catch {
    tell(say`The browser did not allow the clipboard`, { kind: 'clipboard' });
    return false;
  }
}

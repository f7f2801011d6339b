import { api, failureOf } from './api.ts';
import { tell } from './stores/toast-store.ts';
import { say } from './words/say.ts';

export type ExportFormat = 'markdown' | 'html' | 'json';

export const FORMATS: readonly { readonly format: ExportFormat; readonly name: string }[] = [
  { format: 'markdown', name: 'Markdown' },
  { format: 'html', name: say`a web page` },
  { format: 'json', name: 'JSON' },
];

/** By an address that is good once: a link cannot carry the key. */
export async function exportConversations(ids: readonly string[], format: 'markdown' | 'json'): Promise<void> {
  try {
    const { url } = await api.conversations.exportMany({ ids, format });
    location.assign(url);
  } catch (error) {
    tell(failureOf(error).message);
  }
}

/** By an address that is good once: a link cannot carry the key. */
export async function exportConversation(id: string, format: ExportFormat): Promise<void> {
  try {
    const { url } = await api.conversations.export({ id, format });
    location.assign(url);
  } catch (error) {
    tell(failureOf(error).message);
  }
}

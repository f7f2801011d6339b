import type { Preview } from '../models/tool-call.ts';
import { hasInvisible } from '../models/visible.ts';

/** What an approval says when what it shows holds characters that hide or reorder others (S6). Null: it reads as what it is. */
export function disguiseReason(preview: Preview): string | null {
  const what = disguised(preview);
  return what === null ? null : `${what} holds invisible or reordering characters, shown as ‹…›.`;
}

function disguised(preview: Preview): string | null {
  switch (preview.kind) {
    case 'command':
      if (hasInvisible(preview.command)) return 'The command';
      return hasInvisible(preview.directory) ? 'The folder' : null;
    case 'diff':
      if (hasInvisible(preview.path)) return 'The path';
      return hasInvisible(preview.diff) ? 'The text' : null;
    case 'text':
      return hasInvisible(preview.text) ? 'The text' : null;
  }
}

import { useEffect, useState } from 'react';
import { isIncognito } from '../../incognito.ts';
import { tell } from '../../stores/toast-store.ts';
import { say } from '../../words/say.ts';
import type { Attached } from './attached-file.ts';

/** What is attached and not sent yet, by its draft: it outlives a walk to another conversation. */
const kept = new Map<string, readonly Attached[]>();

/** The files of a draft. They are not kept over a reload: then it is said which they were. */
export function useDraftFiles(draftKey: string): [readonly Attached[], (files: readonly Attached[]) => void] {
  const [files, setFiles] = useState(() => kept.get(draftKey) ?? []);
  const name = `files:${draftKey}`;
  useEffect(() => {
    const lost = kept.has(draftKey) ? null : sessionStorage.getItem(name);
    if (lost === null) return;
    sessionStorage.removeItem(name);
    tell(say`Attach again what the window has lost: ${lost}`);
  }, [draftKey, name]);
  const change = (next: readonly Attached[]) => {
    if (next.length > 0) kept.set(draftKey, next);
    else kept.delete(draftKey);
    if (next.length > 0 && !isIncognito) sessionStorage.setItem(name, next.map((file) => file.name).join(', '));
    else sessionStorage.removeItem(name);
    setFiles(next);
  };
  return [files, change];
}

/** A stop of its own that follows others: `release` it when nothing can be stopped by it any more. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  abort(): void;
  release(): void;
}

/** Like `AbortSignal.any`, which is looked up in all that it depends on whenever it is asked, and is kept by them until they are gone. */
export function linkedAbort(...sources: readonly AbortSignal[]): LinkedAbort {
  const own = new AbortController();
  const abort = () => own.abort();
  const release = () => {
    for (const source of sources) source.removeEventListener('abort', abort);
  };
  for (const source of sources) {
    if (source.aborted) abort();
    else source.addEventListener('abort', abort, { once: true });
  }
  return { signal: own.signal, abort, release };
}

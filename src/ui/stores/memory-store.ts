import { create } from 'zustand';
import { api } from '../api.ts';

/**
 * What a window remembers (U2): drafts, layout, the look. At once in this browser, a moment later in the database, which wins when it
 * is read: another window or another browser finds the same.
 */
interface MemoryState {
  readonly values: Readonly<Record<string, string>>;
  readonly isLoaded: boolean;
}

const PREFIX = 'memory:';
/** Milliseconds without a change before a value goes to the database. */
const SETTLED_AFTER = 400;

const useMemory = create<MemoryState>(() => ({ values: locally(), isLoaded: false }));

const unsent = new Map<string, ReturnType<typeof setTimeout>>();

function locally(): Record<string, string> {
  const values: Record<string, string> = {};
  for (let index = 0; index < (globalThis.localStorage?.length ?? 0); index += 1) {
    const key = localStorage.key(index);
    if (key?.startsWith(PREFIX)) values[key.slice(PREFIX.length)] = localStorage.getItem(key) ?? '';
  }
  return values;
}

export function recall(key: string): string | undefined {
  return useMemory.getState().values[key];
}

/** An empty value forgets it. */
export function remember(key: string, value: string): void {
  useMemory.setState((state) => ({ values: changed(state.values, key, value) }));
  if (value) localStorage.setItem(PREFIX + key, value);
  else localStorage.removeItem(PREFIX + key);
  clearTimeout(unsent.get(key));
  unsent.set(
    key,
    setTimeout(() => void send(key), SETTLED_AFTER),
  );
}

async function send(key: string): Promise<void> {
  unsent.delete(key);
  const value = recall(key) ?? '';
  try {
    await api.memory.set({ key, value });
  } catch {
    // It stays in this browser, and goes with the next change or the next start.
  }
}

/** Writes what is not in the database yet: the window is about to go. */
export function flushMemory(): void {
  for (const [key, timer] of unsent) {
    clearTimeout(timer);
    void send(key);
  }
}

let tellLoaded: () => void;
/** Kept once the database was read, or could not be. What depends on a choice waits for it: a quick hand must not act on what an empty window shows. */
export const memoryIsLoaded = new Promise<void>((resolve) => {
  tellLoaded = resolve;
});

export async function loadMemory(): Promise<void> {
  const { values } = await api.memory.all({}).finally(() => tellLoaded());
  const kept = { ...values };
  // What was typed here and did not reach the database yet is newer.
  for (const key of unsent.keys()) kept[key] = recall(key) ?? '';
  for (const [key, value] of Object.entries(kept)) localStorage.setItem(PREFIX + key, value);
  for (const key of Object.keys(useMemory.getState().values)) if (!(key in kept)) localStorage.removeItem(PREFIX + key);
  useMemory.setState({ values: kept, isLoaded: true });
}

export function useRecalled(key: string): string | undefined {
  return useMemory((state) => state.values[key]);
}

function changed(values: Readonly<Record<string, string>>, key: string, value: string): Record<string, string> {
  const next = { ...values };
  if (value) next[key] = value;
  else delete next[key];
  return next;
}

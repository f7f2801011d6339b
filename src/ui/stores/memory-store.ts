import { create } from 'zustand';
import { api } from '../api.ts';

/**
 * What a window remembers (U2): drafts, layout, the look. At once in this browser, a moment later in the database, which wins when it
 * is read: another window or another browser finds the same.
 */
interface MemoryState {
  readonly values: Readonly<Record<string, string>>;
}

const PREFIX = 'memory:';
/** Marks, over a reload, what the database does not have yet. */
const UNSENT = 'unsent:';
/** Milliseconds without a change before a value goes to the database. */
const SETTLED_AFTER = 400;

const useMemory = create<MemoryState>(() => ({ values: locally() }));

/** What the database does not have yet: it waits for its moment, or is on its way. */
const unsent = new Map<string, ReturnType<typeof setTimeout>>();
const onTheirWay = new Set<string>();
/** Changes so far, and at which of them a key was changed last: an answer that is older than a change must not undo it. */
let changes = 0;
const changedAt = new Map<string, number>();
/** Milliseconds before what could not be written is tried again. */
const AGAIN_AFTER = 3_000;

function locally(): Record<string, string> {
  return Object.fromEntries(storedUnder(PREFIX).map((key) => [key, localStorage.getItem(PREFIX + key) ?? '']));
}

/** The names of what stands in this browser under a prefix, without it. */
function storedUnder(prefix: string): string[] {
  return Object.keys(globalThis.localStorage ?? {})
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
}

export function recall(key: string): string | undefined {
  return useMemory.getState().values[key];
}

/** An empty value forgets it. */
export function remember(key: string, value: string): void {
  useMemory.setState((state) => ({ values: changed(state.values, key, value) }));
  if (value) localStorage.setItem(PREFIX + key, value);
  else localStorage.removeItem(PREFIX + key);
  localStorage.setItem(UNSENT + key, '1');
  changes += 1;
  changedAt.set(key, changes);
  sendAfter(key, SETTLED_AFTER);
}

function sendAfter(key: string, milliseconds: number): void {
  clearTimeout(unsent.get(key));
  unsent.set(
    key,
    setTimeout(() => void send(key), milliseconds),
  );
}

async function send(key: string): Promise<void> {
  unsent.delete(key);
  onTheirWay.add(key);
  try {
    await api.memory.set({ key, value: recall(key) ?? '' });
    if (!unsent.has(key)) localStorage.removeItem(UNSENT + key);
  } catch {
    if (!unsent.has(key)) sendAfter(key, AGAIN_AFTER);
  } finally {
    onTheirWay.delete(key);
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
  // What an earlier window could not write any more.
  for (const key of storedUnder(UNSENT)) if (!unsent.has(key) && !onTheirWay.has(key)) sendAfter(key, SETTLED_AFTER);
  const before = changes;
  const unsure = new Set([...unsent.keys(), ...onTheirWay]);
  try {
    const { values } = await api.memory.all({});
    take(values, (key) => unsure.has(key) || (changedAt.get(key) ?? 0) > before);
  } finally {
    tellLoaded();
  }
}

/** @param isNewer whether what this window holds under a key is newer than what was read */
function take(values: Readonly<Record<string, string>>, isNewer: (key: string) => boolean): void {
  const kept: Record<string, string> = {};
  const held = useMemory.getState().values;
  for (const key of new Set([...Object.keys(values), ...Object.keys(held)])) {
    const value = isNewer(key) ? held[key] : values[key];
    if (value) kept[key] = value;
  }
  for (const [key, value] of Object.entries(kept)) localStorage.setItem(PREFIX + key, value);
  for (const key of Object.keys(held)) if (!(key in kept)) localStorage.removeItem(PREFIX + key);
  useMemory.setState({ values: kept });
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

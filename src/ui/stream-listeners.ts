import type { StreamEvent } from '../contract/events.ts';

type Listener = (event: StreamEvent) => void;

const listeners = new Set<Listener>();

/** For screens that show what no store keeps: told of every event of the stream, in order. Returns how to stop listening. */
export function onStreamEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function announce(event: StreamEvent): void {
  for (const listener of listeners) listener(event);
}

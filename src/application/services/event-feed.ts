import type { AgentEvent } from '../../core/agent/agent-event.ts';

export interface PublishedEvent {
  /** Place in the change feed; null for what passes (deltas, progress). */
  readonly seq: number | null;
  readonly conversationId: string;
  readonly runId: string;
  readonly event: AgentEvent;
}

/**
 * Tells listeners of this process what has become durable, in order. A listener that throws is dropped alone; its error goes to `onError`.
 */
export class EventFeed {
  readonly #listeners = new Set<(published: PublishedEvent) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  subscribe(listener: (published: PublishedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(published: PublishedEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(published);
      } catch (error) {
        this.#listeners.delete(listener);
        this.#onError(error);
      }
    }
  }
}

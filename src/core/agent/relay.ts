import type { AgentEvent } from './agent-event.ts';

/** Emits one event; resolves when it is durable. */
export type Emit = (event: AgentEvent) => Promise<void>;

interface Pending {
  readonly event: AgentEvent;
  readonly committed: () => void;
}

/**
 * Lets concurrent work speak through the one generator: what `work` emits is yielded in order, and each `emit` resolves
 * when its yield has returned, that is, when the event is durable. The result of the work is the result of the generator.
 */
export async function* relay<T>(work: (emit: Emit) => Promise<T>): AsyncGenerator<AgentEvent, T> {
  const queue: Pending[] = [];
  let wake = () => {};
  let isOver = false;
  const emit: Emit = (event) =>
    new Promise((committed) => {
      // After the end nobody listens: a late word of a tool that was ended is dropped, and the tool not held up.
      if (isOver) committed();
      else queue.push({ event, committed });
      wake();
    });
  let settled = false;
  const result = work(emit).finally(() => {
    settled = true;
    wake();
  });
  // The result is awaited below; without this a failure before then would count as unhandled.
  result.catch(() => {});
  try {
    while (true) {
      const next = queue.shift();
      if (next) {
        yield next.event;
        next.committed();
        continue;
      }
      if (settled) return await result;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    isOver = true;
    for (const pending of queue.splice(0)) pending.committed();
  }
}

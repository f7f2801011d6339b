import type { AgentEvent } from '../../core/agent/agent-event.ts';

/**
 * Events that only mark the way of a run: nothing is done or may be done because of them alone. What they lead to (a request, a start,
 * a question) comes in an event of its own. The end of a call is one: a crash before it is stored leaves the call as started, which is
 * told as "may have run". So is the start of a call that only looks at this machine: it changes nothing, so a start that a crash forgets
 * has left nothing behind.
 */
const MARKS: ReadonlySet<AgentEvent['type']> = new Set([
  'state_changed',
  'step_completed',
  'tool_call_proposed',
  'tool_call_changed',
  'tool_call_ended',
]);

/** How long a mark may be held before it is stored and shown; milliseconds: one frame of a 60 Hz screen. */
const TICK = 16;

export function isMark(event: AgentEvent): boolean {
  return (
    MARKS.has(event.type) || (event.type === 'tool_call_started' && event.call.effect === 'none' && event.call.touches.network !== true)
  );
}

/**
 * Holds marks so that they are stored in one transaction with the event that they lead to: a step takes three instead of twelve.
 * Nobody is told of a mark before it is stored, and nothing is ever stored or told before the marks that came first.
 * `store` may reject: the error comes out of the next `hold`, `take` or `flush`.
 */
export class MarkBuffer {
  readonly #store: (events: readonly AgentEvent[]) => Promise<void>;
  #held: AgentEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #error: unknown = null;

  constructor(store: (events: readonly AgentEvent[]) => Promise<void>) {
    this.#store = store;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  hold(event: AgentEvent): void {
    this.#throwIfFailed();
    this.#held.push(event);
    this.#timer ??= setTimeout(() => {
      this.flush().catch((error: unknown) => {
        this.#error = error;
      });
    }, TICK);
  }

  /** Hands out what is held, to be stored by the caller before anything else. */
  take(): readonly AgentEvent[] {
    this.#throwIfFailed();
    return this.#clear();
  }

  /** Stores what is held. */
  async flush(): Promise<void> {
    const held = this.take();
    if (held.length > 0) await this.#store(held);
  }

  /** Forgets what is held: the run cannot be written any more. */
  drop(): void {
    this.#clear();
  }

  #clear(): readonly AgentEvent[] {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    return this.#held.splice(0);
  }

  #throwIfFailed(): void {
    if (this.#error !== null) throw this.#error;
  }
}

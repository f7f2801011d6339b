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

export function isMark(event: AgentEvent): boolean {
  switch (event.type) {
    case 'tool_call_started':
      return event.call.effect === 'none' && event.call.touches.network !== true;
    // An empty one of the agent's. What a person said in the meantime leaves a queue by it, which is read again.
    case 'message_started':
      return event.message.role === 'agent';
    default:
      return MARKS.has(event.type);
  }
}

/** Words of a part or a tool's output as they grow. */
type Delta = Extract<AgentEvent, { type: 'part_delta' | 'tool_output' }>;

export function isDelta(event: AgentEvent): event is Delta {
  return event.type === 'part_delta' || event.type === 'tool_output';
}

function ownerOf(delta: Delta): string {
  return delta.type === 'part_delta' ? delta.partId : delta.callId;
}

/** How long an event may be held before it is stored and shown; milliseconds: one frame of a 60 Hz screen. */
const TICK = 16;
/** Characters after which words are not held any longer. */
const FULL = 16_384;

/**
 * Holds the deltas and marks of a run for a moment, so that they are stored in one transaction, with the event that they lead to where
 * there is one: a step takes one transaction or two instead of twelve. Words that follow each other become one delta.
 * `store` makes events durable and tells of them only then (R1), in the order in which they came; nothing overtakes what is held.
 * Its error comes out of the next call.
 */
export class Outbox {
  readonly #store: (events: readonly AgentEvent[]) => Promise<void>;
  #held: AgentEvent[] = [];
  #size = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #error: unknown = null;

  constructor(store: (events: readonly AgentEvent[]) => Promise<void>) {
    this.#store = store;
  }

  /** Takes a delta or a mark; waits only where too many words are held. */
  async hold(event: AgentEvent): Promise<void> {
    this.#throwIfFailed();
    if (isDelta(event)) {
      this.#size += event.text.length;
      const last = this.#held.at(-1);
      const joined = last && isDelta(last) ? joinDeltas(last, event) : null;
      if (joined) this.#held[this.#held.length - 1] = joined;
      else this.#held.push(event);
    } else this.#held.push(event);
    if (this.#size >= FULL) await this.send();
    else {
      this.#timer ??= setTimeout(() => {
        this.send().catch((error: unknown) => {
          this.#error = error;
        });
      }, TICK);
    }
  }

  /** Resolves when everything that is held, and after it `event`, is durable and told. */
  async send(event?: AgentEvent): Promise<void> {
    this.#throwIfFailed();
    const events = this.#clear();
    if (event) events.push(event);
    if (events.length > 0) await this.#store(events);
  }

  /** Forgets what is held: the run cannot be written any more. */
  drop(): void {
    this.#clear();
  }

  #clear(): AgentEvent[] {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#size = 0;
    return this.#held.splice(0);
  }

  #throwIfFailed(): void {
    if (this.#error !== null) throw this.#error;
  }
}

function joinDeltas(last: Delta, next: Delta): Delta | null {
  const isNext = last.type === next.type && ownerOf(last) === ownerOf(next) && last.offset + last.text.length === next.offset;
  return isNext ? { ...last, text: last.text + next.text } : null;
}

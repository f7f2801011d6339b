import { isActive } from '../../core/agent/agent-state.ts';
import type { KeepAwake } from '../ports/machine.ts';
import type { SystemPort } from '../ports/system.ts';
import type { EventFeed, PublishedEvent } from './event-feed.ts';

/** Milliseconds that a run works before the machine is kept awake for it: no machine falls asleep so soon, and most runs are over by then. */
const AFTER = 5_000;

export interface WakefulnessDeps {
  readonly feed: Pick<EventFeed, 'subscribe'>;
  readonly keepAwake: KeepAwake;
  readonly system: Pick<SystemPort, 'sleep'>;
}

/** Holds off the machine's sleep while a run is at work in this process; not while all that there are wait for a person. */
export class Wakefulness {
  readonly #deps: WakefulnessDeps;
  readonly #working = new Set<string>();
  #waiting: AbortController | null = null;
  #letGo: (() => void) | null = null;

  constructor(deps: WakefulnessDeps) {
    this.#deps = deps;
    deps.feed.subscribe((published) => this.#take(published));
  }

  #take({ runId, event }: PublishedEvent): void {
    if (event.type !== 'state_changed' && event.type !== 'run_completed') return;
    if (isActive(event.state) && event.state.name !== 'awaiting_interaction') this.#working.add(runId);
    else this.#working.delete(runId);
    this.#settle();
  }

  #settle(): void {
    if (this.#working.size === 0) {
      this.#waiting?.abort();
      this.#waiting = null;
      this.#letGo?.();
      this.#letGo = null;
    } else if (this.#letGo === null && this.#waiting === null) {
      const waiting = new AbortController();
      this.#waiting = waiting;
      void this.#deps.system.sleep(AFTER, waiting.signal).then(() => {
        if (waiting.signal.aborted) return;
        this.#waiting = null;
        this.#letGo = this.#deps.keepAwake.hold();
      });
    }
  }
}

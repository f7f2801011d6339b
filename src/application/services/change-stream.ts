import type { AnnouncedEvent } from '../../core/agent/agent-event.ts';
import type { Failure } from '../../core/models/failure.ts';
import type { FetchProgress } from '../../core/reasoning/model-listing.ts';
import type { Change, EventReader, FeedEntry, GrowingWords } from '../ports/event-reader.ts';
import type { EventFeed, PublishedEvent } from './event-feed.ts';

/** What a window is told of. */
export type Announcement =
  | {
      readonly type: 'run_event';
      readonly seq: number | null;
      readonly conversationId: string;
      readonly runId: string;
      readonly event: AnnouncedEvent;
    }
  | Change
  | { readonly type: 'model_fetch'; readonly modelId: string; readonly progress: FetchProgress }
  | { readonly type: 'model_fetch_ended'; readonly modelId: string; readonly failure: Failure | null }
  | { readonly type: 'reset' };

/** An announcement with its place in the feed; null for what passes. */
export interface Told {
  readonly seq: number | null;
  readonly announcement: Announcement;
}

export interface ChangeStreamDeps {
  readonly feed: EventFeed;
  readonly events: EventReader;
  /** This process, as runs name their owner. */
  readonly owner: string;
  /** Suspends the runs of processes that are gone. @returns how many */
  reconcile(): Promise<number>;
  reportBug(error: unknown): void;
}

/** Entries that a window that comes back is told one by one at most; beyond, it reads everything again. */
const MOST_MISSED = 5_000;
/** How often other processes' writing is looked for, while anybody listens; milliseconds. */
const LOOK_EVERY = 75;
/** How often it is looked whether other processes are still there; milliseconds. */
const RECONCILE_EVERY = 2_000;

/**
 * One stream of all that happens on the data folder, in the order of the feed: this process's events as they are published, and those of
 * other processes (a run in a terminal) as they appear in the database. While nobody listens it does nothing at all.
 *
 * Whatever was told has a place that is not beyond anything untold, so a listener that comes back with the last place it saw misses nothing.
 */
export class ChangeStream {
  readonly #deps: ChangeStreamDeps;
  readonly #listeners = new Set<(told: Told) => void>();
  #subscribers = 0;
  /** The last place that was told. */
  #position = 0;
  /** Characters that were told of what grows in other processes, by part or call. */
  #known = new Map<string, number>();
  /** Work on the stream is done one after the other. */
  #work: Promise<void> = Promise.resolve();
  #waiting = 0;
  #mark = -1;
  #unsubscribe: (() => void) | null = null;
  #looking: ReturnType<typeof setInterval> | null = null;
  #reconciling: ReturnType<typeof setInterval> | null = null;

  constructor(deps: ChangeStreamDeps) {
    this.#deps = deps;
  }

  /**
   * Tells `listener` what it missed since the place `after` (null: nothing), all words so far of what is growing, then everything live.
   * @param begin called first, with the place as of which the stream begins
   * @returns what ends it. Rejects when what was missed cannot be read: then nothing is told.
   */
  async subscribe(listener: (told: Told) => void, after: number | null, begin: (position: number) => void): Promise<() => void> {
    this.#subscribers += 1;
    this.#start();
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      this.#listeners.delete(listener);
      this.#subscribers -= 1;
      if (this.#subscribers === 0) this.stop();
    };
    try {
      await this.#enqueue(async () => {
        await this.#drain();
        const from = after ?? this.#position;
        begin(from);
        await this.#catchUp(listener, from);
        this.#listeners.add(listener);
      });
    } catch (error) {
      end();
      throw error;
    }
    return end;
  }

  /** Tells of something that is not in the feed. */
  announce(announcement: Announcement): void {
    this.#tell({ seq: null, announcement });
  }

  /** Looks for what was written to the feed outside of runs, now. */
  look(): void {
    if (this.#unsubscribe) this.#later(() => this.#drain());
  }

  /** Stops listening and looking. */
  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    if (this.#looking) clearInterval(this.#looking);
    if (this.#reconciling) clearInterval(this.#reconciling);
    this.#looking = this.#reconciling = null;
  }

  #start(): void {
    if (this.#unsubscribe) return;
    this.#unsubscribe = this.#deps.feed.subscribe((published) => this.#take(published));
    this.#mark = -1;
    this.#known.clear();
    this.#later(async () => {
      this.#position = await this.#deps.events.position();
    });
    this.#looking = setInterval(() => {
      if (this.#waiting === 0) this.#later(() => this.#lookAround());
    }, LOOK_EVERY);
    this.#reconciling = setInterval(() => this.#later(() => this.#reconcile()), RECONCILE_EVERY);
    this.#later(() => this.#reconcile());
  }

  async #reconcile(): Promise<void> {
    if ((await this.#deps.reconcile()) > 0) await this.#drain();
  }

  async #lookAround(): Promise<void> {
    const mark = await this.#deps.events.mark();
    if (mark === this.#mark) return;
    this.#mark = mark;
    await this.#drain();
  }

  /** Events of this process: at once where nothing is missing before them. */
  #take(published: PublishedEvent): void {
    const { seq } = published;
    const isNext = seq === null || seq === this.#position + 1;
    if (this.#waiting === 0 && isNext) this.#tellPublished(published);
    else {
      this.#later(async () => {
        // Another process has written in between.
        if (seq !== null && seq > this.#position + 1) await this.#drain();
        this.#tellPublished(published);
      });
    }
  }

  #tellPublished({ seq, conversationId, runId, event }: PublishedEvent): void {
    // It was seen in the database already.
    if (seq !== null && seq <= this.#position) return;
    if (seq !== null) this.#position = seq;
    this.#tell({ seq, announcement: { type: 'run_event', seq, conversationId, runId, event: announced(event) } });
  }

  /** Tells everything in the feed that was not told yet, then what grows in other processes. */
  async #drain(): Promise<void> {
    for (;;) {
      const reading = await this.#deps.events.read({
        after: this.#position,
        limit: MOST_MISSED,
        known: this.#known,
        exceptOwner: this.#deps.owner,
      });
      for (const entry of reading.entries) {
        if (entry.kind === 'event') this.#forgetGrown(entry.event);
        this.#tell(toldOf(entry));
      }
      const isAll = reading.through - this.#position < MOST_MISSED;
      this.#position = reading.through;
      if (!isAll) continue;
      this.#tellGrowing(reading.growing);
      return;
    }
  }

  #forgetGrown(event: AnnouncedEvent): void {
    if (event.type === 'part_completed') this.#known.delete(event.partId);
    else if (event.type === 'tool_call_ended') this.#known.delete(event.call.id);
  }

  #tellGrowing(growing: readonly GrowingWords[]): void {
    for (const words of growing) {
      this.#known.set(words.ownerId, words.offset + words.text.length);
      this.#tell({ seq: null, announcement: growth(words) });
    }
  }

  async #catchUp(listener: (told: Told) => void, after: number): Promise<void> {
    // A place that was never given out: the data folder is another one.
    const isTooFar = this.#position - after > MOST_MISSED || after > this.#position;
    if (isTooFar) listener({ seq: this.#position, announcement: { type: 'reset' } });
    const from = isTooFar ? this.#position : after;
    const { entries, growing } = await this.#deps.events.read({ after: from, limit: MOST_MISSED, known: new Map(), exceptOwner: null });
    // What another process has written since the drain comes again: folding it twice changes nothing.
    for (const entry of entries) listener(toldOf(entry));
    for (const words of growing) listener({ seq: null, announcement: growth(words) });
  }

  #tell(told: Told): void {
    for (const listener of this.#listeners) {
      try {
        listener(told);
      } catch (error) {
        this.#listeners.delete(listener);
        this.#deps.reportBug(error);
      }
    }
  }

  /** Work that nobody waits for. What fails (a database that is held for too long) is mended by the next look: the position stands. */
  #later(work: () => Promise<void>): void {
    this.#enqueue(work).catch((error: unknown) => this.#deps.reportBug(error));
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    const done = this.#work.then(work);
    const settle = () => {
      this.#waiting -= 1;
    };
    this.#work = done.then(settle, settle);
    return done;
  }
}

function toldOf(entry: FeedEntry): Told {
  if (entry.kind === 'change') return { seq: entry.seq, announcement: entry.change };
  const { seq, conversationId, runId, event } = entry;
  return { seq, announcement: { type: 'run_event', seq, conversationId, runId, event } };
}

function growth({ kind, ownerId, conversationId, runId, offset, text }: GrowingWords): Announcement {
  const event: AnnouncedEvent =
    kind === 'part' ? { type: 'part_delta', partId: ownerId, offset, text } : { type: 'tool_output', callId: ownerId, offset, text };
  return { type: 'run_event', seq: null, conversationId, runId, event };
}

/** The event without the bytes that only the database needs. */
function announced(event: PublishedEvent['event']): AnnouncedEvent {
  switch (event.type) {
    case 'input_accepted': {
      const { media: _, ...accepted } = event;
      return accepted;
    }
    case 'step_started':
      return { type: event.type, step: event.step };
    case 'tool_call_ended':
      return { type: event.type, call: event.call };
    case 'file_recorded': {
      const { before: _, ...change } = event.change;
      return { type: event.type, change };
    }
    default:
      return event;
  }
}

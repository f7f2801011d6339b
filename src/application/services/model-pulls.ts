import { failure, type Failure, type Result } from '../../core/models/failure.ts';
import type { FetchProgress } from '../../core/reasoning/model-listing.ts';
import type { Announcement } from './change-stream.ts';

export interface ModelPullsDeps {
  pull(id: string, options: { readonly signal: AbortSignal; onProgress(progress: FetchProgress): void }): Promise<Result<string>>;
  announce(announcement: Announcement): void;
  /** Milliseconds. */
  now(): number;
  reportBug(error: unknown): void;
}

interface Pull {
  readonly stop: AbortController;
  readonly done: Promise<void>;
  progress?: FetchProgress;
}

/** How often windows are told how far a fetch has come; milliseconds. */
const TELL_EVERY = 250;

/** Fetches of model files that windows have begun: one per model, however many windows ask. Every window is told of all of them. */
export class ModelPulls {
  readonly #deps: ModelPullsDeps;
  readonly #pulls = new Map<string, Pull>();

  constructor(deps: ModelPullsDeps) {
    this.#deps = deps;
  }

  /** @returns false when it is being fetched already */
  start(id: string): boolean {
    if (this.#pulls.has(id)) return false;
    const stop = new AbortController();
    const work = this.#work(id, stop.signal).catch((error: unknown): Failure => {
      this.#deps.reportBug(error);
      return failure('internal', 'Fetching the model ended through a fault of Glasshouse.');
    });
    const done = work.then((ended) => {
      this.#pulls.delete(id);
      this.#deps.announce({ type: 'model_fetch_ended', modelId: id, failure: ended });
    });
    this.#pulls.set(id, { stop, done });
    return true;
  }

  /** What has arrived is kept. @returns false when it is not being fetched */
  stop(id: string): boolean {
    const pull = this.#pulls.get(id);
    pull?.stop.abort();
    return pull !== undefined;
  }

  /** How far each model that is being fetched has come; undefined before the first word of its source. */
  get running(): ReadonlyMap<string, FetchProgress | undefined> {
    return new Map([...this.#pulls].map(([id, pull]) => [id, pull.progress]));
  }

  async close(): Promise<void> {
    for (const pull of this.#pulls.values()) pull.stop.abort();
    await Promise.all([...this.#pulls.values()].map((pull) => pull.done));
  }

  async #work(id: string, signal: AbortSignal): Promise<Failure | null> {
    // The first word of a fetch must find it in the list.
    await Promise.resolve();
    let toldAt = 0;
    const result = await this.#deps.pull(id, {
      signal,
      onProgress: (progress) => {
        const pull = this.#pulls.get(id);
        if (pull) pull.progress = progress;
        const now = this.#deps.now();
        if (now - toldAt < TELL_EVERY && progress.done < progress.total) return;
        toldAt = now;
        this.#deps.announce({ type: 'model_fetch', modelId: id, progress });
      },
    });
    return result.ok ? null : result.failure;
  }
}

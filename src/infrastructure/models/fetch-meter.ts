import type { FetchProgress } from '../../application/ports/model-catalog.ts';

type OnProgress = ((progress: FetchProgress) => void) | undefined;

/** Milliseconds between two reports, and over which speed is measured. */
const EVERY = 200;
const OVER = 5000;

/** Turns bytes into reports: at most five a second, with speed over the last seconds and the time that is left at it. */
export class FetchMeter {
  readonly #source: string;
  readonly #total: number;
  readonly #tell: OnProgress;
  #samples: { at: number; done: number }[] = [];
  #toldAt = 0;
  #phase: FetchProgress['phase'] | null = null;

  constructor(source: string, total: number, tell: OnProgress) {
    this.#source = source;
    this.#total = total;
    this.#tell = tell;
  }

  /** `done` of all bytes. A new phase is told at once. */
  report(phase: FetchProgress['phase'], done: number): void {
    if (!this.#tell) return;
    const now = Date.now();
    if (phase !== this.#phase) {
      // Pieces are joined between fetches: for the speed that is one work. Checking is another.
      if (phase === 'verifying') this.#samples = [];
      this.#toldAt = 0;
      this.#phase = phase;
    }
    if (done < (this.#samples.at(-1)?.done ?? 0)) this.#samples = [];
    if (now - this.#toldAt < EVERY && done < this.#total) return;
    this.#toldAt = now;
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > OVER) this.#samples.shift();
    const first = this.#samples[0];
    const span = first ? now - first.at : 0;
    const speed = first && span >= 400 && done > first.done ? ((done - first.done) * 1000) / span : null;
    this.#tell({
      phase,
      source: this.#source,
      done: Math.min(done, this.#total),
      total: this.#total,
      bytesPerSecond: speed === null ? null : Math.round(speed),
      secondsLeft: speed === null ? null : Math.ceil(Math.max(0, this.#total - done) / speed),
    });
  }
}

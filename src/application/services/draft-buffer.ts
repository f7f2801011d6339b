import type { DraftChunk } from '../ports/journal.ts';

interface Draft {
  readonly kind: 'part' | 'call';
  readonly ownerId: string;
  readonly offset: number;
  text: string;
}

export type MergedDelta = { readonly kind: 'part' | 'call' } & DraftChunk;

/** How long words may be held before they are stored and shown; milliseconds: one frame of a 60 Hz screen. */
const TICK = 16;
/** Characters after which they are not held any longer. */
const FULL = 16_384;

/**
 * Merges deltas per tick. `flush` stores what was gathered and tells of it only then (R1).
 * `store` may reject: the error comes out of the next `add` or `flush`.
 */
export class DraftBuffer {
  readonly #store: (chunks: readonly DraftChunk[]) => Promise<void>;
  readonly #tell: (deltas: readonly MergedDelta[]) => void;
  #drafts: Draft[] = [];
  #size = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #error: unknown = null;

  constructor(store: (chunks: readonly DraftChunk[]) => Promise<void>, tell: (deltas: readonly MergedDelta[]) => void) {
    this.#store = store;
    this.#tell = tell;
  }

  async add(kind: Draft['kind'], ownerId: string, offset: number, text: string): Promise<void> {
    if (this.#error !== null) throw this.#error;
    const last = this.#drafts.at(-1);
    if (last && last.ownerId === ownerId && last.offset + last.text.length === offset) last.text += text;
    else this.#drafts.push({ kind, ownerId, offset, text });
    this.#size += text.length;
    if (this.#size >= FULL) await this.flush();
    else this.#timer ??= setTimeout(() => void this.flush().catch(() => {}), TICK);
  }

  /** Stores and tells everything that was added before. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#drafts.length > 0) {
      const drafts = this.#drafts;
      this.#drafts = [];
      this.#size = 0;
      this.#flushing = this.#flushing.then(async () => {
        await this.#store(drafts);
        this.#tell(drafts);
      });
      this.#flushing.catch((error: unknown) => {
        this.#error = error;
      });
    }
    await this.#flushing;
  }
}

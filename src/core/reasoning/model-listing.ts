import type { Price } from '../models/usage.ts';
import type { Destination, Sight } from './language-model.ts';

/** Bytes fetched so far of all, bytes per second and seconds left (null: not known yet). */
export interface FetchProgress {
  readonly phase: 'waiting' | 'fetching' | 'joining' | 'verifying';
  readonly source: string;
  readonly done: number;
  readonly total: number;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

export interface ListedModel {
  readonly id: string;
  readonly destination: Destination;
  /** Ready to be asked now; if not, `missing` says what is missing in words. */
  readonly ready: boolean;
  readonly missing?: string;
  readonly note?: string;
  /** Tokens, input and output together, where that is known. */
  readonly window?: number;
  /** Whether it thinks before it answers, where that is known. */
  readonly thinks?: boolean;
  readonly price?: Price;
  /** Absent: words alone. */
  readonly sight?: Sight;
}

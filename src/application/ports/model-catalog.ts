import type { Failure, Result } from '../../core/models/failure.ts';
import type { Destination, LanguageModel } from '../../core/reasoning/language-model.ts';

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
}

/**
 * The models that can be asked here.
 * `open` turns a name (`PROVIDER/MODEL`) into a model, fetching its file first where it has one. Failures are values.
 * `close` ends what was started (child processes).
 */
export interface ModelCatalog {
  list(): Promise<readonly ListedModel[]>;
  open(id: string, options: { readonly signal: AbortSignal; onProgress?(progress: FetchProgress): void }): Promise<Result<LanguageModel>>;
  close(): Promise<void>;
}

export type { Failure };

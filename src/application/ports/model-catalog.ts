import type { Result } from '../../core/models/failure.ts';
import type { LanguageModel, StrategyName } from '../../core/reasoning/language-model.ts';
import type { FetchProgress, ListedModel } from '../../core/reasoning/model-listing.ts';

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Of fetching and checking the model's file, where it has one. */
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Works with the model in this way instead of its own. */
  readonly strategy?: StrategyName;
}

/**
 * Models that run inside Glasshouse, by names such as `embedded/NAME`.
 * `open` fetches the file where it is missing. `close` ends the processes that were started. Failures are values.
 */
export interface LocalModels {
  open(id: string, options: OpenOptions): Promise<Result<LanguageModel>>;
  list(): Promise<readonly ListedModel[]>;
  close(): Promise<void>;
}

/** A model server of the person's own that answers on this machine. */
export interface FoundServer {
  readonly name: string;
  readonly address: string;
  /** How many models it lists. */
  readonly models: number;
}

/**
 * The models that can be asked here.
 * `open` turns a name (`PROVIDER/MODEL`) into a model, fetching its file first where it has one. Failures are values.
 * `servers` are those that answer on this machine now. `keyHeader` is the header with the key that a model's provider wants, the
 * key itself as `$NAME` of its environment variable, null: none.
 * `close` ends what was started (child processes).
 */
export interface ModelCatalog {
  list(): Promise<readonly ListedModel[]>;
  servers(): Promise<readonly FoundServer[]>;
  keyHeader(id: string): string | null;
  open(id: string, options: OpenOptions): Promise<Result<LanguageModel>>;
  close(): Promise<void>;
}

export type { FetchProgress, ListedModel };

/** The messages between Glasshouse and the child process in which the embedded model runs. */

/** A stretch of prompt. `special`: template syntax whose control tokens count; in all other text they are plain characters. */
export interface PromptSegment {
  readonly text: string;
  readonly special: boolean;
}

export interface LoadCommand {
  readonly type: 'load';
  readonly modelPath: string;
  /** SHA-256 of the model's file; part of the key of saved state. */
  readonly modelDigest: string;
  /** Tokens per sequence, input and output together. */
  readonly window: number;
  readonly threads: number;
  /** Where the state of stable prefixes is kept between processes; null: nowhere. */
  readonly stateFolder: string | null;
}

export interface CompleteCommand {
  readonly type: 'complete';
  readonly id: number;
  readonly segments: readonly PromptSegment[];
  /** How many of `segments`, from the first, are the same in many requests: their state is worth keeping. */
  readonly stableSegments: number;
  /** Whether the stable prefix may be written to disk: only when no word of a conversation is in it. */
  readonly saveStable: boolean;
  /** GBNF; null: free text. */
  readonly grammar: string | null;
  readonly maxTokens: number;
  /** 0 is greedy and deterministic. */
  readonly temperature: number;
}

export type EngineCommand =
  | LoadCommand
  | CompleteCommand
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'shutdown' };

/** Exact counts of tokens. `reused` of `input` were not computed again; `restored` says that they came from disk. */
export interface EngineUsage {
  readonly input: number;
  readonly output: number;
  readonly reused: number;
  readonly restored: boolean;
}

export type EngineFailureCode = 'context_too_long' | 'model_file_damaged' | 'model_bad_request' | 'internal';

/** `repeated`: the text went round in circles and was cut. */
export type EngineFinish = 'stop' | 'length' | 'repeated' | 'cancelled';

export type EngineReport =
  | { readonly type: 'loading'; readonly done: number }
  | { readonly type: 'loaded'; readonly loadMs: number; readonly residentBytes: number }
  | { readonly type: 'load_failed'; readonly code: EngineFailureCode; readonly message: string }
  | { readonly type: 'reading'; readonly id: number; readonly done: number; readonly total: number }
  | { readonly type: 'text'; readonly id: number; readonly text: string }
  | {
      readonly type: 'finished';
      readonly id: number;
      readonly reason: EngineFinish;
      readonly usage: EngineUsage;
      readonly residentBytes: number;
    }
  | { readonly type: 'failed'; readonly id: number; readonly code: EngineFailureCode; readonly message: string };

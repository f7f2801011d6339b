/** What is kept for a time only. */
export const PRUNED_KINDS = ['requests', 'before_images', 'events', 'log'] as const;
export type PrunedKind = (typeof PRUNED_KINDS)[number];

/** What takes room in the data folder. `free`: room inside the database's file, which is used again before the file grows. */
export const STORED_KINDS = [...PRUNED_KINDS, 'conversations', 'outputs', 'search', 'settings', 'models', 'free'] as const;
export type StoredKind = (typeof STORED_KINDS)[number];

/** For how many days each is kept; null: for ever. */
export type Retention = Readonly<Record<PrunedKind, number | null>>;

export interface StoredSize {
  readonly kind: StoredKind;
  readonly bytes: number;
}

/** Days for which each is kept where the person has not said. */
export const KEPT_DAYS: Readonly<Record<PrunedKind, number>> = { requests: 365, before_images: 90, events: 30, log: 30 };

/** What goes, or went: how many of them, and about how many bytes. */
export interface Pruned {
  readonly kind: PrunedKind;
  readonly count: number;
  readonly bytes: number;
}

export interface StorageReport {
  readonly sizes: readonly StoredSize[];
  readonly retention: Retention;
  /** What is older than it is kept. It goes by itself, once a day, or at once by the person's word. */
  readonly wouldGo: readonly Pruned[];
}

/** What each kind is, to a person. */
export const KIND_WORDS: Readonly<Record<StoredKind, string>> = {
  conversations: 'messages, tool calls and runs',
  outputs: 'long outputs of tools',
  requests: 'requests as they went to models',
  before_images: 'files as they were before a tool touched them',
  events: 'what happened when',
  search: 'the index of the search',
  settings: 'settings and what windows remember',
  log: 'the log',
  models: 'files of models',
  free: 'room inside the database that is used again',
};

/** One of each kind that is pruned. */
export const PRUNED_WORDS: Readonly<Record<PrunedKind, string>> = {
  requests: 'request',
  before_images: 'earlier file',
  events: 'event',
  log: 'log line',
};

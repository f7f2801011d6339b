/** What a sandboxed command may do. All paths are real and absolute. */
export interface SandboxPolicy {
  readonly directory: string;
  /** Folders that may be written; everything else can at most be read. */
  readonly writable: readonly string[];
  /** Folders and files that cannot be seen at all (Glasshouse's own data, keys, browser profiles). */
  readonly hidden: readonly string[];
  readonly network: boolean;
}

export interface SandboxedExit {
  /** Null when ended by a signal. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
}

/**
 * The wall around commands (S7).
 * `available` says whether there is one here, and if not why, in a sentence with what to do.
 * `run` resolves when the whole process tree is gone; on abort or time-out it ends the tree within 2 s and then resolves.
 * It never rejects for what the command does; it rejects with FailureError('sandbox_missing') when there is no wall.
 */
export interface Sandbox {
  available(): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;
  run(
    command: string,
    policy: SandboxPolicy,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal; onOutput(text: string): void },
  ): Promise<SandboxedExit>;
}

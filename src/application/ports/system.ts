/** The small things of the world outside: time, chance, names, the log. */
export interface SystemPort {
  /** Unique everywhere, sorted by time of making (UUID version 7). */
  newId(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Between 0 and 1. */
  random(): number;
  /** SHA-256 in hex. */
  digest(data: string | Uint8Array): string;
  base64(data: Uint8Array): string;
  /** Resolves after the time, or at once when the signal is aborted. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Writes an unexpected error to the log, with its stack. Never throws. */
  reportBug(error: unknown): void;
}

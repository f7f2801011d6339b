import type { FileHandle } from 'node:fs/promises';
import type { CatalogueEntry } from './model-catalogue.ts';
import type { FetchMeter } from './fetch-meter.ts';

/** What a source works with. */
export interface Fetching {
  readonly entry: CatalogueEntry;
  /** The file's place once it is verified. A source writes beside it, never here. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly patience: Patience;
  meter(source: string): FetchMeter;
}

/** Milliseconds. */
export interface Patience {
  readonly connectMs: number;
  /** Without a byte. */
  readonly stallMs: number;
  /** Between two tries after a cut. */
  readonly retryMs: number;
}

/**
 * A source's file, whole but not verified, or why there is none, in words.
 * What a source throws is a stop (the signal's reason), a full disk, or a file system that will not do; these end the search.
 */
export type Fetched = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string };

/** Writes all of it: one write can take less. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

export function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes.toLocaleString('en')} bytes` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

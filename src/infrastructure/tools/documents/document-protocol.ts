import type { Failure } from '../../../core/models/failure.ts';

export interface DocumentRequest {
  /** As the person knows it; its ending tells what it claims to be. */
  readonly name: string;
  /** Which pages, slides, chapters, sheet or cells; null for all. */
  readonly part: string | null;
  /** What the bytes are said to be, where they came over the web (`text/html; charset=…`). */
  readonly type: string | null;
  /** Where a page came from: its links are made whole by it, and what stands around its text is left out. */
  readonly address: string | null;
}

export type DocumentReply = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly failure: Failure };

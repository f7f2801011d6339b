export interface JavaScriptRequest {
  readonly code: string;
}

/** What came of it: what it printed, then its last value or why it ended. */
export type JavaScriptReply =
  | { readonly ok: true; readonly output: string }
  | { readonly ok: false; readonly isLate: boolean; readonly message: string; readonly output: string };

/** What was written before the page's script was here, in the field that stands in the page from its first paint on. */
export interface EarlyWords {
  /** What stands in the field. */
  readonly text: string;
  readonly selection: readonly [start: number, end: number];
  /** What was sent from it meanwhile; null when nothing was. */
  readonly sent: string | null;
  readonly hasFocus: boolean;
}

/** Held by its element: what is drawn in its place takes it out of the page, with all that stands in it. */
let field = globalThis.document?.querySelector<HTMLTextAreaElement>('.early textarea') ?? null;

/** Whether the keys went to it last. Its own going takes the focus from it, and must not count. */
let hadFocus = field !== null && document.activeElement === field;
field?.addEventListener('focus', () => (hadFocus = true));
field?.addEventListener('blur', () => {
  hadFocus = field?.isConnected !== true;
});

/** Gives them to the first that asks; null to all others. */
export function takeEarlyWords(): EarlyWords | null {
  if (field === null) return null;
  const { value, selectionStart, selectionEnd, dataset } = field;
  field = null;
  return { text: value, selection: [selectionStart, selectionEnd], sent: dataset['sent'] ?? null, hasFocus: hadFocus };
}

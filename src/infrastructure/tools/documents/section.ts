/** A document that was read, in pieces that have a name: pages, slides, sheets, chapters. */
export interface ReadDocument {
  /** "PDF", "Word document" … */
  readonly kind: string;
  /** What can be asked for by number; null where the document has no parts. */
  readonly unit: 'page' | 'slide' | 'sheet' | 'chapter' | null;
  /** Parts there are in all. */
  readonly count: number;
  readonly sections: readonly Section[];
  /** What the reader should know of it as a whole. */
  readonly notes?: readonly string[];
}

export interface Section {
  /** "Page 3", "Sheet 1 “Budget” (A1:D20)". Empty where the document is one piece. */
  readonly title: string;
  readonly text: string;
}

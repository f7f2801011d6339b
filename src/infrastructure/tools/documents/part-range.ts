import { FailureError } from '../../../core/models/failure.ts';

/** Numbers from 1, both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The numbers that `part` names: `3`, `2-5`, `4-`, `pages 2 to 5`, `slide 7`. Null: all.
 * @throws FailureError tool_input_invalid when it is none of these, or when there are not so many
 */
export function numberRange(part: string | null, count: number, unit: string): NumberRange {
  if (part === null) return { first: 1, last: count };
  const words = /^\s*(?:pages?|slides?|chapters?|sheets?|parts?|rows?|p\.?)?\s*(\d{1,9})\s*(?:(-|–|—|to|\.\.+|:)\s*(\d{1,9})?)?\s*$/i.exec(
    part,
  );
  if (!words) {
    throw new FailureError(
      'tool_input_invalid',
      `${JSON.stringify(part)} is no ${unit} of this document. Give a number or a range, as 2-5.`,
    );
  }
  const first = Number(words[1]);
  const last = words[3] !== undefined ? Number(words[3]) : words[2] !== undefined ? count : first;
  const range = last < first ? { first: last, last: first } : { first, last };
  if (range.first < 1 || range.first > count) {
    throw new FailureError('tool_input_invalid', `There is no ${unit} ${range.first}: the document has ${count}.`);
  }
  return { first: range.first, last: Math.min(range.last, count) };
}

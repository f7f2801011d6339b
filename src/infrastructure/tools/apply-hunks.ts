import { FailureError } from '../../core/models/failure.ts';
import { likeness } from './workspace-paths.ts';

export interface Hunk {
  readonly old_text: string;
  readonly new_text: string;
  readonly all?: boolean | undefined;
}

/** Lines looked through for the nearest match of a miss. */
const COMPARED_LINES = 20_000;

/**
 * The text after all hunks, each applied to what the one before left. Line ends stay as they are: a hunk written with `\n` matches `\r\n`
 * and is written back with `\r\n`.
 * @throws FailureError edit_no_match (with the nearest lines), edit_ambiguous (with the line numbers), tool_input_invalid
 */
export function applyHunks(text: string, hunks: readonly Hunk[], shown: string): { text: string; places: number } {
  if (hunks.length === 0) throw new FailureError('tool_input_invalid', 'Give at least one edit.');
  let now = text;
  let places = 0;
  for (const [at, hunk] of hunks.entries()) {
    const which = hunks.length > 1 ? `Edit ${at + 1}: ` : '';
    if (hunk.old_text === '') throw new FailureError('tool_input_invalid', `${which}old_text is empty. Use write_file for a new file.`);
    if (hunk.old_text === hunk.new_text) throw new FailureError('tool_input_invalid', `${which}old_text and new_text are the same.`);
    const { wanted, replacement } = inLineEndsOf(now, hunk);
    const found = placesOf(now, wanted);
    if (found.length === 0) throw new FailureError('edit_no_match', `${which}${shown} has no such text. ${nearest(now, hunk.old_text)}`);
    if (found.length > 1 && hunk.all !== true) {
      const lines = found.slice(0, 20).map((place) => lineOf(now, place));
      throw new FailureError('edit_ambiguous', `${which}the text stands ${found.length} times in ${shown}, in lines ${lines.join(', ')}.`);
    }
    now = now.split(wanted).join(replacement);
    places += found.length;
  }
  return { text: now, places };
}

function inLineEndsOf(text: string, hunk: Hunk): { wanted: string; replacement: string } {
  const crlf = (part: string) => part.replace(/\r?\n/g, '\r\n');
  const isCrlf = (text.match(/\r\n/g)?.length ?? 0) * 2 > (text.match(/\n/g)?.length ?? 0);
  const replacement = isCrlf ? crlf(hunk.new_text) : hunk.new_text;
  if (text.includes(hunk.old_text)) return { wanted: hunk.old_text, replacement };
  const wide = crlf(hunk.old_text);
  if (text.includes(wide)) return { wanted: wide, replacement: crlf(hunk.new_text) };
  return { wanted: hunk.old_text.replace(/\r\n/g, '\n'), replacement };
}

function placesOf(text: string, wanted: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) places.push(at);
  return places;
}

function lineOf(text: string, place: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < place; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The stretch of lines that is most like what was looked for, as it stands, with line numbers. */
function nearest(text: string, wanted: string): string {
  const lines = text.split('\n', COMPARED_LINES).map((line) => line.replace(/\r$/, ''));
  const sought = wanted.replace(/\n$/, '').split('\n').slice(0, 40);
  const key = sought.reduce((best, line, at) => (line.trim().length > (sought[best] ?? '').trim().length ? at : best), 0);
  const keyLine = (sought[key] ?? '').trim().slice(0, 500);
  let best = { at: -1, score: 0 };
  for (const [at, line] of lines.entries()) {
    const there = line.trim().slice(0, 500);
    const score = there.includes(keyLine) && keyLine !== '' ? 1 : likeness(keyLine.toLowerCase(), there.toLowerCase());
    if (score > best.score) best = { at, score };
  }
  if (best.score < 0.3) return 'Nothing in it is like it.';
  const first = Math.max(0, best.at - key);
  const shown = lines.slice(first, first + sought.length).map((line, at) => `${first + at + 1}: ${line.slice(0, 300)}`);
  return `Nearest:\n${shown.join('\n')}`;
}

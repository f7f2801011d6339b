import { decodeText } from './text-encoding.ts';

/** Characters of a diff that a person is shown. */
const SHOWN_CHARACTERS = 60_000;
/** Above this many bytes on either side the difference is told, not computed. */
const COMPARED_BYTES = 1024 * 1024;

/** A unified diff of a file before and after, bounded; in words where one side is not text or too large to compare. */
export async function diffOf(shown: string, before: Uint8Array | null, after: Uint8Array): Promise<string> {
  const told = (why: string) => `${shown}: ${before === null ? 'new' : `${before.length} bytes become`} ${after.length} bytes (${why})`;
  if (Math.max(before?.length ?? 0, after.length) > COMPARED_BYTES) return told('too large to show');
  let old: string;
  let now: string;
  try {
    old = before === null ? '' : decodeText(before, shown);
    now = decodeText(after, shown);
  } catch {
    return told('not text');
  }
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff');
  const patch = createTwoFilesPatch(before === null ? '/dev/null' : shown, shown, old, now, undefined, undefined, {
    context: 3,
    timeout: 1000,
    headerOptions: FILE_HEADERS_ONLY,
  });
  if (patch === undefined) return told('too different to compare');
  if (patch.length <= SHOWN_CHARACTERS) return patch;
  return `${patch.slice(0, patch.lastIndexOf('\n', SHOWN_CHARACTERS))}\n[… ${patch.length - SHOWN_CHARACTERS} more characters]\n`;
}

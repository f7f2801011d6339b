import { failure, FailureError } from '../../../core/models/failure.ts';
import { endInTime } from '../end-in-time.ts';
import type { DocumentReply, DocumentRequest } from './document-protocol.ts';
import { LONGEST_TEXT, readBytes } from './read-bytes.ts';
import type { ReadDocument } from './section.ts';

// The process in which one document is read: whatever its parser is made to do ends here.

/** Longer than the parent waits. */
const ORPHAN_LIMIT_MS = 45_000;

/** The document as text: one line that says what it is, then its sections under their titles. */
function told(document: ReadDocument, { name, part }: DocumentRequest): string {
  const { kind, unit, count, sections, notes = [] } = document;
  const parts = unit === null ? '' : `, ${count} ${unit}${count === 1 ? '' : 's'}`;
  const head = [`${name}: ${kind}${parts}`, ...notes].join('. ');
  const pieces: string[] = [];
  let length = 0;
  for (const [at, { title, text }] of sections.entries()) {
    const piece = title === '' ? text : `## ${title}\n${text}`;
    const room = LONGEST_TEXT - length;
    pieces.push(piece.slice(0, room));
    length += piece.length;
    if (length <= LONGEST_TEXT) continue;
    const next = sections[at + 1];
    pieces.push(next && unit !== null ? `[cut here: read on from ${next.title.split(/[:“(]/)[0]?.trim()}]` : '[cut here]');
    break;
  }
  if (length <= LONGEST_TEXT && part === null && sections.length < count && unit !== 'sheet')
    pieces.push(`[cut here: read on from ${unit} ${sections.length + 1}]`);
  const isEmpty = sections.every(({ text }) => text.trim() === '');
  return `${head}\n\n${isEmpty ? '(it holds no text)' : pieces.join('\n\n')}`;
}

async function answer(request: DocumentRequest): Promise<DocumentReply> {
  try {
    const pieces: Buffer[] = [];
    for await (const piece of process.stdin) pieces.push(piece as Buffer);
    const document = await readBytes(Buffer.concat(pieces), request);
    return { ok: true, text: told(document, request) };
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, failure: error.failure };
    const isDeep = error instanceof RangeError && /call stack/i.test(error.message);
    const why = isDeep ? 'it is nested too deeply' : error instanceof Error ? error.message.slice(0, 200) : 'its parser failed';
    return { ok: false, failure: failure('document_damaged', `${request.name} cannot be read: ${why}.`) };
  }
}

process.once('message', (request: DocumentRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});

// The parent is gone, whatever ended it: nobody waits for the answer any more.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole process group; what it means is the parent's to say.
process.on('SIGINT', () => undefined);
endInTime(ORPHAN_LIMIT_MS);

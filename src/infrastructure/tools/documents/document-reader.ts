import type { Result } from '../../../core/models/failure.ts';
import { companion, runBounded } from '../run-bounded.ts';
import type { DocumentReply, DocumentRequest } from './document-protocol.ts';

/** Bytes of a document that are read. */
export const LARGEST_DOCUMENT = 100 * 1024 * 1024;

const LIMIT_MS = 30_000;
const HEAP_MB = 512;
const RESIDENT_MB = 1024;

/**
 * The text of a document, read in a process of its own.
 * @param input an open file, or bytes; not larger than LARGEST_DOCUMENT
 */
export async function readDocument(input: number | Uint8Array, request: DocumentRequest, signal: AbortSignal): Promise<Result<string>> {
  const job = {
    program: companion('document-process', import.meta.url),
    request,
    input,
    limitMs: LIMIT_MS,
    heapMb: HEAP_MB,
    residentMb: RESIDENT_MB,
    subject: 'reading the document',
  };
  const replied = await runBounded<DocumentReply>(job, signal);
  if (!replied.ok) return replied;
  return replied.value.ok ? { ok: true, value: replied.value.text } : replied.value;
}

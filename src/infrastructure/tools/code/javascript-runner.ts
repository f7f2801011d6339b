import type { Result } from '../../../core/models/failure.ts';
import { companion, runBounded } from '../run-bounded.ts';
import type { JavaScriptReply } from './javascript-protocol.ts';

/** The interpreter ends code after five seconds itself; its own start comes on top. */
const LIMIT_MS = 15_000;
const HEAP_MB = 128;
const RESIDENT_MB = 512;

/** Runs code in an interpreter in a process of its own, which is new for every run: nothing is left of the one before. */
export function runJavaScript(code: string, signal: AbortSignal): Promise<Result<JavaScriptReply>> {
  const job = {
    program: companion('javascript-process', import.meta.url),
    request: { code },
    input: null,
    limitMs: LIMIT_MS,
    heapMb: HEAP_MB,
    residentMb: RESIDENT_MB,
    subject: 'the code',
  };
  return runBounded<JavaScriptReply>(job, signal);
}

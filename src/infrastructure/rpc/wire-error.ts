import { ORPCError } from '@orpc/client';
import { ValidationError } from '@orpc/contract';
import { adviceFor, failure, FailureError, type Failure } from '../../core/models/failure.ts';
import { statusOf } from './failure-status.ts';

/** Anything thrown on the way through a procedure, as the client is told of it: a code of the one table, and never a stack. */
export function toWireError(error: unknown, reportBug: (error: unknown) => void): ORPCError<string, { advice: string }> {
  const reason = failureOf(error, reportBug);
  return new ORPCError(reason.code, { status: statusOf(reason.code), message: reason.message, data: { advice: adviceFor(reason.code) } });
}

function failureOf(error: unknown, reportBug: (error: unknown) => void): Failure {
  if (error instanceof FailureError) return error.failure;
  // What does not fit the contract, or cannot be read at all.
  if (error instanceof ORPCError && error.status < 500) return failure('usage', wrongInput(error) ?? error.message);
  if (error instanceof SyntaxError) return failure('usage', 'The request could not be read.');
  reportBug(error);
  return failure('internal', 'Glasshouse hit a fault of its own.');
}

/** The first thing that is wrong with the input, in words. */
function wrongInput(error: ORPCError<string, unknown>): string | null {
  const issues = error.cause instanceof ValidationError ? error.cause.issues : [];
  const [first] = issues;
  if (!first) return null;
  const path = (first.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
  return path === '' ? first.message : `${path}: ${first.message}`;
}

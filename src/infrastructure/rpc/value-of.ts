import { FailureError, type Result } from '../../core/models/failure.ts';

/** The value of a result; its failure is thrown, to be caught at the edge. */
export function valueOf<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw new FailureError(result.failure.code, result.failure.message);
}

import { adviceFor, type Failure } from '../core/models/failure.ts';
import type { Screen } from './screen.ts';
import { visible } from '../core/models/visible.ts';

/** A failure as a person reads it: what happened, its code, what to do. */
export function showFailure(screen: Screen, failure: Failure): void {
  screen.status(null);
  screen.endAnswer();
  screen.line(`${screen.style('red', '×')} ${visible(failure.message)} ${screen.style('dim', `(${failure.code})`)}`);
  screen.line(`  ${adviceFor(failure.code)}`);
}

import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Failure, FailureCode } from '../../../core/models/failure.ts';
import { adviceFor } from '../../../core/models/failure.ts';
import type { RunLine } from '../../../contract/views.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { goTo } from '../../route.ts';
import { openPicker } from '../../stores/ui-store.ts';
import { say } from '../../words/say.ts';

interface RunFailureProps {
  readonly run: RunLine;
  readonly failure: Failure;
  /** Whether something of the answer had arrived. */
  readonly hasWords: boolean;
  readonly onTryAgain: () => void;
}

/** A run that could not go on: what happened, why, what to do, and one main thing to do it with. */
export function RunFailure({ run, failure, hasWords, onTryAgain }: RunFailureProps) {
  const [isOpen, setOpen] = useState(false);
  const act = mainAct(failure.code);
  return (
    <div className="error-card" role="group" aria-label={headline(failure.code, hasWords)}>
      <Icon of={CircleAlert} />
      <div>
        <h3>{headline(failure.code, hasWords)}</h3>
        <p>
          {failure.message} {hasWords ? say`What had arrived is kept above.` : ''}
        </p>
        {isOpen ? (
          <p className="quiet">
            {plainAdvice(failure.code)} <span className="mono">{failure.code}</span>, {run.model}
          </p>
        ) : null}
        <div className="acts">
          {act === 'key' ? (
            <Button look="main" small onClick={() => goTo({ screen: 'settings', section: 'providers' })}>
              {say`Enter a key`}
            </Button>
          ) : (
            <Button look="main" small onClick={onTryAgain}>
              {act === 'go_on' ? say`Go on from here` : say`Try again`}
            </Button>
          )}
          <Button small onClick={() => openPicker('model')}>
            {say`Use another model`}
          </Button>
          <Button look="plain" small aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {say`Details`}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** Advice for a terminal names its commands; here the buttons say it. */
function plainAdvice(code: FailureCode): string {
  return adviceFor(code)
    .split(/(?<=[.:?])\s/)
    .filter((sentence) => !sentence.includes('`') && !sentence.includes('--'))
    .join(' ');
}

function mainAct(code: FailureCode): 'key' | 'go_on' | 'again' {
  switch (code) {
    case 'model_key_missing':
    case 'model_key_refused':
    case 'model_out_of_credit':
      return 'key';
    case 'model_stream_cut':
    case 'model_crashed':
    case 'model_silent':
    case 'run_exhausted':
      return 'go_on';
    default:
      return 'again';
  }
}

function headline(code: FailureCode, hasWords: boolean): string {
  switch (code) {
    case 'model_key_missing':
      return say`This model needs a key`;
    case 'model_key_refused':
      return say`The key was refused`;
    case 'model_unreachable':
      return say`The model could not be reached`;
    case 'model_rate_limited':
    case 'model_overloaded':
      return hasWords ? say`The answer stopped halfway` : say`The provider is busy`;
    case 'model_not_found':
    case 'model_unknown':
      return say`There is no such model`;
    case 'context_too_long':
      return say`This is more than the model can take`;
    case 'model_out_of_credit':
      return say`The account has no credit left`;
    case 'model_file_missing':
    case 'model_file_damaged':
    case 'model_download_failed':
      return say`The model is not on this machine`;
    case 'run_exhausted':
      return say`The budget of this run is used up`;
    default:
      return hasWords ? say`The answer stopped halfway` : say`There is no answer`;
  }
}

import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Failure, FailureCode } from '../../../core/models/failure.ts';
import { adviceFor } from '../../../core/models/failure.ts';
import type { RunLine } from '../../../contract/views.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { goTo } from '../../route.ts';
import { openPicker } from '../../stores/ui-store.ts';

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
          {failure.message} {hasWords ? 'What had arrived is kept above.' : ''}
        </p>
        {isOpen ? (
          <p className="quiet">
            {plainAdvice(failure.code)} <span className="mono">{failure.code}</span>, {run.model}
          </p>
        ) : null}
        <div className="acts">
          {act === 'key' ? (
            <Button look="main" small onClick={() => goTo({ screen: 'settings', section: 'providers' })}>
              Enter a key
            </Button>
          ) : (
            <Button look="main" small onClick={onTryAgain}>
              {act === 'go_on' ? 'Go on from here' : 'Try again'}
            </Button>
          )}
          <Button small onClick={() => openPicker('model')}>
            Use another model
          </Button>
          <Button look="plain" small aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Details
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
      return 'This model needs a key';
    case 'model_key_refused':
      return 'The key was refused';
    case 'model_unreachable':
      return 'The model could not be reached';
    case 'model_rate_limited':
    case 'model_overloaded':
      return hasWords ? 'The answer stopped halfway' : 'The provider is busy';
    case 'model_not_found':
    case 'model_unknown':
      return 'There is no such model';
    case 'context_too_long':
      return 'This is more than the model can take';
    case 'model_out_of_credit':
      return 'The account has no credit left';
    case 'model_file_missing':
    case 'model_file_damaged':
    case 'model_download_failed':
      return 'The model is not on this machine';
    case 'run_exhausted':
      return 'The budget of this run is used up';
    default:
      return hasWords ? 'The answer stopped halfway' : 'There is no answer';
  }
}

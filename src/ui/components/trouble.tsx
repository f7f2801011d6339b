import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { failureInWords, type CallFailure } from '../api.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { say } from '../words/say.ts';
import './trouble.css';

interface TroubleProps {
  readonly title: string;
  readonly failure: CallFailure;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}

/** What went wrong, why (with the code), and what to do. */
export function Trouble({ title, failure, onRetry, children }: TroubleProps) {
  return (
    <div className="trouble" role="alert">
      <Icon of={CircleAlert} />
      <div>
        <h3>{title}</h3>
        <p>
          {failureInWords(failure)} <span className="quiet mono">{failure.code}</span>
        </p>
        {onRetry || children ? (
          <div className="trouble-do">
            {onRetry ? (
              <Button small onClick={onRetry}>
                {say`Try again`}
              </Button>
            ) : null}
            {children}
          </div>
        ) : null}
      </div>
    </div>
  );
}

import { Component, type ReactNode } from 'react';
import { Trouble } from './trouble.tsx';
import { say } from '../words/say.ts';
import './boundary.css';

interface BoundaryProps {
  /** What this part of the page is, as in “The inspector”. */
  readonly part: string;
  readonly children: ReactNode;
}

/** Keeps a fault of one part of the page from taking the others along, and says what to do about it. */
export class Boundary extends Component<BoundaryProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const isAway =
      error instanceof TypeError || (error instanceof Error && /preload|dynamically imported|module script/i.test(error.message));
    return (
      <div className="boundary">
        <Trouble
          title={isAway ? say`${this.props.part} could not be fetched` : say`${this.props.part} cannot be shown`}
          failure={
            isAway
              ? { code: 'unreachable', message: say`Glasshouse did not answer. What was written is kept.`, advice: '' }
              : { code: 'internal', message: say`This is a fault of the page. What was written is kept.`, advice: '' }
          }
          onRetry={() => location.reload()}
        />
      </div>
    );
  }
}

import { memo } from 'react';
import type { RequestView } from '../../../contract/views.ts';
import { ExactText } from './exact-text.tsx';
import { sectionNameOf } from './request-sections.ts';
import { say } from '../../words/say.ts';

/** The whole body in the order of its bytes. Each span begins a line, with the colour of its section in the gutter; joined, they are the body. */
export const WholeBody = memo(function WholeBody({ request }: { request: RequestView }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: the keyboard must be able to
    <div className="whole-body" tabIndex={0} role="group" aria-label={say`The request as one text`}>
      {request.spans.map((span, index) => (
        <div key={index} className={`whole-span ${span.section === 'wire' ? 'is-wire' : ''}`}>
          <i className={`swatch c-${sectionNameOf(span)}`} aria-hidden="true" />
          <ExactText text={span.text} />
        </div>
      ))}
    </div>
  );
});

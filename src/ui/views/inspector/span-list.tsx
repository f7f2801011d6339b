import { BookText, Braces, CornerDownRight, FileText, MessageSquareText, Scissors, User, Wrench, type LucideIcon } from 'lucide-react';
import { memo, useState } from 'react';
import type { Trim } from '../../../core/agent/agent-event.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Tag } from '../../components/tag.tsx';
import { Visible } from '../../components/visible.tsx';
import { counted, money, wholeNumber } from '../../figures.ts';
import { ExactText } from './exact-text.tsx';
import type { ShownSection, ShownSectionName, ShownSpan } from './request-sections.ts';
import type { SourceKind } from './source-in-words.ts';
import { say } from '../../words/say.ts';

const SIGNS: Record<SourceKind, LucideIcon> = {
  house: BookText,
  person: User,
  agent: MessageSquareText,
  file: FileText,
  tool: Wrench,
  call: Wrench,
  result: CornerDownRight,
  wire: Braces,
};

/** Open from the start: what differs from request to request. */
const OPEN_AT_FIRST: readonly ShownSectionName[] = ['history', 'outside'];
/** Spans of a section that are listed at once. */
const LISTED = 40;

interface SpanListProps {
  readonly sections: readonly ShownSection[];
  readonly free: number | null;
  readonly trim: Trim | null;
  readonly isExact: boolean;
}

/** A request by section and span: whose words, how many tokens, what they cost. A span opens to its exact text. */
export const SpanList = memo(function SpanList({ sections, free, trim, isExact }: SpanListProps) {
  const isPriced = sections.some((section) => section.cost !== null);
  return (
    <div className={`span-list ${isPriced ? '' : 'is-unpriced'}`}>
      <div className="span-row is-label label" aria-hidden="true">
        <span />
        <span>{say`Span and source`}</span>
        <span className="figure">{isExact ? say`Tokens` : say`≈ Tokens`}</span>
        {isPriced ? <span className="figure">{say`Cost`}</span> : null}
      </div>
      {sections.map((section) => (
        <OneSection key={section.name} section={section} isPriced={isPriced} trim={section.name === 'history' ? trim : null} />
      ))}
      {free === null ? null : (
        <div className="span-row is-head">
          <i className="swatch is-free" />
          <span>{say`Free`}</span>
          <span className="figure">{wholeNumber(free)}</span>
        </div>
      )}
    </div>
  );
});

function OneSection({ section, isPriced, trim }: { section: ShownSection; isPriced: boolean; trim: Trim | null }) {
  const [isOpen, setOpen] = useState(OPEN_AT_FIRST.includes(section.name));
  const [listed, setListed] = useState(LISTED);
  const [single] = section.spans;
  const isSingle = section.spans.length === 1 && section.name !== 'history' && section.name !== 'outside';
  return (
    <>
      <button type="button" className="span-row is-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <i className={`swatch c-${section.name}`} />
        <span className="cut">{section.title}</span>
        <Figures tokens={section.tokens} cost={section.cost} isPriced={isPriced} />
      </button>
      {isOpen && isSingle && single ? <Exact shown={single} /> : null}
      {isOpen && !isSingle ? (
        <>
          {section.spans.slice(0, listed).map((shown) => (
            <OneSpan key={shown.index} shown={shown} isPriced={isPriced} />
          ))}
          {trim ? (
            <div className="span-row is-sub">
              <Icon of={Scissors} small />
              <span className="cut">
                {counted(trim.unitsDropped, 'exchange')} {say`left out`}
              </span>
              <span className="figure">−{wholeNumber(Math.max(0, trim.tokensBefore - trim.tokensAfter))}</span>
            </div>
          ) : null}
          {section.spans.length > listed ? (
            <Button look="plain" small className="span-more" onClick={() => setListed(listed + 400)}>
              {say`Show`} {wholeNumber(Math.min(400, section.spans.length - listed))} {say`more`}
            </Button>
          ) : null}
        </>
      ) : null}
    </>
  );
}

function OneSpan({ shown, isPriced }: { shown: ShownSpan; isPriced: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const { span, source } = shown;
  return (
    <>
      <button type="button" className="span-row is-sub" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon of={SIGNS[source.kind]} small />
        <span className="span-title">
          <span className="cut">
            <Visible text={source.title} />{' '}
            {source.object === null ? null : (
              <span className="mono">
                <Visible text={source.object} />
              </span>
            )}
            {source.rest ?? ''}
          </span>
          {span.trust === 'untrusted' ? <Tag look="outside">{say`outside`}</Tag> : null}
        </span>
        <Figures tokens={span.tokens} cost={span.cost} isPriced={isPriced} />
      </button>
      {isOpen ? <Exact shown={shown} /> : null}
    </>
  );
}

function Figures({ tokens, cost, isPriced }: { tokens: number; cost: number | null; isPriced: boolean }) {
  return (
    <>
      <span className="figure">{wholeNumber(tokens)}</span>
      {isPriced ? <span className="figure">{money(cost)}</span> : null}
    </>
  );
}

function Exact({ shown: { span } }: { shown: ShownSpan }) {
  const isOutside = span.trust === 'untrusted';
  return (
    <div className={`exact ${isOutside ? 'is-outside' : ''}`}>
      <p className="exact-head">
        <span className={isOutside ? 'outside-ink medium' : 'medium'}>{say`Exactly as sent`}</span>
        <span className="quiet">{isOutside ? say`not trusted: it came from outside` : say`${wholeNumber(span.bytes)} bytes`}</span>
        {span.cacheBreakpoint ? <span className="quiet">{say`the cache may keep up to here`}</span> : null}
      </p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: the keyboard must be able to */}
      <div className="exact-scroll" tabIndex={0} role="group" aria-label={say`Exactly as sent`}>
        <ExactText text={span.text} />
      </div>
    </div>
  );
}

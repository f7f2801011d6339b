import { Ban, Check, ChevronRight, CircleDashed, Square, Unplug, X } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { Interaction } from '../../../core/models/interaction.ts';
import type { ToolCall } from '../../../core/models/tool-call.ts';
import { Icon } from '../../components/icon.tsx';
import { Sign } from '../../components/sign.tsx';
import { Visible } from '../../components/visible.tsx';
import { callDuration, elapsed } from '../../figures.ts';
import { useNow } from '../../now.ts';
import { callIsShown, useUi } from '../../stores/ui-store.ts';
import { ShownMedia } from './shown-media.tsx';
import { ToolDetails } from './tool-details.tsx';
import { callWords, shortResult } from './tool-words.ts';
import { say } from '../../words/say.ts';
import './tool-row.css';

interface ToolRowProps {
  readonly conversationId: string;
  readonly call: ToolCall;
  readonly interaction: Interaction | undefined;
}

/** A call as one quiet line; opened, what went in, what came out, and the record of it. */
export const ToolRow = memo(({ conversationId, call, interaction }: ToolRowProps) => {
  const [isOpen, setOpen] = useState(false);
  const row = useRef<HTMLButtonElement>(null);
  const sought = useUi((state) => (state.soughtCall?.callId === call.id ? state.soughtCall : null));
  useEffect(() => {
    if (sought === null) return;
    setOpen(true);
    row.current?.scrollIntoView({ block: 'center' });
    row.current?.focus({ preventScroll: true });
    // Done: a row that comes into the list again later stays where it is.
    callIsShown();
  }, [sought]);
  const { verb, object, rest, why } = callWords(call, interaction);
  const isRunning = call.state === 'started';
  const result = shortResult(call);
  return (
    <>
      <button
        ref={row}
        type="button"
        className={`tool is-${call.state}`}
        data-trust={call.trust}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="tool-sign">
          <CallSign state={call.state} />
        </span>
        <span className="what">
          <span>
            <Visible text={verb} />
          </span>
          {object === null ? null : (
            <span className="mono cut">
              <Visible text={object} />
            </span>
          )}
          {rest ? (
            <span className="quiet cut">
              <Visible text={rest} />
            </span>
          ) : null}
          {result && result !== object ? (
            <span className="quiet cut">
              <Visible text={result} />
            </span>
          ) : null}
          {why ? (
            <span className="why cut">
              <Visible text={why} />
            </span>
          ) : null}
          {call.trust === 'untrusted' ? <span className="from-outside">{say`from outside`}</span> : null}
          <span className="chevron">
            <Icon of={ChevronRight} small />
          </span>
        </span>
        <span className="figures">
          <span className="figure">{isRunning ? <Running since={call.startedAt ?? 0} /> : took(call)}</span>
        </span>
      </button>
      {call.media ? <ShownMedia conversationId={conversationId} media={call.media} /> : null}
      {isOpen ? <ToolDetails conversationId={conversationId} call={call} interaction={interaction} /> : null}
    </>
  );
});
ToolRow.displayName = 'ToolRow';

function took(call: ToolCall): string {
  if (call.state === 'interrupted') return '?';
  return call.startedAt === undefined || call.endedAt === undefined ? '' : callDuration(call.endedAt - call.startedAt);
}

function Running({ since }: { since: number }) {
  const now = useNow(true);
  return elapsed(Math.max(0, now - since));
}

function CallSign({ state }: { state: ToolCall['state'] }) {
  switch (state) {
    case 'proposed':
    case 'validated':
    case 'authorized':
      return <Icon of={CircleDashed} small />;
    case 'awaiting_approval':
      return <Sign lit="1 2 3 4" />;
    case 'started':
      return <Sign lit="2" live />;
    case 'succeeded':
      return <Icon of={Check} small />;
    case 'failed':
      return <Icon of={X} small />;
    case 'denied':
      return <Icon of={Ban} small />;
    case 'cancelled':
      return <Icon of={Square} small className="filled" />;
    case 'interrupted':
      return <Icon of={Unplug} small />;
  }
}

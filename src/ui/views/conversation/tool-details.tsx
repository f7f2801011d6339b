import { useState, type ReactNode } from 'react';
import type { Interaction } from '../../../core/models/interaction.ts';
import type { ToolCall } from '../../../core/models/tool-call.ts';
import { api, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Tag } from '../../components/tag.tsx';
import { Visible } from '../../components/visible.tsx';
import { bytes, callDuration, exactTime } from '../../figures.ts';
import { useHighlighted } from '../../markdown/code-block.tsx';
import { useOpen } from '../../stores/conversation-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { allowedBy } from './tool-words.ts';
import { say } from '../../words/say.ts';

interface ToolDetailsProps {
  readonly conversationId: string;
  readonly call: ToolCall;
  readonly interaction: Interaction | undefined;
}

/** Characters of an output that stand in the row before "Show all". */
const SHOWN = 1_200;

export function ToolDetails({ conversationId, call, interaction }: ToolDetailsProps) {
  const isOutside = call.trust === 'untrusted';
  return (
    <div className={`opened ${isOutside ? 'is-outside' : ''}`}>
      <Fact label={say`Input`}>
        <Input value={call.input} />
      </Fact>
      <Fact label={say`Output`}>
        <Output conversationId={conversationId} call={call} />
      </Fact>
      {call.failure && !call.output?.includes(call.failure.message) ? (
        <Fact label={say`Reason`}>
          <span>
            <Visible text={call.failure.message} /> <span className="quiet mono">{call.failure.code}</span>
          </span>
        </Fact>
      ) : null}
      <Fact label={say`Record`}>
        <span className="facts">
          {call.startedAt === undefined ? (
            <span>{say`It did not begin`}</span>
          ) : (
            <span>
              {exactTime(call.startedAt)}
              {call.endedAt === undefined ? '' : say`, took ${callDuration(call.endedAt - call.startedAt)}`}
            </span>
          )}
          <span>
            <Visible text={allowedBy(call, interaction)} />
          </span>
          {isOutside ? <Tag look="outside">{say`From outside`}</Tag> : null}
        </span>
      </Fact>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="fact">
      <span className="label">{label}</span>
      <div>{children}</div>
    </div>
  );
}

function Input({ value }: { value: unknown }) {
  const text = typeof value === 'string' ? value : spaced(value);
  const lines = useHighlighted(text, 'json', false);
  return (
    <div className="pre">
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- drawn once
        <div key={index}>
          {typeof line === 'string' ? (
            <Visible text={line} />
          ) : (
            line.map((token, at) => (
              // oxlint-disable-next-line react/no-array-index-key -- drawn once
              <span key={at} className={token.ink ?? ''}>
                <Visible text={token.text} />
              </span>
            ))
          )}
        </div>
      ))}
    </div>
  );
}

/** JSON with air: on one line where it fits. */
function spaced(value: unknown): string {
  const whole = JSON.stringify(value, null, 2) ?? '';
  const line = whole.replace(/\n\s*/g, ' ');
  return line.length <= 80 ? line : whole;
}

function Output({ conversationId, call }: { conversationId: string; call: ToolCall }) {
  const streamed = useOpen(conversationId, (open) => open.running.get(call.id));
  const isCut = useOpen(conversationId, (open) => open.cutCalls.has(call.id)) ?? false;
  const [whole, setWhole] = useState<string | null>(null);
  const [isLong, setLong] = useState(false);
  const text = whole ?? call.output ?? streamed ?? '';
  const mayBeLonger = isCut || call.outputBlob !== undefined;
  if (text === '') return <span className="quiet">{call.state === 'started' ? say`Nothing yet` : say`Nothing`}</span>;
  // A running program's last words are the ones to see; of a result the first.
  const shown = isLong || text.length <= SHOWN ? text : call.state === 'started' ? `…${text.slice(-SHOWN)}` : text.slice(0, SHOWN);
  const showAll = async () => {
    setLong(true);
    if (whole !== null || !mayBeLonger) return;
    try {
      setWhole((await api.calls.output({ conversationId, callId: call.id })).text);
    } catch (error) {
      tell(failureOf(error).message);
    }
  };
  const canShowMore = shown.length < text.length || (mayBeLonger && whole === null);
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={`pre output ${isLong ? 'is-long' : ''}`} tabIndex={isLong ? 0 : -1} role="region" aria-label={say`Output`}>
        <Visible text={shown.trimEnd()} />
        {shown.length < text.length && call.state !== 'started' ? '…' : ''}
      </div>
      <span className="facts">
        {canShowMore ? (
          <Button look="plain" small className="show-all" onClick={() => void showAll()}>
            {say`Show all of it`}
          </Button>
        ) : null}
        {text.length > 400 ? <span className="quiet">{mayBeLonger && whole === null ? say`cut here` : bytes(text.length)}</span> : null}
      </span>
    </>
  );
}

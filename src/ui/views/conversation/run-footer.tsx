import { Copy, RotateCcw } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { isEnded } from '../../../core/agent/agent-state.ts';
import type { Message } from '../../../core/models/message.ts';
import { textOf } from '../../../core/models/message.ts';
import type { RunLine } from '../../../contract/views.ts';
import { copyRich } from '../../clipboard.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { counted, duration, shortMoney, tokens } from '../../figures.ts';
import { richTextOf } from '../../markdown/rich-text.ts';
import { useIsInTrash } from '../../stores/conversation-store.ts';
import { runAgain } from '../../stores/branch-store.ts';
import { say } from '../../words/say.ts';

interface RunFooterProps {
  readonly message: Message;
  readonly run: RunLine;
  readonly isBusy: boolean;
  /** Given where the answer was cut: goes on with it. */
  readonly onGoOn: (() => void) | null;
  /** The way to other versions. */
  readonly children: ReactNode;
}

/** Below an answer: what to do with it, and what it took. */
export function RunFooter({ message, run, isBusy, onGoOn, children }: RunFooterProps) {
  const room = useRef<HTMLDivElement>(null);
  const isInTrash = useIsInTrash(message.conversationId);
  const text = message.role === 'agent' ? textOf(message) : '';
  const copy = () => {
    const shown = room.current?.closest('.turn')?.querySelectorAll('.prose') ?? [];
    void copyRich(text, richTextOf(shown), say`The answer is on the clipboard, as Markdown and as formatted text`);
  };
  return (
    <div ref={room} className="after">
      {text === '' ? null : <IconButton icon={Copy} name={say`Copy answer`} fine onClick={copy} />}
      <IconButton
        icon={RotateCcw}
        name={isInTrash ? say`Answer again when it is restored` : isBusy ? say`Answer again when the run has ended` : say`Answer again`}
        fine
        disabled={isBusy || isInTrash}
        onClick={() => void runAgain(message.conversationId, message.id)}
      />
      {children}
      {onGoOn ? (
        <Button look="plain" small className="go-on" onClick={onGoOn}>
          {say`Go on`}
        </Button>
      ) : null}
      <span className="figures">{runFigures(run)}</span>
    </div>
  );
}

/** `4 steps · 18 s · 21.6k tokens · $0.028` */
function runFigures(run: RunLine): string {
  const used = run.usage.input + run.usage.output;
  const parts = [
    isEnded(run.state) && run.state.name === 'cancelled' ? say`stopped` : null,
    run.steps > 0 ? counted(run.steps, 'step') : null,
    run.endedAt === null ? null : duration(run.endedAt - run.createdAt),
    used > 0 ? say`${tokens(used, run.usage.exact)} tokens` : null,
    shortMoney(run.cost),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { isEnded } from '../../../core/agent/agent-state.ts';
import type { Message } from '../../../core/models/message.ts';
import { textOf } from '../../../core/models/message.ts';
import type { RunLine } from '../../../contract/views.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { counted, duration, shortMoney, tokens } from '../../figures.ts';

/** Below an answer: what to do with it, and what it took. */
export function RunFooter({ message, run }: { message: Message; run: RunLine }) {
  const [isCopied, setCopied] = useState(false);
  const text = message.role === 'agent' ? textOf(message) : '';
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    });
  };
  return (
    <div className="after">
      {text === '' ? null : <IconButton icon={isCopied ? Check : Copy} name={isCopied ? 'Copied' : 'Copy answer'} fine onClick={copy} />}
      <span className="figures">{runFigures(run)}</span>
    </div>
  );
}

/** `4 steps · 18 s · 21.6k tokens · $0.028` */
function runFigures(run: RunLine): string {
  const used = run.usage.input + run.usage.output;
  const parts = [
    isEnded(run.state) && run.state.name === 'cancelled' ? 'stopped' : null,
    run.steps > 0 ? counted(run.steps, 'step') : null,
    run.endedAt === null ? null : duration(run.endedAt - run.createdAt),
    used > 0 ? `${tokens(used, run.usage.exact)} tokens` : null,
    shortMoney(run.cost),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

import { ChevronRight, Ellipsis } from 'lucide-react';
import { memo, useState } from 'react';
import type { ReasoningPart } from '../../../core/models/message.ts';
import { Icon } from '../../components/icon.tsx';
import { Sign } from '../../components/sign.tsx';
import { say } from '../../words/say.ts';

/** What the model thought, as one quiet line with its first words; opened, all of it. */
export const ReasoningRow = memo(({ part }: { part: ReasoningPart }) => {
  const [isOpen, setOpen] = useState(false);
  const isGrowing = part.state === 'open';
  return (
    <>
      <button type="button" className="tool is-thought" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="tool-sign">{isGrowing ? <Sign lit="1" live /> : <Icon of={Ellipsis} small />}</span>
        <span className="what">
          <span>{isGrowing ? say`Thinking` : part.state === 'interrupted' ? say`Thought, cut off` : say`Thought`}</span>
          {isGrowing ? null : <span className="quiet cut">{firstSentence(part.text)}</span>}
          <span className="chevron">
            <Icon of={ChevronRight} small />
          </span>
        </span>
        <span className="figures" />
      </button>
      {isOpen ? <p className="thought">{part.text.trim() || say`The provider keeps these thoughts to itself.`}</p> : null}
    </>
  );
});
ReasoningRow.displayName = 'ReasoningRow';

function firstSentence(text: string): string {
  const line = text.trim().split('\n', 1)[0]?.replaceAll('**', '') ?? '';
  return line.length > 140 ? `${line.slice(0, 139)}…` : line;
}

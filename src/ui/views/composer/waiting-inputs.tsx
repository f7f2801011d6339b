import { CornerDownRight, Pencil, X } from 'lucide-react';
import { useState } from 'react';
import type { WaitingInput } from '../../../contract/views.ts';
import { api, failureOf } from '../../api.ts';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { useOpen } from '../../stores/conversation-store.ts';
import { tell } from '../../stores/toast-store.ts';

/** What was said while a run is at work, and waits for its turn (R6): it can still be changed or taken back. */
export function WaitingInputs({ conversationId }: { conversationId: string }) {
  const waiting = useOpen(conversationId, (open) => open.waiting);
  if (!waiting || waiting.length === 0) return null;
  // In the order in which they will be said.
  const inOrder = [
    ...waiting.filter((each) => each.input.delivery === 'steer'),
    ...waiting.filter((each) => each.input.delivery !== 'steer'),
  ];
  return (
    <ul className="waiting-inputs" aria-label="Waiting for their turn">
      {inOrder.map((each) => (
        <Waiting key={each.input.id} waiting={each} />
      ))}
    </ul>
  );
}

function Waiting({ waiting }: { waiting: WaitingInput }) {
  const [text, setText] = useState<string | null>(null);
  const { id, delivery } = waiting.input;
  const save = async () => {
    const changed = text?.trim();
    setText(null);
    if (!changed || changed === waiting.text) return;
    try {
      const result = await api.messages.editWaiting({ inputId: id, text: changed });
      if (!result.changed) tell('It was said already.');
    } catch (error) {
      tell(failureOf(error).message);
    }
  };
  const withdraw = async () => {
    try {
      const result = await api.messages.withdrawWaiting({ inputId: id });
      if (!result.withdrawn) tell('It was said already.');
    } catch (error) {
      tell(failureOf(error).message);
    }
  };
  return (
    <li>
      <Icon of={CornerDownRight} small />
      {text === null ? (
        <span className="cut">
          <span className="quiet">{delivery === 'steer' ? 'Steers at the next step: ' : 'Comes after: '}</span>
          {waiting.text}
        </span>
      ) : (
        <input
          aria-label="Change it"
          value={text}
          autoFocus
          onChange={(event) => setText(event.target.value)}
          onBlur={() => void save()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void save();
            if (event.key !== 'Escape') return;
            event.preventDefault();
            event.stopPropagation();
            setText(null);
          }}
        />
      )}
      <span className="acts">
        <IconButton icon={Pencil} name="Change it" fine onClick={() => setText(waiting.text)} />
        <IconButton icon={X} name="Take it back" fine onClick={() => void withdraw()} />
      </span>
    </li>
  );
}

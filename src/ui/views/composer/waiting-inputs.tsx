import { ArrowUp, ChevronDown, ChevronUp, CornerDownRight, Pencil, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { isActive, type RunState } from '../../../core/agent/agent-state.ts';
import type { WaitingInput } from '../../../contract/views.ts';
import { api, failureOf } from '../../api.ts';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { ALT } from '../../components/kbd.tsx';
import { Visible } from '../../components/visible.tsx';
import { chosenModel } from '../../stores/chosen-model.ts';
import { useOpen } from '../../stores/conversation-store.ts';
import { recall, remember } from '../../stores/memory-store.ts';
import { latestRun } from '../../stores/open-conversation.ts';
import { sendMessage } from '../../stores/sending-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { say } from '../../words/say.ts';

/** What was said while a run is at work, and waits for its turn (R6): it can still be changed or taken back. */
export function WaitingInputs({ conversationId }: { conversationId: string }) {
  const waiting = useOpen(conversationId, (open) => open.waiting);
  const state = useOpen(conversationId, (open) => latestRun(open)?.state) ?? null;
  if (!waiting || waiting.length === 0) return null;
  // In the order in which they will be said.
  const kinds = [waiting.filter((each) => each.input.delivery === 'steer'), waiting.filter((each) => each.input.delivery !== 'steer')];
  return (
    <ul className="waiting-inputs" aria-label={say`Waiting for their turn`}>
      {kinds.flatMap((kind) => kind.map((each, at) => <Waiting key={each.input.id} waiting={each} state={state} kind={kind} at={at} />))}
    </ul>
  );
}

/** The words before those that wait: when they will be said, or, where no run is at work that would say them, why they still wait. */
function waitingWords(delivery: WaitingInput['input']['delivery'], state: RunState | null): string {
  switch (state?.name) {
    case 'cancelled':
      return say`Waits: the run was stopped. `;
    case 'suspended':
      return say`Waits: the run is unfinished. `;
    case 'failed':
      return say`Waits: the run has failed. `;
    case 'exhausted':
      return say`Waits: the run used up its budget. `;
    default:
      return delivery === 'steer' ? say`Steers at the next step: ` : say`Comes after: `;
  }
}

/** Puts it one place further on or back among its kind. It is said who was first where another window did so in the same moment. */
async function move(kind: readonly WaitingInput[], at: number, by: -1 | 1): Promise<void> {
  const inputId = kind[at]?.input.id;
  if (inputId === undefined || at + by < 0 || at + by >= kind.length) return;
  // One place on means: before the one after the next.
  const before = kind[by < 0 ? at - 1 : at + 2]?.input.id ?? null;
  try {
    const result = await api.messages.moveWaiting({ inputId, before });
    if (!result.moved) tell(say`It was said already, or the other one was.`);
  } catch (error) {
    tell(failureOf(error).message);
  }
}

/** Takes it back, and says it as a message of its own. If that fails, the words go where they can be sent again. */
async function sayNow({ input, text, attachments }: WaitingInput): Promise<void> {
  const { id, conversationId } = input;
  try {
    const result = await api.messages.withdrawWaiting({ inputId: id });
    if (!result.withdrawn) {
      tell(say`It was said already.`);
      return;
    }
  } catch (error) {
    tell(failureOf(error).message);
    return;
  }
  const model = await chosenModel(conversationId);
  const sent = await sendMessage({ conversationId, text, attachments, ...(model === undefined ? {} : { model }) });
  if (sent.ok) return;
  const draft = recall(`draft:${conversationId}`);
  remember(`draft:${conversationId}`, draft ? `${text}\n${draft}` : text);
  tell(sent.failure.message);
}

function keepInComposer(conversationId: string, words: string): void {
  const key = `draft:${conversationId}`;
  const before = recall(key);
  remember(key, before ? `${before}\n${words}` : words);
  tell(say`What you were changing was taken away. Your words stand in the composer`);
}

interface WaitingProps {
  readonly waiting: WaitingInput;
  readonly state: RunState | null;
  /** Those of its kind, in their order, and its place among them. */
  readonly kind: readonly WaitingInput[];
  readonly at: number;
}

function Waiting({ waiting, state, kind, at }: WaitingProps) {
  const [text, setText] = useState<string | null>(null);
  const { id, delivery } = waiting.input;
  const typed = useRef<string | null>(null);
  typed.current = text === null || text.trim() === waiting.text ? null : text.trim();
  // Taken back or said elsewhere while it was being changed: what was typed goes on in the composer.
  useEffect(
    () => () => {
      if (typed.current) keepInComposer(waiting.input.conversationId, typed.current);
    },
    [waiting.input.conversationId],
  );
  const isAtWork = state !== null && (isActive(state) || state.name === 'completed');
  const save = async () => {
    const changed = text?.trim();
    setText(null);
    if (!changed || changed === waiting.text) return;
    try {
      const result = await api.messages.editWaiting({ inputId: id, text: changed });
      if (!result.changed) tell(say`It was said already.`);
    } catch (error) {
      tell(failureOf(error).message);
    }
  };
  const withdraw = async () => {
    try {
      const result = await api.messages.withdrawWaiting({ inputId: id });
      if (!result.withdrawn) tell(say`It was said already.`);
    } catch (error) {
      tell(failureOf(error).message);
    }
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Alt and the arrows, from any button in it
    <li
      onKeyDown={(event) => {
        const by = event.altKey ? { ArrowUp: -1 as const, ArrowDown: 1 as const }[event.key] : undefined;
        if (by === undefined) return;
        event.preventDefault();
        void move(kind, at, by);
      }}
    >
      <Icon of={CornerDownRight} small />
      {text === null ? (
        <span className="cut">
          <span className="quiet">{waitingWords(delivery, state)}</span>
          <Visible text={waiting.text} />
        </span>
      ) : (
        <input
          aria-label={say`Change it`}
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
        {isAtWork ? null : <IconButton icon={ArrowUp} name={say`Send now`} fine onClick={() => void sayNow(waiting)} />}
        {kind.length > 1 ? (
          <>
            <IconButton
              icon={ChevronUp}
              name={say`Earlier`}
              keys={`${ALT} ↑`}
              fine
              disabled={at === 0}
              onClick={() => void move(kind, at, -1)}
            />
            <IconButton
              icon={ChevronDown}
              name={say`Later`}
              keys={`${ALT} ↓`}
              fine
              disabled={at === kind.length - 1}
              onClick={() => void move(kind, at, 1)}
            />
          </>
        ) : null}
        <IconButton icon={Pencil} name={say`Change it`} fine onClick={() => setText(waiting.text)} />
        <IconButton icon={X} name={say`Take it back`} fine onClick={() => void withdraw()} />
      </span>
    </li>
  );
}

import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type SyntheticEvent } from 'react';
import type { Interaction, InteractionAnswer } from '../../../core/models/interaction.ts';
import { api, failureOf } from '../../api.ts';
import { Sign } from '../../components/sign.tsx';
import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import { clock } from '../../figures.ts';
import { useNow } from '../../now.ts';
import { tell } from '../../stores/toast-store.ts';
import { focusComposer } from '../../stores/ui-store.ts';
import { beginRest, useRest } from './use-rest.ts';
import { say } from '../../words/say.ts';
import './ask-card.css';

/** Sends an answer once. Somebody else may have been first: that is said, and the stream brings what they answered. */
export function useAnswer(interaction: Interaction): { isSending: boolean; answer: (answer: InteractionAnswer) => void } {
  const [isSending, setSending] = useState(false);
  return {
    isSending,
    answer: (answer) => {
      if (isSending) return;
      setSending(true);
      beginRest();
      api.interactions.answer({ interactionId: interaction.id, answer }).catch((error: unknown) => {
        setSending(false);
        tell(failureOf(error).message);
      });
    },
  };
}

interface AskCardProps {
  readonly interaction: Interaction;
  readonly title: string;
  /** In the header's margin, instead of how long it has waited. */
  readonly facts?: ReactNode;
  /** Single keys: they act only while the card, not a text field in it, has the focus. */
  readonly keys?: Readonly<Record<string, () => void>>;
  /** Whether this server can take the answer; otherwise the terminal that asked. */
  readonly isHere: boolean;
  readonly children: ReactNode;
}

/** A lit frame in the conversation: something waits for the person. */
export function AskCard({ interaction, title, facts, keys = {}, isHere, children }: AskCardProps) {
  const card = useRef<HTMLElement>(null);
  const rest = useRest(card);
  useEffect(() => {
    // The focus comes by itself only where it takes nothing away: nobody is typing anywhere.
    if (!isHere) return;
    const isFree = document.activeElement === document.body || (isComposer(document.activeElement) && isNothingWritten());
    if (isFree) card.current?.focus({ preventScroll: true });
  }, [isHere]);
  useLayoutEffect(() => {
    const element = card.current;
    // Answered by key: the focus would be lost with the card.
    return () => {
      if (!element?.contains(document.activeElement)) return;
      setTimeout(() => {
        if (!isNothingWritten() || !focusAsk()) focusComposer();
      });
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    // Enter on a button is that button's.
    if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return;
    const act = keys[event.key.toLowerCase()];
    if (!isHere) return;
    if (!act) {
      // Who goes on to write writes, where one writes: the focus came here by itself.
      if (/^[^\s]$/u.test(event.key)) document.getElementById('composer')?.focus();
      return;
    }
    event.preventDefault();
    if (rest.takes(event)) act();
    else card.current?.scrollIntoView({ block: 'nearest' });
  };
  /** Also for what the browser makes of a key: a held Enter presses a button again and again. */
  const stopHeld = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Enter' && event.target !== card.current && (event.repeat || isButton(event.target)) && !rest.takes(event))
      stop(event);
  };
  const stopEarly = (event: SyntheticEvent) => {
    if (!rest.isOver()) stop(event);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a group with keys of its own, as said by its buttons
    <section
      ref={card}
      className="ask"
      aria-label={visible(title)}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must be reachable for its single keys
      tabIndex={0}
      data-interaction={interaction.id}
      data-here={isHere}
      onKeyDown={onKeyDown}
      onKeyDownCapture={stopHeld}
      onClickCapture={stopEarly}
      onSubmitCapture={stopEarly}
    >
      <header>
        <Sign lit="1 2 3 4" live />
        <h2>
          <Visible text={title} />
        </h2>
        {facts ?? <Waiting since={interaction.createdAt} />}
      </header>
      {children}
      {isHere ? null : <p className="says">{say`A terminal asks this. It is answered there.`}</p>}
    </section>
  );
}

function stop(event: SyntheticEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

const isButton = (target: EventTarget) => target instanceof HTMLButtonElement;

const isComposer = (element: Element | null): element is HTMLTextAreaElement =>
  element instanceof HTMLTextAreaElement && element.id === 'composer';

/** Nothing stands in the composer, and nothing is attached: the next Enter is not meant for it. */
function isNothingWritten(): boolean {
  const composer = document.getElementById('composer');
  return isComposer(composer) && composer.value.trim() === '' && composer.dataset['files'] === '0';
}

function Waiting({ since }: { since: number }) {
  const now = useNow(true);
  return (
    <span className="quiet">
      {say`waiting`} {clock(now - since)}
    </span>
  );
}

/** Moves the focus to what waits for the person and can be answered here, and shows it. */
export function focusAsk(): boolean {
  const card = document.querySelector<HTMLElement>('.ask[data-here="true"]');
  card?.scrollIntoView({ block: 'nearest' });
  card?.focus();
  return card !== null;
}

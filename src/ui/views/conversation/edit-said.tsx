import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Message } from '../../../core/models/message.ts';
import { textOf } from '../../../core/models/message.ts';
import { Button } from '../../components/button.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { runEdited } from '../../stores/branch-store.ts';
import { recall, remember, useRecalled } from '../../stores/memory-store.ts';
import { say } from '../../words/say.ts';

/** Where the words are kept while they are being changed (U2). It ends like every place of a conversation, so that they go with it. */
const place = (message: Message) => `edit.${message.id}:${message.conversationId}`;

/** Whether it was being changed when it was seen last. */
export function isBeingEdited(message: Message): boolean {
  return Boolean(recall(place(message)));
}

/** What the person said, being said in other words. */
export function EditSaid({ message, isBusy, onClose }: { message: Message; isBusy: boolean; onClose: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const draft = useRecalled(place(message));
  const [text, setText] = useState(draft ?? textOf(message));
  const [isSending, setSending] = useState(false);
  // One wish has one name, however often it has to be sent.
  const [commandId] = useState(() => crypto.randomUUID());
  useEffect(() => {
    const element = area.current;
    element?.focus({ preventScroll: true });
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const close = () => {
    remember(place(message), '');
    onClose();
  };
  const isEmpty = text.trim() === '';
  const run = async () => {
    if (isEmpty || isBusy || isSending) return;
    setSending(true);
    const isTaken = await runEdited(message.conversationId, message.id, text.trim(), commandId);
    setSending(false);
    if (isTaken) close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    // While an input method composes a word, Enter is its own.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void run();
  };
  return (
    <div className="said is-edited">
      <textarea
        ref={area}
        aria-label={say`Your message, in other words`}
        value={text}
        rows={Math.min(12, text.split('\n').length)}
        onChange={(event) => {
          setText(event.target.value);
          remember(place(message), event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="said-buttons">
        <span className="quiet grow">{say`What was said before stays, beside it`}</span>
        <Button look="plain" small onClick={close}>
          {say`Cancel`} <Kbd>{say`Esc`}</Kbd>
        </Button>
        <Button
          look="main"
          small
          disabled={isEmpty || isBusy || isSending}
          title={isBusy ? say`When the run has ended` : undefined}
          onClick={() => void run()}
        >
          {say`Run again`} <Kbd>↵</Kbd>
        </Button>
      </div>
    </div>
  );
}

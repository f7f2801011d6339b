import { useState } from 'react';
import type { Interaction, InteractionPrompt } from '../../../core/models/interaction.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import { AskCard, useAnswer } from './ask-card.tsx';
import { say } from '../../words/say.ts';

interface QuestionCardProps {
  readonly interaction: Interaction;
  readonly prompt: Extract<InteractionPrompt, { kind: 'question' }>;
  readonly isHere: boolean;
}

/** The agent asks. One of its choices, or words of one's own. */
export function QuestionCard({ interaction, prompt, isHere }: QuestionCardProps) {
  const { answer, isSending } = useAnswer(interaction);
  const { choices } = prompt;
  /** The place of the chosen one; after the last stands "something else". */
  const [chosen, setChosen] = useState(0);
  const [text, setText] = useState('');
  const isOwn = chosen >= choices.length;
  const reply = isOwn ? text.trim() : (choices[chosen] ?? '');
  const send = () => {
    if (reply !== '') answer({ kind: 'reply', text: reply });
  };
  const step = (by: number) => setChosen((at) => (at + by + choices.length + 1) % (choices.length + 1));
  const keys = {
    enter: send,
    arrowdown: () => step(1),
    arrowup: () => step(-1),
    ...Object.fromEntries([...choices, ''].map((_, index) => [String(index + 1), () => setChosen(index)])),
  };
  return (
    <AskCard interaction={interaction} title={prompt.question} keys={keys} isHere={isHere}>
      <div className="choices" role="radiogroup" aria-label={visible(prompt.question)}>
        {choices.map((choice, index) => (
          <button
            key={choice}
            type="button"
            role="radio"
            aria-checked={index === chosen}
            className={`choice ${index === chosen ? 'is-on' : ''}`}
            onClick={() => setChosen(index)}
            onDoubleClick={send}
          >
            <span className="radio" />
            <span>
              <Visible text={choice} />
            </span>
            <Kbd>{String(index + 1)}</Kbd>
          </button>
        ))}
        {choices.length > 0 ? (
          <button
            type="button"
            role="radio"
            aria-checked={isOwn}
            className={`choice ${isOwn ? 'is-on' : ''}`}
            onClick={() => setChosen(choices.length)}
          >
            <span className="radio" />
            <span className="quiet">{say`Something else…`}</span>
            <Kbd>{String(choices.length + 1)}</Kbd>
          </button>
        ) : null}
      </div>
      {isOwn ? (
        <form
          className="reply"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <Field
            name={say`Your answer`}
            placeholder={say`Your answer`}
            value={text}
            autoFocus={choices.length > 0}
            onChange={(event) => setText(event.target.value)}
          />
        </form>
      ) : null}
      {isHere ? (
        <footer>
          <Button look="main" disabled={isSending || reply === ''} onClick={send}>
            {say`Answer`} <Kbd>↵</Kbd>
          </Button>
          <Button look="plain" disabled={isSending} onClick={() => answer({ kind: 'reply', text: say`Decide yourself.` })}>
            {say`Let the agent decide`}
          </Button>
        </footer>
      ) : null}
    </AskCard>
  );
}

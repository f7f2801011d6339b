import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { say } from '../../words/say.ts';

interface RefusalProps {
  readonly onBack: () => void;
  /** An empty reason is none. */
  readonly onRefuse: (reason: string) => void;
  readonly label?: string;
  readonly placeholder?: string;
}

/** Takes the place of the buttons: the reason goes to the agent, which can then try another way. */
export function Refusal({ onBack, onRefuse, label = say`Deny`, placeholder = say`Why not, or what instead` }: RefusalProps) {
  const [reason, setReason] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <form
      className="refusal"
      onSubmit={(event) => {
        event.preventDefault();
        onRefuse(reason.trim());
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        const card = event.currentTarget.closest<HTMLElement>('.ask');
        onBack();
        card?.focus();
      }}
    >
      <Field ref={input} name={say`Reason`} placeholder={placeholder} value={reason} onChange={(event) => setReason(event.target.value)} />
      <Button look="plain" onClick={onBack}>
        {say`Back`}
      </Button>
      <Button look="harm" type="submit">
        {reason.trim() === '' ? label : say`${label} and say why`} <Kbd>↵</Kbd>
      </Button>
    </form>
  );
}

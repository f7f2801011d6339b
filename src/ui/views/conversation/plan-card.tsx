import { useState } from 'react';
import type { Interaction, InteractionPrompt } from '../../../core/models/interaction.ts';
import { Button } from '../../components/button.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { AskCard, useAnswer } from './ask-card.tsx';
import { Refusal } from './refusal.tsx';
import { say } from '../../words/say.ts';

interface PlanCardProps {
  readonly interaction: Interaction;
  readonly prompt: Extract<InteractionPrompt, { kind: 'plan_approval' | 'loop' }>;
  readonly isHere: boolean;
}

/** Is the plan right? It stands above, as the answer; here it is let go, changed or dropped. Or: shall what repeats itself go on? */
export function PlanCard({ interaction, prompt, isHere }: PlanCardProps) {
  const { answer, isSending } = useAnswer(interaction);
  const [isChanging, setChanging] = useState(false);
  const isPlan = prompt.kind === 'plan_approval';
  const allow = () => answer({ kind: 'allow' });
  const stop = () => answer({ kind: 'deny' });
  const keys = isChanging
    ? { escape: () => setChanging(false) }
    : { enter: allow, d: stop, ...(isPlan ? { c: () => setChanging(true) } : {}) };
  return (
    <AskCard interaction={interaction} title={isPlan ? say`Carry out this plan?` : prompt.question} keys={keys} isHere={isHere}>
      {isPlan ? (
        <p className="says">{say`Nothing was changed so far. With your word, the agent may begin to change things; it still asks each time.`}</p>
      ) : null}
      {!isHere ? null : isChanging ? (
        <Refusal
          label={say`Change it`}
          placeholder={say`What should be different`}
          onBack={() => setChanging(false)}
          onRefuse={(reason) => answer({ kind: 'deny', ...(reason ? { reason } : {}) })}
        />
      ) : (
        <footer>
          <Button look="main" disabled={isSending} onClick={allow}>
            {isPlan ? say`Carry it out` : say`Let it go on`} <Kbd>↵</Kbd>
          </Button>
          {isPlan ? (
            <Button disabled={isSending} onClick={() => setChanging(true)}>
              {say`Change the plan…`} <Kbd>C</Kbd>
            </Button>
          ) : null}
          <span className="grow" />
          <Button look="plain-harm" disabled={isSending} onClick={stop}>
            {isPlan ? say`Leave it` : say`Stop here`} <Kbd>D</Kbd>
          </Button>
        </footer>
      )}
    </AskCard>
  );
}

import { Check, Minus } from 'lucide-react';
import type { PlanItem } from '../../../core/models/plan.ts';
import { Blank } from '../../components/blank.tsx';
import { Icon } from '../../components/icon.tsx';
import { Visible } from '../../components/visible.tsx';
import { useOpen } from '../../stores/conversation-store.ts';
import { say } from '../../words/say.ts';

const WORDS: Record<PlanItem['state'], string> = { pending: say`to do`, active: say`now`, done: say`done`, dropped: say`dropped` };
/** Said only for ears: the pane shows it. */
const UNSEEN: readonly PlanItem['state'][] = ['pending', 'done'];

/** What the agent means to do, in order: each item a pane, the current one lit. */
export function PlanTab({ conversationId }: { conversationId: string }) {
  const plan = useOpen(conversationId, (open) => open.snapshot.plan);
  if (!plan || plan.items.length === 0) {
    return (
      <Blank title={say`No plan`}>
        {say`For work of several steps the agent writes down what it means to do. It stands here while it is worked off.`}
      </Blank>
    );
  }
  const kept = plan.items.filter((item) => item.state !== 'dropped');
  const done = kept.filter((item) => item.state === 'done').length;
  return (
    <>
      <p className="inspector-sum">
        <b>
          {done} {say`of`} {kept.length}
        </b>
        <span className="quiet">{say`done`}</span>
      </p>
      <div className="plan-panes" aria-hidden="true">
        {kept.map((item, index) => (
          <i key={index} className={`is-${item.state}`} />
        ))}
      </div>
      <ol className="plan">
        {plan.items.map((item, index) => (
          <li key={index} className={`is-${item.state}`}>
            <span className="plan-pane" aria-hidden="true">
              {item.state === 'done' ? <Icon of={Check} small /> : null}
              {item.state === 'dropped' ? <Icon of={Minus} small /> : null}
            </span>
            <span className="plan-text">
              <Visible text={item.text} />
            </span>
            <span className={UNSEEN.includes(item.state) ? 'unseen' : 'plan-state'}>{WORDS[item.state]}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

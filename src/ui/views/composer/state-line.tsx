import { Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isActive } from '../../../core/agent/agent-state.ts';
import { api, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { Sign } from '../../components/sign.tsx';
import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import { elapsed, shortMoney, tokens } from '../../figures.ts';
import { useNow } from '../../now.ts';
import { useConversationStore } from '../../stores/conversation-store.ts';
import { latestRun } from '../../stores/open-conversation.ts';
import { tell } from '../../stores/toast-store.ts';
import { focusAsk } from '../conversation/ask-card.tsx';
import { stateWords } from '../conversation/state-words.ts';
import { say } from '../../words/say.ts';

/** What the run does, in words; how long, how many tokens, how much money; and Stop. Under it the beam: how far the plan is. */
export function StateLine({ conversationId }: { conversationId: string }) {
  const open = useConversationStore((state) => state.open.get(conversationId));
  const run = open ? latestRun(open) : null;
  const state = open ? stateWords(open, run) : null;
  const isWaiting = state?.lit === '1 2 3 4';
  const now = useNow(state !== null);
  if (!state || !run || !isActive(run.state)) return <LiveWords words="" />;
  const used = run.usage.input + run.usage.output;
  const money = shortMoney(run.cost);
  const stop = () => {
    api.runs.stop({ runId: run.id }).catch((error: unknown) => tell(failureOf(error).message));
  };
  const words = (
    <>
      <span className="cut">
        <Visible text={state.words} />
      </span>
      {state.detail ? (
        <span className="quiet cut detail">
          <Visible text={state.detail} />
        </span>
      ) : null}
    </>
  );
  return (
    <>
      <div className="state">
        <Sign lit={state.lit} live={!isWaiting} />
        {isWaiting ? (
          <button type="button" className="words" onClick={focusAsk}>
            {words}
          </button>
        ) : (
          <span className="words">{words}</span>
        )}
        <span className="figures">
          <span className="figure">{elapsed(now - run.createdAt)}</span>
          {used > 0 ? (
            <span className="figure">
              {tokens(used, run.usage.exact)}
              <span className="optional"> {say`tokens`}</span>
            </span>
          ) : null}
          {money ? <span className="figure optional">{money}</span> : null}
          {run.isHere ? (
            <Button small onClick={stop}>
              <Icon of={Square} small className="filled" />
              {say`Stop`} <Kbd>{say`Esc`}</Kbd>
            </Button>
          ) : (
            <span>{say`at work in a terminal`}</span>
          )}
        </span>
      </div>
      <div className="beam" aria-hidden="true">
        {state.share === null ? null : <i style={{ width: `${state.share * 100}%` }} />}
      </div>
      <LiveWords words={visible(isWaiting ? `${state.words}: ${state.detail}` : state.words.replace(/…$/, ''))} />
    </>
  );
}

/** States for ears: told when they have lasted a moment, so that quick ones do not pile up. Never deltas, never seconds. */
function LiveWords({ words }: { words: string }) {
  const [told, setTold] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setTold(words), 400);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <span className="unseen" role="status" aria-live="polite">
      {told}
    </span>
  );
}

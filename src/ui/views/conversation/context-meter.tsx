import { useEffect, useState } from 'react';
import { isActive } from '../../../core/agent/agent-state.ts';
import type { Section } from '../../../core/models/request.ts';
import type { RequestView } from '../../../contract/views.ts';
import { api } from '../../api.ts';
import { Tooltip } from '../../components/tooltip.tsx';
import { tokens } from '../../figures.ts';
import { openInspector } from '../../layout.ts';
import { useConversationStore } from '../../stores/conversation-store.ts';
import { latestRun, runsOnPath, type OpenConversation } from '../../stores/open-conversation.ts';
import { useUi } from '../../stores/ui-store.ts';
import { say } from '../../words/say.ts';
import './context-meter.css';

/** The order and colour of the bar: stable first, this step's input last. */
const SECTIONS: readonly { readonly section: Section; readonly look: string }[] = [
  { section: 'system', look: 'system' },
  { section: 'tools', look: 'tools' },
  { section: 'plan', look: 'plan' },
  { section: 'environment', look: 'memory' },
  { section: 'history', look: 'history' },
  { section: 'input', look: 'input' },
];

/** How much of the model's window the last request took, true to scale. */
export function ContextMeter({ open }: { open: OpenConversation }) {
  const last = useLastRequest(open);
  if (!last || last.window === null) return null;
  const total = Object.values(last.tokensBySection).reduce((sum, count) => sum + count, 0);
  const words = say`${tokens(total)} of ${tokens(last.window)}`;
  const show = () => {
    openInspector();
    useUi.setState({ inspect: { tab: 'context', id: last.id } });
  };
  return (
    <Tooltip text={say`What the model was sent last`}>
      <button type="button" className="meter" aria-label={say`Context: ${words} tokens`} onClick={show}>
        <span className="context-bar">
          {SECTIONS.map(({ section, look }) => (
            <i
              key={section}
              className={`of-${look}`}
              style={{ width: `${((last.tokensBySection[section] ?? 0) / (last.window ?? 1)) * 100}%` }}
            />
          ))}
        </span>
        <span className="meter-words">{words}</span>
      </button>
    </Tooltip>
  );
}

/** The last request on the path, read when a run has come to rest: while it works, the state line tells its figures. */
function useLastRequest(open: OpenConversation): RequestView | null {
  const [last, setLast] = useState<RequestView | null>(null);
  const conversationId = open.conversation.id;
  const run = latestRun(open);
  const isAtRest = run !== null && (!isActive(run.state) || run.state.name === 'awaiting_interaction');
  const key = isAtRest ? `${run.id}:${run.state.name}:${run.steps}` : null;
  useEffect(() => {
    if (key === null) return;
    let isWanted = true;
    const read = async () => {
      const { requests: all } = await api.requests.list({ conversationId });
      const shown = useConversationStore.getState().open.get(conversationId);
      const onPath = new Set(shown ? runsOnPath(shown) : []);
      const requests = all.filter((request) => onPath.has(request.runId));
      const newest = requests.reduce<(typeof requests)[number] | null>((a, b) => (a === null || b.createdAt >= a.createdAt ? b : a), null);
      if (!newest) return;
      const view = await api.requests.get({ conversationId, requestId: newest.id });
      if (isWanted) setLast(view);
    };
    read().catch(() => undefined);
    return () => {
      isWanted = false;
    };
  }, [conversationId, key]);
  return last;
}

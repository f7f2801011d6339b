import { ChevronDown, ChevronsUpDown, ChevronUp } from 'lucide-react';
import { useMemo } from 'react';
import { isActive } from '../../../core/agent/agent-state.ts';
import type { RecordedRun } from '../../../core/models/records.ts';
import { addUsage, NO_USAGE } from '../../../core/models/usage.ts';
import type { StreamEvent } from '../../../contract/events.ts';
import { api } from '../../api.ts';
import { Blank } from '../../components/blank.tsx';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { clock, counted, duration, exactTime, money, priceInWords, tokens } from '../../figures.ts';
import { useNow } from '../../now.ts';
import { useOpen, useRunsOnPath } from '../../stores/conversation-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { RunLanes } from './run-lanes.tsx';
import { RunLimits, RunSteps } from './run-steps.tsx';
import { timelineOf } from './run-timeline.ts';
import { say } from '../../words/say.ts';

interface RunsTabProps {
  readonly conversationId: string;
  /** The run that is looked at; null: always the newest. */
  readonly chosen: string | null;
  readonly onChoose: (runId: string | null) => void;
  readonly onOpenRequest: (requestId: string) => void;
}

/** What the agent did when: lanes true to time, and each step with its tools, tokens and cost. */
export function RunsTab({ conversationId, chosen, onChoose, onOpenRequest }: RunsTabProps) {
  const onPath = useRunsOnPath(conversationId);
  const answer = useAnswer(
    `runs:${conversationId}`,
    async () => (await api.runs.list({ conversationId })).runs,
    (event) => changesRuns(event, conversationId),
  );
  if (answer.failure && !answer.value)
    return <Trouble title={say`The runs cannot be read`} failure={answer.failure} onRetry={answer.askAgain} />;
  if (!answer.value) return <WaitingLines lines={6} />;
  const runs = answer.value.filter((run) => onPath?.has(run.id) ?? true);
  const found = chosen === null ? -1 : runs.findIndex((run) => run.id === chosen);
  const at = found < 0 ? runs.length - 1 : found;
  const run = runs[at];
  if (!run) return <Blank title={say`No run yet`}>{say`When you send a message, its steps, tools and times will stand here.`}</Blank>;
  const choose = (index: number) => onChoose(index === runs.length - 1 ? null : (runs[index]?.id ?? null));
  return (
    <>
      <div className="inspector-picker">
        <Menu
          name={say`Runs`}
          trigger={
            <button type="button" className="pick">
              {say`Run`} {at + 1} {say`of`} {runs.length} {say`· started`} {exactTime(run.createdAt)}
              <Icon of={ChevronsUpDown} small />
            </button>
          }
        >
          {runs.map((each, index) => (
            <MenuItem key={each.id} chosen={index === at} hint={counted(each.steps.length, 'step')} onSelect={() => choose(index)}>
              {say`Run`} {index + 1} · {exactTime(each.createdAt)}
            </MenuItem>
          ))}
        </Menu>
        <span className="grow" />
        <IconButton icon={ChevronUp} name={say`Earlier run`} disabled={at === 0} onClick={() => choose(at - 1)} />
        <IconButton icon={ChevronDown} name={say`Later run`} disabled={at === runs.length - 1} onClick={() => choose(at + 1)} />
      </div>
      <OneRun key={run.id} run={run} conversationId={conversationId} onOpenRequest={onOpenRequest} />
    </>
  );
}

interface OneRunProps {
  readonly run: RecordedRun;
  readonly conversationId: string;
  readonly onOpenRequest: (requestId: string) => void;
}

function OneRun({ run, conversationId, onOpenRequest }: OneRunProps) {
  const calls = useOpen(conversationId, (open) => open.snapshot.calls);
  const interactions = useOpen(conversationId, (open) => open.snapshot.interactions);
  const state = useOpen(conversationId, (open) => open.runs.get(run.id)?.state) ?? run.state;
  const isLive = isActive(state);
  const now = useNow(isLive);
  const timeline = useMemo(
    () => timelineOf(run, state, [...(calls?.values() ?? [])], [...(interactions?.values() ?? [])], now),
    [run, state, calls, interactions, now],
  );
  const usage = run.steps.reduce((sum, step) => (step.usage ? addUsage(sum, step.usage) : sum), NO_USAGE);
  const costs = run.steps.map((step) => step.cost ?? null).filter((cost) => cost !== null);
  const cost = costs.length === 0 ? null : costs.reduce((sum, each) => sum + each, 0);
  const prices = [...new Set(run.steps.flatMap((step) => (step.price ? [priceInWords(step.price)] : [])))];
  const used = usage.input + usage.output;
  const facts = [
    counted(timeline.steps.length, 'step'),
    timeline.calls > 0 ? counted(timeline.calls, 'tool') : null,
    used > 0 ? say`${tokens(used, usage.exact)} tokens` : null,
  ];
  return (
    <>
      <p className="inspector-sum">
        <b>{isLive || timeline.length >= 10_000 ? clock(timeline.length) : duration(timeline.length)}</b>
        <span className="quiet cut">{facts.filter(Boolean).join(' · ')}</span>
        <span className="grow" />
        <span className="medium">{money(cost)}</span>
      </p>
      {prices.map((price) => (
        <p key={price} className="quiet">
          {price}
        </p>
      ))}
      <RunLanes timeline={timeline} />
      <RunSteps run={run} state={state} timeline={timeline} now={now} onOpenRequest={onOpenRequest} />
      <RunLimits run={run} timeline={timeline} used={used} cost={cost} />
    </>
  );
}

function changesRuns(event: StreamEvent, conversationId: string): boolean {
  if (event.type === 'reset') return true;
  if (event.type !== 'run_event' || event.conversationId !== conversationId) return false;
  const { type } = event.event;
  return type === 'input_accepted' || type === 'step_started' || type === 'step_completed' || type === 'run_completed';
}

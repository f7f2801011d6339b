import {
  Ban,
  Check,
  Footprints,
  RefreshCw,
  Square,
  Unplug,
  User,
  X,
  CircleDashed,
  Clock,
  Coins,
  Hash,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { isActive, type RunState } from '../../../core/agent/agent-state.ts';
import type { Failure } from '../../../core/models/failure.ts';
import type { Interaction } from '../../../core/models/interaction.ts';
import type { RecordedRun, RecordedStep } from '../../../core/models/records.ts';
import type { ToolCall, ToolCallState } from '../../../core/models/tool-call.ts';
import { Icon } from '../../components/icon.tsx';
import { litBy, Sign } from '../../components/sign.tsx';
import { Visible } from '../../components/visible.tsx';
import { callDuration, clock, duration, elapsed, money, shortMoney, tokens } from '../../figures.ts';
import { callWords } from '../conversation/tool-words.ts';
import { showCall } from './show-call.ts';
import type { RunTimeline, ShownStep, Wait } from './run-timeline.ts';
import { say } from '../../words/say.ts';

interface RunStepsProps {
  readonly run: RecordedRun;
  readonly state: RunState;
  readonly timeline: RunTimeline;
  readonly now: number;
  readonly onOpenRequest: (requestId: string) => void;
}

/** Each step of a run with its tools, tokens, cost, tries and failures. A step opens its request, a call its place in the conversation. */
export function RunSteps({ run, state, timeline, now, onOpenRequest }: RunStepsProps) {
  const last = timeline.steps.length - 1;
  return (
    <ol className="run-steps">
      {timeline.steps.map((step, index) => (
        <OneStep
          key={step.ord}
          number={index + 1}
          step={step}
          run={run}
          liveState={index === last && isActive(state) ? state : null}
          now={now}
          onOpenRequest={onOpenRequest}
        />
      ))}
    </ol>
  );
}

interface OneStepProps {
  readonly number: number;
  readonly step: ShownStep;
  readonly run: RecordedRun;
  /** The run's state while this step is the one at work. */
  readonly liveState: RunState | null;
  readonly now: number;
  readonly onOpenRequest: (requestId: string) => void;
}

function OneStep({ number, step, run, liveState, now, onOpenRequest }: OneStepProps) {
  const tried = step.tries.at(-1);
  if (!tried) return null;
  const ends = [...step.tries.map((each) => each.endedAt ?? 0), ...step.calls.map((call) => call.endedAt ?? 0)];
  const from = step.tries[0]?.startedAt ?? tried.startedAt;
  const took = liveState ? now - from : Math.max(...ends) - from;
  const figures = [
    liveState ? elapsed(took) : callDuration(took),
    tried.usage && tried.usage.input + tried.usage.output > 0
      ? `${tokens(tried.usage.input, tried.usage.exact)} → ${tokens(tried.usage.output)}`
      : null,
    tried.cost === undefined ? null : shortMoney(tried.cost),
  ];
  return (
    <li className="run-step">
      <Row
        sign={<Sign lit={liveState ? litBy(liveState.name) : ''} live={liveState !== null} />}
        isHead
        isLive={liveState !== null}
        figure={figures.filter(Boolean).join(' · ')}
        tip={say`Open its request`}
        onOpen={() => onOpenRequest(tried.requestId)}
      >
        {tried.purpose === 'title' ? say`A name for the conversation` : say`Step ${number}`}
        {tried.model === run.model ? null : <span className="quiet"> {tried.model}</span>}
      </Row>
      {step.tries.slice(0, -1).map((each) => (
        <TryRow key={each.id} step={each} onOpenRequest={onOpenRequest} />
      ))}
      {inOrder(step).map((each) =>
        'interaction' in each ? <WaitRow key={each.interaction.id} wait={each} /> : <CallRow key={each.id} call={each} now={now} />,
      )}
      {tried.finish === 'failed' && tried.failure ? (
        <Row sign={<Icon of={X} small />} isBad>
          {reasonOf(tried, tried.failure)} <span className="mono">{tried.failure.code}</span>
        </Row>
      ) : null}
      {tried.finish === 'cancelled' ? <Row sign={<Icon of={Square} small className="filled" />}>{say`Stopped`}</Row> : null}
      {tried.finish === 'length' ? (
        <Row sign={<Icon of={Square} small className="filled" />}>{say`Cut at the longest answer allowed`}</Row>
      ) : null}
    </li>
  );
}

/** Each call after what was asked about it; a question of the agent is its own call already. */
function inOrder(step: ShownStep): readonly (Wait | ToolCall)[] {
  const isAbout = ({ interaction: { prompt } }: Wait, call: ToolCall) => 'callId' in prompt && prompt.callId === call.id;
  const waits = step.waits.filter(({ interaction }) => interaction.prompt.kind !== 'question');
  const others = waits.filter((wait) => !step.calls.some((call) => isAbout(wait, call)));
  return [...step.calls.flatMap((call) => [...waits.filter((wait) => isAbout(wait, call)), call]), ...others];
}

function TryRow({ step, onOpenRequest }: { step: RecordedStep; onOpenRequest: (requestId: string) => void }) {
  return (
    <Row
      sign={<Icon of={RefreshCw} small />}
      figure={step.endedAt === undefined ? '' : callDuration(step.endedAt - step.startedAt)}
      tip={say`Open its request`}
      onOpen={() => onOpenRequest(step.requestId)}
    >
      {say`Asked again`}
      {step.failure ? `: ${reasonOf(step, step.failure)}` : ''}
    </Row>
  );
}

/** Why, without the model's name before it: it stands above. */
function reasonOf(step: RecordedStep, failure: Failure): string {
  const prefix = `${step.model}: `;
  return failure.message.startsWith(prefix) ? failure.message.slice(prefix.length) : failure.message;
}

const SIGNS: Record<ToolCallState, LucideIcon | null> = {
  proposed: CircleDashed,
  validated: CircleDashed,
  awaiting_approval: null,
  authorized: CircleDashed,
  started: null,
  succeeded: Check,
  failed: X,
  denied: Ban,
  cancelled: Square,
  interrupted: Unplug,
};

function CallRow({ call, now }: { call: ToolCall; now: number }) {
  const sign = SIGNS[call.state];
  const isLive = call.state === 'started';
  const from = call.startedAt;
  const words = callWords(call, undefined);
  const figure =
    from === undefined ? '' : isLive ? elapsed(now - from) : call.endedAt === undefined ? '' : callDuration(call.endedAt - from);
  return (
    <Row
      sign={
        sign ? (
          <Icon of={sign} small className={call.state === 'cancelled' ? 'filled' : ''} />
        ) : (
          <Sign lit={isLive ? '2' : '1 2 3 4'} live={isLive} />
        )
      }
      isBadSign={call.state === 'failed'}
      figure={figure}
      tip={say`Show it in the conversation`}
      onOpen={() => showCall(call)}
    >
      <Visible text={words.verb} />{' '}
      {words.object ? (
        <span className="mono">
          <Visible text={words.object} />
        </span>
      ) : null}{' '}
      <Visible text={words.rest} />
      {words.why ? (
        <span className="harm">
          {' '}
          <Visible text={words.why} />
        </span>
      ) : null}
    </Row>
  );
}

function WaitRow({ wait: { interaction, from, to } }: { wait: Wait }) {
  const isOpen = interaction.state === 'open';
  return (
    <Row
      sign={isOpen ? <Sign lit="1 2 3 4" /> : <Icon of={User} small />}
      figure={to === null ? '' : isOpen ? elapsed(to - from) : callDuration(to - from)}
    >
      {isOpen ? say`Waiting for you` : say`Waited for you: ${answerInWords(interaction)}`}
    </Row>
  );
}

function answerInWords({ answer, answeredBy }: Interaction): string {
  if (!answer) return answeredBy === 'process_end' ? say`not answered, Glasshouse ended before` : say`nobody answered`;
  switch (answer.kind) {
    case 'allow':
      return answer.remember ? say`allowed ${SCOPES[answer.remember.scope]}` : say`allowed once`;
    case 'deny':
      return answer.reason ? say`denied, “${answer.reason}”` : say`denied`;
    case 'reply':
      return `“${answer.text}”`;
  }
}

const SCOPES = { conversation: say`for this conversation`, workspace: say`always in this workspace`, everywhere: say`always` } as const;

/** What ends the run by itself, and how near it is. */
export function RunLimits({ run, timeline, used, cost }: { run: RecordedRun; timeline: RunTimeline; used: number; cost: number | null }) {
  const { maxSteps, maxTokens, maxCost, maxMillis } = run.budget;
  return (
    <section className="run-limits">
      <h2>{say`Before this run stops by itself`}</h2>
      <Row sign={<Icon of={Footprints} small />} figure={say`${timeline.steps.length} of ${maxSteps}`}>
        {say`Steps`}
      </Row>
      {maxTokens === undefined ? null : (
        <Row sign={<Icon of={Hash} small />} figure={say`${tokens(used)} of ${tokens(maxTokens)}`}>
          {say`Tokens`}
        </Row>
      )}
      {maxCost === undefined ? null : (
        <Row sign={<Icon of={Coins} small />} figure={say`${money(cost ?? 0) ?? ''} of $${maxCost.toFixed(2)}`}>
          {say`Cost`}
        </Row>
      )}
      {maxMillis === undefined ? null : (
        <Row sign={<Icon of={Clock} small />} figure={say`${clock(timeline.length)} of ${duration(maxMillis)}`}>
          {say`Time`}
        </Row>
      )}
    </section>
  );
}

interface RowProps {
  readonly sign: ReactNode;
  readonly children: ReactNode;
  readonly figure?: string;
  readonly isHead?: boolean;
  readonly isLive?: boolean;
  readonly isBad?: boolean;
  readonly isBadSign?: boolean;
  /** What a click does, read aloud. */
  readonly tip?: string;
  readonly onOpen?: () => void;
}

function Row({ sign, children, figure, isHead = false, isLive = false, isBad = false, isBadSign = false, tip, onOpen }: RowProps) {
  const className = `run-row ${isHead ? 'is-head' : ''} ${isBad ? 'is-bad' : ''}`;
  const inside = (
    <>
      <span className={`run-sign ${isBad || isBadSign ? 'harm' : ''}`}>{sign}</span>
      <span className={isBad ? '' : 'cut'}>{children}</span>
      <span className={`figure ${isLive ? 'is-live' : ''}`}>{figure}</span>
    </>
  );
  if (!onOpen) return <div className={className}>{inside}</div>;
  return (
    <button type="button" className={className} title={tip} onClick={onOpen}>
      {inside}
    </button>
  );
}

import { Ban, Check } from 'lucide-react';
import type { Interaction } from '../../../core/models/interaction.ts';
import { Icon } from '../../components/icon.tsx';
import { Visible } from '../../components/visible.tsx';
import { timeOfDay } from '../../figures.ts';
import { ApprovalCard } from './approval-card.tsx';
import { PlanCard } from './plan-card.tsx';
import { QuestionCard } from './question-card.tsx';
import { say } from '../../words/say.ts';

interface InteractionViewProps {
  readonly interaction: Interaction;
  readonly workspace: string;
  readonly isHere: boolean;
}

/** What waits for the person, or, settled, one line about it. */
export function InteractionView({ interaction, workspace, isHere }: InteractionViewProps) {
  if (interaction.state !== 'open') return <Settled interaction={interaction} />;
  const { prompt } = interaction;
  switch (prompt.kind) {
    case 'approval':
      return <ApprovalCard interaction={interaction} prompt={prompt} workspace={workspace} isHere={isHere} />;
    case 'question':
      return <QuestionCard interaction={interaction} prompt={prompt} isHere={isHere} />;
    case 'plan_approval':
    case 'loop':
      return <PlanCard interaction={interaction} prompt={prompt} isHere={isHere} />;
  }
}

/** Whether a settled one is told in a line of its own; else the row of its call says it all. */
function isTold(interaction: Interaction): boolean {
  if (interaction.answeredBy === 'process_end') return true;
  if (interaction.prompt.kind !== 'approval') return interaction.answeredBy !== 'nobody';
  return interaction.answer?.kind === 'allow' && interaction.answer.remember !== undefined;
}

function Settled({ interaction }: { interaction: Interaction }) {
  if (!isTold(interaction)) return null;
  const isNo = interaction.answer?.kind === 'deny' || interaction.state === 'expired';
  return (
    <div className="settled">
      <Icon of={isNo ? Ban : Check} small />
      <span>
        <SettledWords interaction={interaction} />
      </span>
      <span className="quiet">{timeOfDay(interaction.createdAt)}</span>
    </div>
  );
}

function SettledWords({ interaction }: { interaction: Interaction }) {
  const { prompt, answer } = interaction;
  if (!answer) return say`Not answered: Glasshouse ended before`;
  switch (prompt.kind) {
    case 'approval': {
      const remember = answer.kind === 'allow' ? answer.remember : undefined;
      return (
        <>
          {say`You allowed`}{' '}
          <span className="mono">
            <Visible text={remember?.pattern ?? say`every ${prompt.tool}`} />
          </span>{' '}
          {remember?.scope === 'conversation' ? say`for this conversation` : say`from now on`}
        </>
      );
    }
    case 'question':
      return (
        <>
          <Visible text={prompt.question} /> <span className="medium">{answer.kind === 'reply' ? answer.text : say`No answer`}</span>
        </>
      );
    case 'plan_approval':
      if (answer.kind === 'allow') return say`You approved the plan`;
      return answer.kind === 'deny' && answer.reason ? say`You changed the plan: ${answer.reason}` : say`You left the plan`;
    case 'loop':
      return answer.kind === 'allow' ? say`You let it go on` : say`You stopped it there`;
  }
}

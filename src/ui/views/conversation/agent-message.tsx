import { ArrowLeftRight, CirclePause } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Message, Part, ReasoningPart, ToolCallPart } from '../../../core/models/message.ts';
import { Icon } from '../../components/icon.tsx';
import { PlacesContext } from '../../markdown/places.ts';
import { Markdown } from '../../markdown/markdown.tsx';
import { useOpen } from '../../stores/conversation-store.ts';
import { InteractionView } from './interaction-view.tsx';
import { ReasoningRow } from './reasoning-row.tsx';
import { usePlaces } from './sources.tsx';
import { ToolRow } from './tool-row.tsx';
import { callOf } from './turn-rows.ts';
import { say } from '../../words/say.ts';

type WorkPart = ReasoningPart | ToolCallPart;
type Stretch =
  | { readonly kind: 'work'; readonly id: string; readonly parts: readonly WorkPart[] }
  | { readonly kind: 'words'; readonly id: string; readonly part: Exclude<Part, WorkPart> };

/** Thoughts and calls that follow each other stand on one rail; words stand between. */
function stretches(parts: readonly Part[]): Stretch[] {
  const found: Stretch[] = [];
  for (const part of parts) {
    // What only the provider can read of its thoughts has no words to show.
    if (part.type === 'reasoning' && part.text === '' && part.state !== 'open') continue;
    const last = found.at(-1);
    if (part.type !== 'reasoning' && part.type !== 'tool_call') found.push({ kind: 'words', id: part.id, part });
    else if (last?.kind === 'work') found[found.length - 1] = { ...last, parts: [...last.parts, part] };
    else found.push({ kind: 'work', id: part.id, parts: [part] });
  }
  return found;
}

/** What the agent did and said, in the order in which it came. */
export function AgentMessage({ message, isHere, workspace }: { message: Message; isHere: boolean; workspace: string }) {
  const places = usePlaces(message.conversationId, message.runId);
  const shown = stretches(message.parts).map((stretch) => {
    if (stretch.kind === 'words') return <Words key={stretch.id} part={stretch.part} />;
    return (
      <div key={stretch.id} className="rail run">
        {stretch.parts.map((part) =>
          part.type === 'reasoning' ? (
            <ReasoningRow key={part.id} part={part} />
          ) : (
            <CallView key={part.id} conversationId={message.conversationId} callId={part.callId} isHere={isHere} workspace={workspace} />
          ),
        )}
      </div>
    );
  });
  return <PlacesContext value={places}>{shown}</PlacesContext>;
}

function Words({ part }: { part: Exclude<Part, WorkPart> }): ReactNode {
  switch (part.type) {
    case 'text':
      if (part.text === '') return null;
      return (
        <>
          <Markdown text={part.text} isGrowing={part.state === 'open'} />
          {part.state === 'interrupted' ? (
            <p className="note">
              <Icon of={CirclePause} small />
              <span>{say`Cut off here. What had arrived is kept`}</span>
            </p>
          ) : null}
        </>
      );
    case 'notice':
      return (
        <p className="note">
          <Icon of={ArrowLeftRight} small />
          <span>{part.text}</span>
        </p>
      );
    case 'file':
    case 'media':
      return null;
  }
}

interface CallViewProps {
  readonly conversationId: string;
  readonly callId: string;
  readonly isHere: boolean;
  readonly workspace: string;
}

function CallView({ conversationId, callId, isHere, workspace }: CallViewProps) {
  const call = useOpen(conversationId, (open) => open.snapshot.calls.get(callId));
  const interaction = useOpen(conversationId, (open) => {
    for (const each of open.snapshot.interactions.values()) if (callOf(each) === callId) return each;
    return undefined;
  });
  if (!call) return null;
  const isAsking = interaction?.state === 'open';
  return (
    <>
      {/* While it asks, the frame says all that the row would. */}
      {isAsking ? null : <ToolRow conversationId={conversationId} call={call} interaction={interaction} />}
      {interaction ? <InteractionView key={interaction.id} interaction={interaction} workspace={workspace} isHere={isHere} /> : null}
    </>
  );
}

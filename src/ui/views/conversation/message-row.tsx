import { Globe, PauseIcon, Scissors } from 'lucide-react';
import { memo } from 'react';
import { isEnded } from '../../../core/agent/agent-state.ts';
import { textOf, type Message } from '../../../core/models/message.ts';
import type { RunLine } from '../../../contract/views.ts';
import { api, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Visible } from '../../components/visible.tsx';
import { chosenModel } from '../../stores/chosen-model.ts';
import { useOpen } from '../../stores/conversation-store.ts';
import { sendMessage } from '../../stores/sending-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { AgentMessage } from './agent-message.tsx';
import { InteractionView } from './interaction-view.tsx';
import { RunFailure } from './run-failure.tsx';
import { RunFooter } from './run-footer.tsx';
import { Said } from './said.tsx';
import { Sources } from './sources.tsx';
import { VersionPager } from './version-pager.tsx';
import { asksBelow, type TurnRow } from './turn-rows.ts';
import { useShallow } from 'zustand/shallow';
import { useConversationStore } from '../../stores/conversation-store.ts';
import { say } from '../../words/say.ts';

interface MessageRowProps extends TurnRow {
  readonly isSought: boolean;
  readonly workspace: string;
  /** Whether a run is at work in the conversation: then it does not branch. */
  readonly isBusy: boolean;
  readonly isEnd: boolean;
}

/** One message, and at the end of its run what the run came to. */
export const MessageRow = memo((row: MessageRowProps) => {
  const { message, run, until, leftOut, outside, isSought, workspace, isBusy, isEnd } = row;
  const owner = useOpen(message.conversationId, (open) => (message.runId === null ? undefined : open.runs.get(message.runId)?.isHere));
  const isHere = owner ?? true;
  const isDone = run !== null && isEnded(run.state);
  const hasWords = message.role === 'agent' && textOf(message) !== '';
  const hasFooter = isDone && (hasWords || run.steps > 0);
  return (
    <article
      className={`turn is-${message.role} ${isSought ? 'is-sought' : ''}`}
      aria-label={message.role === 'person' ? say`You` : say`Answer`}
    >
      {leftOut ? (
        <p className="note">
          <Icon of={Scissors} small />
          <span>
            {leftOut}
            {say`. They stay here`}
          </span>
        </p>
      ) : null}
      {message.role === 'person' ? (
        <Said message={message} isBusy={isBusy} />
      ) : (
        <AgentMessage message={message} isHere={isHere} workspace={workspace} />
      )}
      {outside === null ? null : (
        <p className="banner">
          <Icon of={Globe} small />
          <span>
            <b>{say`From outside.`}</b> {say`Words of`}{' '}
            <span className="mono">
              <Visible text={outside} />
            </span>{' '}
            {say`are in this conversation. Changes and commands now ask you first, whatever was saved.`}
          </span>
        </p>
      )}
      <Asks message={message} until={until} isHere={isHere} workspace={workspace} />
      {run && isDone && run.failure ? (
        <RunFailure
          run={run}
          failure={run.failure}
          hasWords={hasWords}
          onTryAgain={() => void sayOn(message.conversationId, hasWords ? GO_ON : say`Try again.`)}
        />
      ) : null}
      {hasFooter && hasWords ? <Sources conversationId={message.conversationId} runId={run.id} /> : null}
      {hasFooter ? (
        <RunFooter
          message={message}
          run={run}
          isBusy={isBusy}
          onGoOn={isEnd && !run.failure && isCut(message, run) ? () => void sayOn(message.conversationId, GO_ON) : null}
        >
          <Versions {...row} />
        </RunFooter>
      ) : (
        <Versions {...row} alone />
      )}
      {run?.state.name === 'suspended' ? <Unfinished conversationId={message.conversationId} /> : null}
    </article>
  );
});
MessageRow.displayName = 'MessageRow';

const GO_ON = say`Go on from where you stopped.`;

/** The ways to other versions of a message; of the last one also to the answers that it had. */
function Versions({ message, versions, answersBefore, isBusy, alone = false }: MessageRowProps & { readonly alone?: boolean }) {
  const { conversationId } = message;
  if (versions === null && answersBefore === null) return null;
  const of = message.role === 'person' ? 'message' : 'answer';
  const pagers = (
    <>
      {versions ? <VersionPager {...{ conversationId, versions, of, isBusy }} messageId={message.id} /> : null}
      {answersBefore ? <VersionPager {...{ conversationId, isBusy }} versions={answersBefore} of="answer" messageId={null} /> : null}
    </>
  );
  return alone ? <div className="after">{pagers}</div> : pagers;
}

/** Whether an answer ended before it was done: the person stopped it, or the model could not write more. */
function isCut(message: Message, run: RunLine): boolean {
  if (message.role !== 'agent') return false;
  const isShort = message.parts.some((part) => part.state === 'interrupted' || (part.type === 'notice' && part.code === 'finish_length'));
  return run.state.name === 'cancelled' || isShort;
}

/** Speaks for the person, with the model that is chosen now. */
async function sayOn(conversationId: string, text: string): Promise<void> {
  const model = await chosenModel(conversationId);
  const result = await sendMessage({ conversationId, text, ...(model === undefined ? {} : { model }) });
  if (!result.ok) tell(result.failure.message);
}

function Asks({ message, until, isHere, workspace }: { message: Message; until: number; isHere: boolean; workspace: string }) {
  const asks = useConversationStore(
    useShallow((state) => {
      const snapshot = state.open.get(message.conversationId)?.snapshot;
      return snapshot ? asksBelow(message, until, snapshot) : [];
    }),
  );
  return asks.map((interaction) => (
    <InteractionView key={interaction.id} interaction={interaction} workspace={workspace} isHere={isHere} />
  ));
}

/** A run whose process ended: nothing is sent for it until the person says so (R4). */
function Unfinished({ conversationId }: { conversationId: string }) {
  const goOn = () => {
    api.runs.resume({ conversationId }).catch((error: unknown) => tell(failureOf(error).message));
  };
  return (
    <p className="note">
      <Icon of={PauseIcon} small />
      <span>
        {say`Found unfinished. Nothing is sent before you say so.`}{' '}
        <Button look="plain" small className="go-on" onClick={goOn}>
          {say`Go on`}
        </Button>
      </span>
    </p>
  );
}

import { CircleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { isActive } from '../../../core/agent/agent-state.ts';
import { api } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { goTo } from '../../route.ts';
import { openConversation, useConversationStore } from '../../stores/conversation-store.ts';
import { latestRun } from '../../stores/open-conversation.ts';
import { Composer } from '../composer/composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { InTrash } from './in-trash.tsx';
import { MessageList } from './message-list.tsx';
import { nameWindow } from '../../incognito.ts';
import { say } from '../../words/say.ts';
import './conversation-view.css';

interface ConversationViewProps {
  readonly id: string;
  readonly soughtId: string | null;
}

export function ConversationView({ id, soughtId }: ConversationViewProps) {
  const open = useConversationStore((state) => state.open.get(id));
  const failure = useConversationStore((state) => state.failures.get(id));
  useEffect(() => openConversation(id), [id]);
  useEscapeStops(id);
  const title = open?.conversation.title || say`New conversation`;
  const isWaiting = open ? latestRun(open)?.state.name === 'awaiting_interaction' : false;
  useEffect(() => {
    // A tab in the background says that it waits.
    nameWindow(`${isWaiting ? say`Waiting for you · ` : ''}${title} · Glasshouse`);
  }, [title, isWaiting]);

  if (!open && failure) {
    return (
      <>
        <header className="bar" />
        <div className="empty">
          <Icon of={CircleAlert} />
          <p className="medium">
            {failure.code === 'conversation_not_found' ? say`This conversation is not here` : say`The conversation could not be read`}
          </p>
          <p className="quiet">
            {failure.code === 'conversation_not_found' ? say`It was deleted, or it belongs to another data folder.` : failure.message}
          </p>
          <Button small onClick={() => goTo({ screen: 'new' })}>
            {say`New conversation`}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <ConversationHeader open={open ?? null} />
      {open ? <MessageList key={id} open={open} soughtId={soughtId} /> : <Skeleton />}
      {open?.conversation.trashedAt === undefined ? (
        <Composer key={`composer:${id}`} conversationId={id} />
      ) : (
        <InTrash conversationId={id} />
      )}
    </>
  );
}

/** Keeps the final measures, and does not shimmer. */
function Skeleton() {
  return (
    <div className="scroll" aria-busy="true" aria-label={say`Reading the conversation`}>
      <div className="column skeleton">
        <i style={{ width: '100%', height: 48 }} />
        <i style={{ width: '62%' }} />
        <i style={{ width: '71%' }} />
        <i style={{ width: '40%' }} />
      </div>
    </div>
  );
}

/** Escape stops the run, unless something nearer closed by it. */
function useEscapeStops(id: string): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open], [data-layer]')) return;
      const open = useConversationStore.getState().open.get(id);
      const run = open ? latestRun(open) : null;
      if (!run || !isActive(run.state) || !run.isHere) return;
      event.preventDefault();
      void api.runs.stop({ runId: run.id }).catch(() => undefined);
    };
    globalThis.addEventListener('keydown', onKeyDown);
    return () => globalThis.removeEventListener('keydown', onKeyDown);
  }, [id]);
}

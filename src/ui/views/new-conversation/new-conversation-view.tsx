import { useEffect } from 'react';
import { Boundary } from '../../components/boundary.tsx';
import { lazily } from '../../components/lazily.tsx';
import { useRecalled } from '../../stores/memory-store.ts';
import { defaultModel, useModels } from '../../stores/models-store.ts';
import { useSending } from '../../stores/sending-store.ts';
import { Composer } from '../composer/composer.tsx';
import { SendingView } from '../conversation/sending-view.tsx';
import { ConversationHeader } from '../conversation/conversation-header.tsx';
import { nameWindow } from '../../incognito.ts';
import { say } from '../../words/say.ts';
import './new-conversation-view.css';

const FirstRun = lazily(async () => (await import('../first-run/first-run.tsx')).FirstRun);

/** Nothing was said yet: a greeting with what to begin with, and the composer. */
export function NewConversationView() {
  const sending = useSending((state) => state.sending).filter((each) => each.conversationId === null);
  const placeholder = usePlaceholder();
  useEffect(() => {
    nameWindow(say`New conversation · Glasshouse`);
  }, []);
  return (
    <>
      <ConversationHeader open={null} />
      {sending.length > 0 ? (
        <div className="scroll">
          <div className="column beginning">
            {sending.map((each) => (
              <SendingView key={each.commandId} sending={each} />
            ))}
          </div>
        </div>
      ) : (
        <Boundary part={say`The greeting`}>
          <FirstRun fallback={<div />} />
        </Boundary>
      )}
      <Composer key="composer:new" conversationId={null} placeholder={placeholder} />
    </>
  );
}

/** A model that is not here yet is no reason to wait with the words. */
function usePlaceholder(): string {
  const models = useModels((state) => state.models);
  const chosen = useRecalled('choice:model');
  const answering = models.find((model) => model.id === chosen) ?? defaultModel(models);
  const isAway = answering?.file !== undefined && answering.file.state !== 'ready';
  return isAway ? say`Or write your own. It is answered as soon as the model is here` : say`Say what should be done`;
}

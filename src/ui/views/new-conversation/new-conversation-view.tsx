import { useEffect } from 'react';
import { useSending } from '../../stores/sending-store.ts';
import { Composer } from '../composer/composer.tsx';
import { SendingView } from '../conversation/sending-view.tsx';
import { ConversationHeader } from '../conversation/conversation-header.tsx';
import './new-conversation-view.css';

/** Nothing was said yet: a greeting, and the composer. */
export function NewConversationView() {
  const sending = useSending((state) => state.sending).filter((each) => each.conversationId === null);
  useEffect(() => {
    document.title = 'New conversation · Glasshouse';
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
        <div className="greeting">
          <div className="column">
            <h1 className="hello">{greeting(new Date().getHours())}</h1>
            <p>
              Agents work here on your files, and you see all of it: each step, each request, each cent. Nothing leaves this machine unless
              you choose a model that lives elsewhere.
            </p>
          </div>
        </div>
      )}
      <Composer key="composer:new" conversationId={null} />
    </>
  );
}

function greeting(hour: number): string {
  if (hour < 5) return 'Good night. What is on your mind?';
  if (hour < 12) return 'Good morning. What shall be done?';
  return hour < 18 ? 'Good afternoon. What shall be done?' : 'Good evening. What shall be done?';
}

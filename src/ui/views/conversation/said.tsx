import { Copy, FileText, Pencil } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Message } from '../../../core/models/message.ts';
import { textOf } from '../../../core/models/message.ts';
import { copyRich } from '../../clipboard.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Chip } from '../../components/tag.tsx';
import { bytes, timeOfDay } from '../../figures.ts';
import { plainAsHtml } from '../../markdown/rich-text.ts';
import { ShownMedia } from './shown-media.tsx';
import { useIsInTrash } from '../../stores/conversation-store.ts';
import { EditSaid, isBeingEdited } from './edit-said.tsx';
import { say } from '../../words/say.ts';

/** Beyond this, a message is shown from its beginning, and whole by a click. */
const SHOWN_CHARACTERS = 2_400;
const SHOWN_LINES = 24;

/** What the person said. */
export function Said({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const [isEditing, setEditing] = useState(() => isBeingEdited(message));
  const edit = useRef<HTMLButtonElement>(null);
  const isInTrash = useIsInTrash(message.conversationId);
  const [isWhole, setWhole] = useState(false);
  const files = message.parts.filter((part) => part.type === 'file');
  const media = message.parts.filter((part) => part.type === 'media');
  const text = textOf(message);
  const beginning = beginningOf(text);
  if (isEditing) {
    const close = () => {
      setEditing(false);
      requestAnimationFrame(() => edit.current?.focus({ preventScroll: true }));
    };
    return <EditSaid message={message} isBusy={isBusy} onClose={close} />;
  }
  return (
    <div className="said">
      <div className="said-text">{isWhole || beginning === null ? text : `${beginning}\n…`}</div>
      {beginning === null ? null : (
        <Button look="plain" small className="said-more" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? say`Show less` : say`Show all of it`}
        </Button>
      )}
      <time className="said-at" dateTime={new Date(message.createdAt).toISOString()}>
        {timeOfDay(message.createdAt)}
      </time>
      <div className="said-acts">
        <IconButton
          icon={Copy}
          name={say`Copy message`}
          fine
          onClick={() => void copyRich(text, plainAsHtml(text), say`Your message is on the clipboard`)}
        />
        <IconButton
          ref={edit}
          icon={Pencil}
          name={isInTrash ? say`Edit when it is restored` : isBusy ? say`Edit when the run has ended` : say`Edit and run again`}
          fine
          disabled={isBusy || isInTrash}
          onClick={() => setEditing(true)}
        />
      </div>
      {media.length > 0 ? <ShownMedia conversationId={message.conversationId} media={media} /> : null}
      {files.length > 0 ? (
        <div className="chips">
          {files.map((file) => (
            <Chip key={file.id} icon={FileText} name={file.name} detail={bytes(file.text.length)} outside={file.trust === 'untrusted'} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** The first lines of a long message; null when it is not long. */
function beginningOf(text: string): string | null {
  const lines = text.slice(0, SHOWN_CHARACTERS).split('\n');
  if (text.length <= SHOWN_CHARACTERS && lines.length <= SHOWN_LINES) return null;
  return lines.slice(0, SHOWN_LINES).join('\n').trimEnd();
}

import { FileText } from 'lucide-react';
import { useState } from 'react';
import type { Message } from '../../../core/models/message.ts';
import { textOf } from '../../../core/models/message.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/tag.tsx';
import { bytes, timeOfDay } from '../../figures.ts';

/** Beyond this, a message is shown from its beginning, and whole by a click. */
const SHOWN_CHARACTERS = 2_400;
const SHOWN_LINES = 24;

/** What the person said. */
export function Said({ message }: { message: Message }) {
  const [isWhole, setWhole] = useState(false);
  const files = message.parts.filter((part) => part.type === 'file');
  const text = textOf(message);
  const beginning = beginningOf(text);
  return (
    <div className="said">
      <div className="said-text">{isWhole || beginning === null ? text : `${beginning}…`}</div>
      {beginning === null ? null : (
        <Button look="plain" small className="said-more" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : 'Show all of it'}
        </Button>
      )}
      <time className="said-at" dateTime={new Date(message.createdAt).toISOString()}>
        {timeOfDay(message.createdAt)}
      </time>
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

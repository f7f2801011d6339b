import { FileText } from 'lucide-react';
import type { Message } from '../../../core/models/message.ts';
import { textOf } from '../../../core/models/message.ts';
import { Chip } from '../../components/tag.tsx';
import { bytes, timeOfDay } from '../../figures.ts';

/** What the person said. */
export function Said({ message }: { message: Message }) {
  const files = message.parts.filter((part) => part.type === 'file');
  return (
    <div className="said">
      <div className="said-text">{textOf(message)}</div>
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

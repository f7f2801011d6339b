import { ArrowLeft } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ConversationLine } from '../../../contract/views.ts';
import type { StreamEvent } from '../../../contract/events.ts';
import { api, failureInWords } from '../../api.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { bringBack, putAway } from '../../stores/conversations-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { ConversationItem } from './conversation-item.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { say } from '../../words/say.ts';

interface PutAwayProps {
  readonly place: 'archive' | 'trash';
  readonly currentId: string | null;
  readonly onClose: () => void;
}

const LIMIT = 500;
const WORDS = {
  archive: { title: say`Archive`, empty: say`What you put away stands here. It is kept, and found by the search.` },
  trash: { title: say`Trash`, empty: say`Nothing is in the trash.` },
} as const;

/** What is out of the list: the archive, or the trash, where it is kept for 30 days. */
export function PutAway({ place, currentId, onClose }: PutAwayProps) {
  const { value, failure, askAgain } = useAnswer(place, () => api.conversations.list({ place, limit: LIMIT }), hasChanged);
  const [deleting, setDeleting] = useState<ConversationLine | null>(null);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const lines = value?.conversations.filter((line) => !gone.has(line.id)) ?? [];
  // What the server tells without it may come in again.
  useEffect(() => {
    const told = new Set(value?.conversations.map((line) => line.id));
    setGone((before) => (before.size === 0 ? before : new Set([...before].filter((id) => told.has(id)))));
  }, [value]);
  const leave = async ({ id }: ConversationLine, done: Promise<boolean>) => {
    setGone((before) => new Set(before).add(id));
    if (await done) askAgain();
    else setGone((before) => new Set([...before].filter((each) => each !== id)));
  };
  return (
    <>
      <section
        aria-label={WORDS[place].title}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return;
          event.preventDefault();
          onClose();
        }}
      >
        <h2 className="side-group side-place label">
          <IconButton icon={ArrowLeft} name={say`Back to the conversations`} keys={say`Esc`} fine onClick={onClose} />
          <span className="grow">{WORDS[place].title}</span>
          {place === 'trash' ? <span className="side-when">{say`kept for 30 days`}</span> : null}
        </h2>
        <ul>
          {lines.map((line) => (
            <ConversationItem
              key={line.id}
              line={line}
              isCurrent={line.id === currentId}
              place={place}
              onMove={() => void leave(line, bringBack(line.id, place))}
              onDelete={() => (place === 'trash' ? setDeleting(line) : void leave(line, putAway(line, 'trash')))}
            />
          ))}
        </ul>
        {failure ? <p className="side-empty quiet">{failureInWords(failure)}</p> : null}
        {value && lines.length === 0 ? <p className="side-empty quiet">{WORDS[place].empty}</p> : null}
      </section>
      {/* Beside it: its Escape closes it alone. */}
      {deleting ? <DeleteDialog line={deleting} isCurrent={deleting.id === currentId} onClose={() => setDeleting(null)} /> : null}
    </>
  );
}

function hasChanged({ type }: StreamEvent): boolean {
  return type === 'conversation_changed' || type === 'conversation_deleted' || type === 'reset';
}

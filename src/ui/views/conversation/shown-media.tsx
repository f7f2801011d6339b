import { FileText, ImageOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isPicture, mediaInWords, type NamedMedia } from '../../../core/models/media.ts';
import { fetchMedia } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Chip } from '../../components/tag.tsx';
import { Visible } from '../../components/visible.tsx';
import { bytes } from '../../figures.ts';
import { say } from '../../words/say.ts';
import './shown-media.css';

interface ShownMediaProps {
  readonly conversationId: string;
  readonly media: readonly NamedMedia[];
}

/** Pictures as small ones that open, PDFs by their names. */
export function ShownMedia({ conversationId, media }: ShownMediaProps) {
  return (
    <div className="shown-media">
      {media.map((one, index) =>
        isPicture(one.media) ? (
          // oxlint-disable-next-line react/no-array-index-key -- what a message carries never changes
          <Picture key={index} conversationId={conversationId} named={one} />
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- what a message carries never changes
          <Chip key={index} icon={FileText} name={one.name} detail={`${mediaInWords(one.media)}, ${bytes(one.media.bytes)}`} outside />
        ),
      )}
    </div>
  );
}

function Picture({ conversationId, named: { name, media } }: { conversationId: string; named: NamedMedia }) {
  const [isOpen, setOpen] = useState(false);
  const url = useMediaUrl(conversationId, media.hash);
  const words = `${mediaInWords(media)}, ${bytes(media.bytes)}`;
  return (
    <>
      <button type="button" aria-label={say`Open ${name}`} title={`${name} (${words})`} onClick={() => setOpen(true)}>
        {url === GONE ? <Icon of={ImageOff} /> : url === null ? null : <img src={url} alt={name} />}
      </button>
      {isOpen ? (
        <Dialog title={name} onClose={() => setOpen(false)}>
          {url === GONE || url === null ? <p>{say`It cannot be shown.`}</p> : <img className="whole-picture" src={url} alt={name} />}
          <p className="quiet">
            <Visible text={words} />
          </p>
          <DialogButtons>
            <Button onClick={() => setOpen(false)}>{say`Close`}</Button>
          </DialogButtons>
        </Dialog>
      ) : null}
    </>
  );
}

/** In place of an address: the bytes are not there. */
const GONE = '';

/** An address of the bytes that only this window knows, as long as they are shown. Null: on their way. */
function useMediaUrl(conversationId: string, hash: string): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    const leaving = new AbortController();
    fetchMedia(conversationId, hash, leaving.signal)
      .then((blob) => {
        if (leaving.signal.aborted) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      })
      .catch(() => {
        if (!leaving.signal.aborted) setUrl(GONE);
      });
    return () => {
      leaving.abort();
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [conversationId, hash]);
  return url;
}

import { FileText, X } from 'lucide-react';
import { useState } from 'react';
import { mediaInWords } from '../../../core/models/media.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/tag.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Visible } from '../../components/visible.tsx';
import { bytes, tokens } from '../../figures.ts';
import { useChosenModel } from '../../stores/chosen-model.ts';
import { useModels } from '../../stores/models-store.ts';
import { estimatedTokens, fateOf, type Attached } from './attached-file.ts';
import { say } from '../../words/say.ts';

/** Characters that are shown of a file before it is sent. */
const SHOWN = 20_000;

interface AttachedFilesProps {
  readonly files: readonly Attached[];
  readonly conversationId: string | null;
  readonly onRemove: (name: string) => void;
}

/** The files that go with the next message: each can be looked at, and taken away. */
export function AttachedFiles({ files, conversationId, onRemove }: AttachedFilesProps) {
  const [shown, setShown] = useState<Attached | null>(null);
  const chosen = useChosenModel(conversationId);
  const model = useModels((state) => state.models.find((each) => each.id === chosen));
  if (files.length === 0) return null;
  const fate = fateOf(files, model);
  return (
    <div className="chips">
      {files.map((file) => (
        <Chip
          key={file.name}
          icon={FileText}
          {...('url' in file && file.url !== null ? { picture: file.url } : {})}
          name={file.name}
          detail={say`${bytes(file.bytes)}, about ${tokens(estimatedTokens(file, model))} tokens`}
          outside
          onOpen={() => setShown(file)}
        >
          <button type="button" aria-label={say`Remove ${file.name}`} onClick={() => onRemove(file.name)}>
            <Icon of={X} small />
          </button>
        </Chip>
      ))}
      {fate ? (
        <p className={`fate ${fate.isBlocked ? 'is-blocked' : ''}`} role="status">
          <Visible text={fate.words} />
        </p>
      ) : null}
      {shown ? (
        <Dialog title={shown.name} onClose={() => setShown(null)}>
          <p>{say`It goes with your message, as something from outside: nothing in it can give orders.`}</p>
          <Content file={shown} />
          <DialogButtons>
            <Button onClick={() => setShown(null)}>{say`Close`}</Button>
          </DialogButtons>
        </Dialog>
      ) : null}
    </div>
  );
}

function Content({ file }: { file: Attached }) {
  if (!('text' in file)) {
    return (
      <>
        {file.url === null ? null : <img className="whole-picture" src={file.url} alt={file.name} />}
        <p className="quiet">{mediaInWords(file.format)}</p>
      </>
    );
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <pre className="shown-text" tabIndex={0}>
      <Visible text={file.text.slice(0, SHOWN)} />
      {file.text.length > SHOWN ? '\n…' : ''}
    </pre>
  );
}

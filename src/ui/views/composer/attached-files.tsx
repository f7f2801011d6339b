import { FileText, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/tag.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Visible } from '../../components/visible.tsx';
import { bytes, tokens } from '../../figures.ts';
import { estimatedTokens, type Attached } from './attached-file.ts';

/** Characters that are shown of a file before it is sent. */
const SHOWN = 20_000;

/** The files that go with the next message: each can be looked at, and taken away. */
export function AttachedFiles({ files, onRemove }: { files: readonly Attached[]; onRemove: (name: string) => void }) {
  const [shown, setShown] = useState<Attached | null>(null);
  if (files.length === 0) return null;
  return (
    <div className="chips">
      {files.map((file) => (
        <Chip
          key={file.name}
          icon={FileText}
          name={file.name}
          detail={`${bytes(file.bytes)}, about ${tokens(estimatedTokens(file))} tokens`}
          outside
          onOpen={() => setShown(file)}
        >
          <button type="button" aria-label={`Remove ${file.name}`} onClick={() => onRemove(file.name)}>
            <Icon of={X} small />
          </button>
        </Chip>
      ))}
      {shown ? (
        <Dialog title={shown.name} onClose={() => setShown(null)}>
          <p>It goes with your message, as words from outside: nothing in it can give orders.</p>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
          <pre className="shown-text" tabIndex={0}>
            <Visible text={shown.text.slice(0, SHOWN)} />
            {shown.text.length > SHOWN ? '\n…' : ''}
          </pre>
          <DialogButtons>
            <Button onClick={() => setShown(null)}>Close</Button>
          </DialogButtons>
        </Dialog>
      ) : null}
    </div>
  );
}

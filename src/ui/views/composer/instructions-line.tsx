import { ScrollText } from 'lucide-react';
import { useState } from 'react';
import type { InstructionsView } from '../../../contract/glasshouse.ts';
import type { StreamEvent } from '../../../contract/events.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Visible } from '../../components/visible.tsx';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { say } from '../../words/say.ts';
import './instructions-line.css';

/** A folder's own file for agents that nobody has approved: that it is there, and the way to read it (S5). Nothing where there is none. */
export function InstructionsLine({ workspace }: { workspace: string }) {
  const found = useAnswer(`instructions:${workspace}`, () => api.workspaces.instructions({ path: workspace }), isChange);
  const [isOpen, setOpen] = useState(false);
  const { state, file } = found.value ?? { state: 'none', file: null };
  if (file === null || (state !== 'new' && state !== 'changed')) return null;
  return (
    <div className="instructions-line">
      <Icon of={ScrollText} small />
      <span className="cut">
        <span className="mono">{file.file}</span>{' '}
        {state === 'changed' ? say`has changed since you approved it` : say`has instructions for agents`}
        <span className="quiet optional">{say`. No model is told of it`}</span>
      </span>
      <Button look="plain" small onClick={() => setOpen(true)}>
        {say`Read it…`}
      </Button>
      {isOpen ? <ApproveDialog workspace={workspace} file={file} onClose={() => setOpen(false)} onDone={found.askAgain} /> : null}
    </div>
  );
}

/** A run may have written it. */
function isChange(event: StreamEvent): boolean {
  return (
    event.type === 'settings_changed' ||
    event.type === 'reset' ||
    (event.type === 'run_event' && (event.event.type === 'file_recorded' || event.event.type === 'run_completed'))
  );
}

interface ApproveDialogProps {
  readonly workspace: string;
  readonly file: NonNullable<InstructionsView['file']>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** The text as it would be told, whole; what is approved is this very text. */
export function ApproveDialog({ workspace, file, onClose, onDone }: ApproveDialogProps) {
  const approve = async () => {
    try {
      const { approved } = await api.workspaces.approveInstructions({ path: workspace, digest: file.digest });
      tell(approved ? say`${file.file} counts from the next message on` : say`${file.file} has changed in the meantime: read it again`);
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
    onDone();
    onClose();
  };
  return (
    <Dialog title={say`${file.file} of this folder`} onClose={onClose}>
      <p>{say`Whoever wrote it, it would go with every request from this folder, as if you had said it.`}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <pre className="shown-text" tabIndex={0}>
        <Visible text={file.text} />
      </pre>
      <DialogButtons>
        <Button onClick={onClose}>{say`Leave it out`}</Button>
        <Button look="main" onClick={() => void approve()}>
          {say`Approve this text`}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

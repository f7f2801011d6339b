import { useState } from 'react';
import type { ConversationLine } from '../../../contract/views.ts';
import { api, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { counted } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { dropConversation } from '../../stores/conversation-store.ts';
import { forgetConversation } from '../../stores/conversations-store.ts';
import { say } from '../../words/say.ts';

interface DeleteDialogProps {
  readonly line: ConversationLine;
  readonly isCurrent: boolean;
  readonly onClose: () => void;
}

/** Names what is lost. There is no way back: deleted is gone, byte for byte. */
export function DeleteDialog({ line, isCurrent, onClose }: DeleteDialogProps) {
  const [failure, setFailure] = useState('');
  const remove = async () => {
    try {
      await api.conversations.delete({ id: line.id });
    } catch (error) {
      setFailure(failureOf(error).message);
      return;
    }
    onClose();
    if (isCurrent) goTo({ screen: 'new' }, { replace: true });
    forgetConversation(line.id);
    dropConversation(line.id);
  };
  return (
    <Dialog title={say`Delete “${line.title || say`New conversation`}”?`} onClose={onClose}>
      <p>
        {counted(line.messages, 'message')}
        {say`, every request that was sent for them, and what was kept to undo changes to files are overwritten. The files themselves stay as they are. This cannot be undone.`}
      </p>
      {failure ? <p role="alert">{failure}</p> : null}
      <DialogButtons>
        <Button look="plain" onClick={onClose}>
          {say`Keep it`}
        </Button>
        <Button look="harm-main" onClick={() => void remove()}>
          {say`Delete it for good`}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

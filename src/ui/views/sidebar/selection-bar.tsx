import { Archive, Download, FolderInput, Trash, X } from 'lucide-react';
import { useState } from 'react';
import type { ConversationLine } from '../../../contract/views.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { exportConversations } from '../../export-conversation.ts';
import { changeTogether } from '../../stores/conversations-store.ts';
import { endSelection, useSelection } from '../../stores/selection-store.ts';
import { MoveDialog } from './move-dialog.tsx';
import { say } from '../../words/say.ts';

/** What can be done with all that are taken. It ends with that. */
export function SelectionBar({ lines }: { lines: readonly ConversationLine[] }) {
  const ids = useSelection((state) => state.ids);
  const [isMoving, setMoving] = useState(false);
  const taken = lines.filter((line) => ids.has(line.id));
  const isNone = taken.length === 0;
  const change = (what: Parameters<typeof changeTogether>[1]) => {
    endSelection();
    void changeTogether(taken, what);
  };
  const save = (format: 'markdown' | 'json') => {
    endSelection();
    void exportConversations(
      taken.map((line) => line.id),
      format,
    );
  };
  return (
    <div
      className="side-foot"
      role="toolbar"
      tabIndex={-1}
      aria-label={say`With those that are selected`}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) endSelection();
      }}
    >
      <span className="grow quiet" role="status">
        {taken.length} {say`selected`}
      </span>
      <IconButton icon={FolderInput} name={say`Move to…`} disabled={isNone} onClick={() => setMoving(true)} />
      <IconButton icon={Archive} name={say`Archive them`} disabled={isNone} onClick={() => change({ archived: true })} />
      <Menu name={say`Export`} side="top" align="end" trigger={<IconButton icon={Download} name={say`Export them`} disabled={isNone} />}>
        <MenuItem onSelect={() => save('markdown')}>{say`As one Markdown file`}</MenuItem>
        <MenuItem onSelect={() => save('json')}>{say`As one JSON file`}</MenuItem>
      </Menu>
      <IconButton icon={Trash} name={say`Move them to the trash`} disabled={isNone} onClick={() => change({ trashed: true })} />
      <IconButton icon={X} name={say`Done selecting`} keys={say`Esc`} onClick={endSelection} />
      {isMoving ? (
        <MoveDialog
          onClose={() => setMoving(false)}
          onChoose={(folderId) => {
            setMoving(false);
            change({ folderId });
          }}
        />
      ) : null}
    </div>
  );
}

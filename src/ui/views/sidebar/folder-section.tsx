import { ChevronDown, ChevronRight, Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { useState, type DragEvent, type ReactNode } from 'react';
import { FOLDER_NAME_LIMIT, type Folder } from '../../../core/models/folder.ts';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Visible } from '../../components/visible.tsx';
import { changeTogether, useConversations } from '../../stores/conversations-store.ts';
import { deleteFolder, saveFolder } from '../../stores/folders-store.ts';
import { remember, useRecalled } from '../../stores/memory-store.ts';
import { say } from '../../words/say.ts';

/** What a row that is dragged brings: its id. */
export const DRAGGED = 'application/x-glasshouse-conversation';

interface FolderSectionProps {
  readonly folder: Folder;
  readonly count: number;
  readonly children: ReactNode;
}

/** A folder of the list, open or closed; a conversation that is dropped on it is put into it. */
export function FolderSection({ folder, count, children }: FolderSectionProps) {
  const key = `layout:folder:${folder.id}`;
  const isOpen = useRecalled(key) !== 'closed';
  const [name, setName] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const rename = () => {
    const wanted = name?.trim();
    setName(null);
    if (wanted && wanted !== folder.name) void saveFolder(wanted, folder.id);
  };
  const onDrop = (event: DragEvent) => {
    setOver(false);
    const id = event.dataTransfer.getData(DRAGGED);
    const line = useConversations.getState().lines.find((each) => each.id === id);
    if (!line) return;
    event.preventDefault();
    void changeTogether([line], { folderId: folder.id });
  };
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(DRAGGED)) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <section
      aria-label={say`Folder ${folder.name}`}
      className={isOver ? 'is-over' : ''}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <h2 className="side-group side-folder label">
        {name === null ? (
          <button type="button" className="side-fold" aria-expanded={isOpen} onClick={() => remember(key, isOpen ? 'closed' : '')}>
            <Icon of={isOpen ? ChevronDown : ChevronRight} small />
            <span className="cut">
              <Visible text={folder.name} />
            </span>
            <span className="side-when">{count}</span>
          </button>
        ) : (
          <input
            className="side-rename"
            aria-label={say`Name of the folder`}
            value={name}
            maxLength={FOLDER_NAME_LIMIT}
            autoFocus
            onChange={(event) => setName(event.target.value)}
            onBlur={rename}
            onKeyDown={(event) => {
              if (event.key === 'Enter') rename();
              if (event.key !== 'Escape') return;
              event.stopPropagation();
              setName(null);
            }}
          />
        )}
        <Menu
          name={say`Acts for the folder ${folder.name}`}
          align="end"
          onCloseAutoFocus={(event) => {
            if (name !== null) event.preventDefault();
          }}
          trigger={<IconButton icon={Ellipsis} name={say`More for the folder ${folder.name}`} fine />}
        >
          <MenuItem icon={Pencil} onSelect={() => setTimeout(() => setName(folder.name))}>
            {say`Rename`}
          </MenuItem>
          <MenuItem icon={Trash2} hint={say`its conversations stay`} onSelect={() => void deleteFolder(folder)}>
            {say`Delete the folder`}
          </MenuItem>
        </Menu>
      </h2>
      {isOpen ? children : null}
      {isOpen && count === 0 ? <p className="side-empty quiet">{say`Empty. Drag a conversation here, or use its menu.`}</p> : null}
    </section>
  );
}

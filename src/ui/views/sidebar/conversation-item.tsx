import { Archive, ArchiveRestore, Download, Ellipsis, FolderInput, Pencil, Pin, PinOff, SquareCheck, Trash, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ConversationLine } from '../../../contract/views.ts';
import type { ConversationPlace } from '../../../core/models/conversation.ts';
import { failureOf } from '../../api.ts';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuItem, MenuLine } from '../../components/menu.tsx';
import { litBy, Sign } from '../../components/sign.tsx';
import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import { exportConversation, FORMATS } from '../../export-conversation.ts';
import { counted, daysAgo, whenInList } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { changeTogether, pinConversation, renameConversation, titleOf } from '../../stores/conversations-store.ts';
import { beginSelection } from '../../stores/selection-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { setDrawer } from '../../stores/ui-store.ts';
import { DRAGGED } from './folder-section.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { say } from '../../words/say.ts';

interface ConversationItemProps {
  readonly line: ConversationLine;
  readonly isCurrent: boolean;
  readonly place: ConversationPlace;
  /** From the list and the archive: into the trash. From the trash: for good, after a question. */
  readonly onDelete: () => void;
  /** It leaves this place for another. */
  readonly onMove: (to: 'list' | 'archive') => void;
}

/** One conversation in the list: its title, and when it was, or what it does now. */
export function ConversationItem({ line, isCurrent, place, onDelete, onMove }: ConversationItemProps) {
  const [isRenaming, setRenaming] = useState(false);
  const [isMoving, setMoving] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const title = titleOf(line);
  if (isRenaming) {
    return (
      <li>
        <RenameField
          title={title}
          onDone={(next) => {
            setRenaming(false);
            requestAnimationFrame(() => link.current?.focus());
            if (next) renameConversation(line.id, next).catch((error: unknown) => tell(failureOf(error).message));
          }}
        />
      </li>
    );
  }
  return (
    <li className="side-row">
      <a
        ref={link}
        className="side-item side-link"
        href={`/c/${line.id}`}
        aria-current={isCurrent ? 'page' : undefined}
        draggable={place === 'list'}
        onDragStart={(event) => event.dataTransfer.setData(DRAGGED, line.id)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          setDrawer(false);
          goTo({ screen: 'conversation', id: line.id, messageId: null });
        }}
        onKeyDown={(event) => {
          if (event.key === 'F2' && place !== 'trash') setRenaming(true);
          else if (event.key === 'Delete') onDelete();
          else return;
          event.preventDefault();
        }}
      >
        <span className="grow cut">
          <Visible text={title} />
        </span>
        <Now line={line} place={place} />
      </a>
      <Menu
        name={say`Acts for ${visible(title)}`}
        align="end"
        trigger={<IconButton className="side-more" icon={Ellipsis} name={say`More for ${visible(title)}`} fine />}
        onCloseAutoFocus={(event) => {
          if (isRenaming) event.preventDefault();
        }}
      >
        {place === 'trash' ? null : (
          <MenuItem icon={Pencil} keys="F2" onSelect={() => setTimeout(() => setRenaming(true))}>
            {say`Rename`}
          </MenuItem>
        )}
        {place === 'list' ? (
          <MenuItem
            icon={line.pinned ? PinOff : Pin}
            onSelect={() => void pinConversation(line.id, !line.pinned).catch((error: unknown) => tell(failureOf(error).message))}
          >
            {line.pinned ? say`Unpin` : say`Pin`}
          </MenuItem>
        ) : null}
        {place === 'list' ? (
          <>
            <MenuItem icon={FolderInput} onSelect={() => setTimeout(() => setMoving(true))}>
              {say`Move to…`}
            </MenuItem>
            <MenuItem icon={SquareCheck} onSelect={() => setTimeout(() => beginSelection(line.id))}>
              {say`Select`}
            </MenuItem>
          </>
        ) : null}
        {FORMATS.map(({ format, name }) => (
          <MenuItem key={format} icon={Download} onSelect={() => void exportConversation(line.id, format)}>
            {say`Export as`} {name}
          </MenuItem>
        ))}
        <MenuLine />
        {place === 'list' ? (
          <MenuItem icon={Archive} onSelect={() => setTimeout(() => onMove('archive'))}>
            {say`Archive`}
          </MenuItem>
        ) : (
          <MenuItem icon={place === 'trash' ? Undo2 : ArchiveRestore} onSelect={() => setTimeout(() => onMove('list'))}>
            {place === 'trash' ? say`Restore` : say`Back to the list`}
          </MenuItem>
        )}
        <MenuItem icon={Trash} harm={place === 'trash'} keys={say`Del`} onSelect={() => setTimeout(onDelete)}>
          {place === 'trash' ? say`Delete for good…` : say`Move to the trash`}
        </MenuItem>
      </Menu>
      {isMoving ? (
        <MoveDialog
          onClose={() => setMoving(false)}
          onChoose={(folderId) => {
            setMoving(false);
            void changeTogether([line], { folderId });
          }}
        />
      ) : null}
    </li>
  );
}

/** What it does now, with its sign; else when it was last spoken in. */
function Now({ line, place }: { line: ConversationLine; place: ConversationPlace }) {
  if (place === 'trash') return <span className="side-when">{daysLeft(line.trashedAt ?? Date.now())}</span>;
  const state = line.lastRunState;
  if (line.openInteractions > 0 || state === 'awaiting_interaction') {
    return (
      <>
        <span className="side-say">{say`waiting`}</span>
        <Sign lit="1 2 3 4" live />
      </>
    );
  }
  if (state === 'suspended') return <span className="side-when">{say`unfinished`}</span>;
  const lit = state === null ? '' : litBy(state);
  if (lit !== '') {
    return (
      <>
        <span className="unseen">{say`at work`}</span>
        <Sign lit={lit} live />
      </>
    );
  }
  return <span className="side-when">{whenInList(line.updatedAt, Date.now())}</span>;
}

/** Days that what is in the trash is kept. */
const KEPT_DAYS = 30;

function daysLeft(trashedAt: number): string {
  return counted(Math.max(0, KEPT_DAYS - daysAgo(trashedAt, Date.now())), 'day');
}

function RenameField({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const [text, setText] = useState(title);
  const input = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const finish = (next: string | null) => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(next && next !== title ? next : null);
  };
  return (
    <input
      ref={input}
      className="side-rename"
      aria-label={say`Title`}
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(text.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(text.trim());
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        finish(null);
      }}
    />
  );
}

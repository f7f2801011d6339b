import { PanelLeft, Search, Settings, SquarePen } from 'lucide-react';
import { useMemo, useState, type KeyboardEvent } from 'react';
import type { ConversationLine } from '../../../contract/views.ts';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { CTRL, Kbd } from '../../components/kbd.tsx';
import { Mark } from '../../components/sign.tsx';
import { toggleSidebar } from '../../layout.ts';
import { goTo, useRoute } from '../../route.ts';
import { useConversations } from '../../stores/conversations-store.ts';
import { openPalette, setDrawer } from '../../stores/ui-store.ts';
import { ConversationItem } from './conversation-item.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { groupByDay } from './group-by-day.ts';
import './sidebar.css';

/** All conversations, by day; the way to search them, and to the settings. */
export function Sidebar() {
  const route = useRoute();
  const lines = useConversations((state) => state.lines);
  const isLoaded = useConversations((state) => state.isLoaded);
  const groups = useMemo(() => groupByDay(lines, Date.now()), [lines]);
  const [deleting, setDeleting] = useState<ConversationLine | null>(null);
  const currentId = route.screen === 'conversation' ? route.id : null;
  return (
    <nav className="side" aria-label="Conversations">
      <div className="side-top">
        <Mark />
        <span className="wordmark grow">Glasshouse</span>
        <IconButton className="only-wide" icon={PanelLeft} name="Hide sidebar" keys={`${CTRL} B`} onClick={toggleSidebar} />
        <IconButton icon={SquarePen} name="New conversation" keys={`${CTRL} Shift O`} onClick={startNew} />
      </div>
      <button type="button" className="field is-soft search-field" onClick={openPalette}>
        <Icon of={Search} small />
        <span className="grow">Search everything</span>
        <Kbd>{`${CTRL} K`}</Kbd>
      </button>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- arrow keys between the links in it */}
      <div className="side-scroll" onKeyDown={moveByArrows}>
        {groups.map((group) => (
          <section key={group.name} aria-label={group.name}>
            <h2 className="side-group label">{group.name}</h2>
            <ul>
              {group.lines.map((line) => (
                <ConversationItem key={line.id} line={line} isCurrent={line.id === currentId} onDelete={() => setDeleting(line)} />
              ))}
            </ul>
          </section>
        ))}
        {isLoaded && lines.length === 0 ? <p className="side-empty quiet">Your conversations will stand here, the newest on top.</p> : null}
      </div>
      <div className="side-foot">
        <a
          className="side-item"
          href="/settings/models"
          aria-current={route.screen === 'settings' ? 'page' : undefined}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey) return;
            event.preventDefault();
            setDrawer(false);
            goTo({ screen: 'settings', section: 'models' });
          }}
        >
          <Icon of={Settings} />
          <span className="grow">Settings</span>
        </a>
      </div>
      {deleting ? <DeleteDialog line={deleting} isCurrent={deleting.id === currentId} onClose={() => setDeleting(null)} /> : null}
    </nav>
  );
}

export function startNew(): void {
  setDrawer(false);
  goTo({ screen: 'new' });
}

/** Up and down between the conversations, Home and End to the first and the last. */
function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a.side-link')];
  const at = links.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  links[Math.min(links.length - 1, Math.max(0, to))]?.focus();
}

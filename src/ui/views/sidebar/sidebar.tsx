import { Archive, EyeOff, PanelLeft, Search, Settings, SquareCheck, SquarePen, Trash } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ConversationPlace } from '../../../core/models/conversation.ts';
import { Boundary } from '../../components/boundary.tsx';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { ResizeHandle } from '../../components/resize-handle.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { lazily } from '../../components/lazily.tsx';
import { Mark } from '../../components/sign.tsx';
import { toggleSidebar } from '../../layout.ts';
import { SHORTCUTS } from '../../shortcuts.ts';
import { goTo, useRoute } from '../../route.ts';
import { putAway, useConversations } from '../../stores/conversations-store.ts';
import { useFolders } from '../../stores/folders-store.ts';
import { beginSelection, endSelection, selectAll, useSelection } from '../../stores/selection-store.ts';
import { openPalette, setDrawer } from '../../stores/ui-store.ts';
import { ConversationItem } from './conversation-item.tsx';
import { FolderSection } from './folder-section.tsx';
import { sectionsOf } from './group-by-day.ts';
import { idsOnScreen, SelectRow } from './select-row.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { isIncognito } from '../../incognito.ts';
import { say } from '../../words/say.ts';
import './sidebar.css';

/** Seldom wanted: fetched when it is. */
const PutAway = lazily(async () => (await import('./put-away.tsx')).PutAway);

/** All conversations, by day; the way to search them, and to the settings. */
export function Sidebar() {
  const route = useRoute();
  const lines = useConversations((state) => state.lines);
  const isLoaded = useConversations((state) => state.isLoaded);
  const folders = useFolders((state) => state.folders);
  const sections = useMemo(() => sectionsOf(lines, folders, Date.now()), [lines, folders]);
  const isSelecting = useSelection((state) => state.isOn);
  const [place, setPlace] = useState<ConversationPlace>('list');
  const list = useRef<HTMLDivElement>(null);
  useFocusStays(list);
  const currentId = route.screen === 'conversation' ? route.id : null;
  const toggle = (other: ConversationPlace) => setPlace(place === other ? 'list' : other);
  const select = (room: HTMLElement | null) => {
    setPlace('list');
    beginSelection();
    setTimeout(() => room?.querySelector<HTMLElement>('.side-link')?.focus());
  };
  return (
    <nav className="side" aria-label={say`Conversations`}>
      <div className="side-top">
        <Mark />
        <span className="wordmark grow">{say`Glasshouse`}</span>
        <IconButton className="only-wide" icon={PanelLeft} name={say`Hide sidebar`} keys={SHORTCUTS.sidebar.keys} onClick={toggleSidebar} />
        <IconButton icon={SquarePen} name={say`New conversation`} keys={SHORTCUTS.new.keys} onClick={startNew} />
      </div>
      <button type="button" className="field is-soft search-field" onClick={openPalette}>
        <Icon of={Search} small />
        <span className="grow">{say`Search everything`}</span>
        <Kbd>{SHORTCUTS.palette.keys}</Kbd>
      </button>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- arrow keys between the links in it */}
      <div ref={list} className="side-scroll" onKeyDown={moveInList}>
        {place === 'list' ? null : (
          <Boundary key={place} part={say`What was put away`}>
            <PutAway place={place} currentId={currentId} onClose={() => setPlace('list')} fallback={null} />
          </Boundary>
        )}
        {(place === 'list' ? sections : []).map((section) => {
          const rows = (
            <ul>
              {section.lines.map((line) =>
                isSelecting ? (
                  <SelectRow key={line.id} line={line} />
                ) : (
                  <ConversationItem
                    key={line.id}
                    line={line}
                    isCurrent={line.id === currentId}
                    place="list"
                    onMove={() => void putAway(line, 'archive')}
                    onDelete={() => void putAway(line, 'trash')}
                  />
                ),
              )}
            </ul>
          );
          return section.folder ? (
            <FolderSection key={section.folder.id} folder={section.folder} count={section.lines.length}>
              {rows}
            </FolderSection>
          ) : (
            <section key={section.name} aria-label={section.name}>
              <h2 className="side-group label">{section.name}</h2>
              {rows}
            </section>
          );
        })}
        {place === 'list' && isLoaded && lines.length === 0 ? (
          <p className="side-empty quiet">{say`Your conversations will stand here, the newest on top.`}</p>
        ) : null}
      </div>
      {isIncognito ? (
        <p className="side-incognito">
          <Icon of={EyeOff} small />
          <span>{say`Incognito. What is said here lives in memory only, and is gone when this window is closed.`}</span>
        </p>
      ) : null}
      {isSelecting && place === 'list' ? (
        <SelectionBar lines={lines} />
      ) : (
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
            <span className="grow">{say`Settings`}</span>
          </a>
          <IconButton icon={SquareCheck} name={say`Select several`} onClick={() => select(list.current)} />
          <IconButton icon={Archive} name={say`Archive`} aria-pressed={place === 'archive'} onClick={() => toggle('archive')} />
          <IconButton icon={Trash} name={say`Trash`} aria-pressed={place === 'trash'} onClick={() => toggle('trash')} />
        </div>
      )}
      <ResizeHandle
        name={say`Width of the sidebar`}
        memory="layout:sidebar-width"
        property="--sidebar-width"
        edge="right"
        narrowest={200}
        usual={260}
        widest={360}
      />
    </nav>
  );
}

/** While several are taken: all by Ctrl A, none by Escape. Else the arrows alone. */
function moveInList(event: KeyboardEvent<HTMLElement>): void {
  if (useSelection.getState().isOn) {
    const isAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a';
    if (isAll) selectAll(idsOnScreen(event.currentTarget));
    else if (event.key === 'Escape') endSelection();
    if (isAll || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
  }
  moveByArrows(event);
}

export function startNew(): void {
  setDrawer(false);
  goTo({ screen: 'new' });
}

/** When the row with the focus leaves the list, the next one gets it: who works by keyboard goes on from there. */
function useFocusStays(list: React.RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const room = list.current;
    if (!room) return;
    let at = -1;
    const links = () => [...room.querySelectorAll<HTMLElement>('a.side-link')];
    const remember = (event: FocusEvent) => {
      const row = event.target instanceof Element ? event.target.closest('.side-row') : null;
      at = row ? links().findIndex((link) => row.contains(link)) : -1;
    };
    const observer = new MutationObserver(() => {
      const isLost = document.activeElement === document.body || document.activeElement === null;
      if (at < 0 || !isLost) return;
      const left = links();
      left[Math.min(at, left.length - 1)]?.focus();
    });
    const forget = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget instanceof Element && !room.contains(relatedTarget)) at = -1;
    };
    room.addEventListener('focusin', remember);
    room.addEventListener('focusout', forget);
    observer.observe(room, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      room.removeEventListener('focusin', remember);
      room.removeEventListener('focusout', forget);
    };
  }, [list]);
}

/** Up and down between the conversations, Home and End to the first and the last. */
function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.side-link')];
  const at = links.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  links[Math.min(links.length - 1, Math.max(0, to))]?.focus();
}

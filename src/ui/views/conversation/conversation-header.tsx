import { Folder, Menu as MenuIcon, PanelLeft, PanelRight } from 'lucide-react';
import { Icon } from '../../components/icon.tsx';
import { CTRL } from '../../components/kbd.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Visible } from '../../components/visible.tsx';
import { toggleInspector, toggleSidebar, useIsInspectorOpen, useIsSidebarHidden } from '../../layout.ts';
import { useConnection } from '../../stores/connection-store.ts';
import type { OpenConversation } from '../../stores/open-conversation.ts';
import { setDrawer } from '../../stores/ui-store.ts';
import { folderName } from '../../stores/workspaces-store.ts';
import { ContextMeter } from './context-meter.tsx';
import { say } from '../../words/say.ts';

/** The bar above a conversation: what it is, where it works, how full the window is. */
export function ConversationHeader({ open }: { open: OpenConversation | null }) {
  const isInspectorOpen = useIsInspectorOpen();
  return (
    <header className={`bar ${open ? '' : 'is-bare'}`}>
      <SidebarButtons />
      {open ? (
        <h1 className="cut">
          <Visible text={open.conversation.title || say`New conversation`} />
        </h1>
      ) : null}
      {open ? (
        <span className="pick workspace-name" title={open.conversation.workspace}>
          <Icon of={Folder} small />
          <span className="cut">{folderName(open.conversation.workspace)}</span>
        </span>
      ) : null}
      <span className="grow" />
      <ConnectionWords />
      {open ? <ContextMeter open={open} /> : null}
      <IconButton icon={PanelRight} name={say`Inspector`} keys={`${CTRL} I`} aria-pressed={isInspectorOpen} onClick={toggleInspector} />
    </header>
  );
}

/** On a narrow window the drawer's button; on a wide one, a way to bring the hidden sidebar back. */
function SidebarButtons() {
  const isHidden = useIsSidebarHidden();
  return (
    <>
      <IconButton className="only-narrow" icon={MenuIcon} name={say`Conversations`} onClick={() => setDrawer(true)} />
      {isHidden ? (
        <IconButton className="only-wide" icon={PanelLeft} name={say`Show sidebar`} keys={`${CTRL} B`} onClick={toggleSidebar} />
      ) : null}
    </>
  );
}

/** A broken line is told quietly: it mends itself. */
function ConnectionWords() {
  const state = useConnection((connection) => connection.state);
  return (
    <span className="quiet connection" role="status">
      {state === 'reconnecting' ? say`Reconnecting…` : ''}
      {state === 'stranger' ? say`Another program answers here. Nothing is sent to it.` : ''}
    </span>
  );
}

import { ChevronsUpDown, Folder, FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { api, failureOf } from '../../api.ts';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../components/menu.tsx';
import { useOpen } from '../../stores/conversation-store.ts';
import { remember } from '../../stores/memory-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { focusComposer } from '../../stores/ui-store.ts';
import { folderName, loadWorkspaces, useWorkspaces } from '../../stores/workspaces-store.ts';
import { FolderDialog } from './folder-dialog.tsx';
import { say } from '../../words/say.ts';

interface WorkspacePickerProps {
  readonly conversationId: string | null;
  readonly chosen: string | undefined;
}

/** The folder in which the agent may work. A conversation keeps the one it began in. */
export function WorkspacePicker({ conversationId, chosen }: WorkspacePickerProps) {
  const fixed = useOpen(conversationId ?? '', (open) => open.conversation.workspace);
  const workspaces = useWorkspaces((state) => state.workspaces);
  const [isBrowsing, setBrowsing] = useState(false);
  if (conversationId !== null) {
    return (
      <span className="pick is-fixed" title={fixed}>
        <Icon of={Folder} small />
        <span className="cut">{fixed ? folderName(fixed) : ''}</span>
      </span>
    );
  }
  const choose = (path: string) => {
    remember('choice:workspace', path);
    focusComposer();
  };
  const takeExample = async () => {
    try {
      const example = await api.workspaces.example({});
      await loadWorkspaces();
      choose(example.path);
    } catch (error) {
      tell(failureOf(error).message);
    }
  };
  const hasExample = workspaces.some((each) => each.isExample);
  return (
    <>
      <Menu
        name={say`Workspace`}
        wide
        side="top"
        trigger={
          <button type="button" className="pick" title={chosen}>
            <Icon of={Folder} small />
            <span className="unseen">{say`Workspace:`}</span>
            <span className="cut">{chosen ? folderName(chosen) : say`example`}</span>
            <Icon of={ChevronsUpDown} small />
          </button>
        }
      >
        <MenuLabel>{say`The agent works in`}</MenuLabel>
        {workspaces.map((each) => (
          <MenuItem key={each.path} icon={Folder} chosen={each.path === chosen} hint={each.path} onSelect={() => choose(each.path)}>
            {each.name}
          </MenuItem>
        ))}
        {hasExample ? null : (
          <MenuItem icon={Folder} hint={say`to try things on`} onSelect={() => void takeExample()}>
            {say`The example folder`}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem icon={FolderOpen} onSelect={() => setBrowsing(true)}>
          {say`Another folder…`}
        </MenuItem>
      </Menu>
      {isBrowsing ? (
        <FolderDialog
          onClose={() => setBrowsing(false)}
          onChoose={(path) => {
            setBrowsing(false);
            choose(path);
          }}
        />
      ) : null}
    </>
  );
}

import { Folder, FolderPlus, List } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { FOLDER_NAME_LIMIT } from '../../../core/models/folder.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Visible } from '../../components/visible.tsx';
import { saveFolder, useFolders } from '../../stores/folders-store.ts';
import { say } from '../../words/say.ts';

interface MoveDialogProps {
  readonly onClose: () => void;
  /** @param folderId null: out of any folder */
  readonly onChoose: (folderId: string | null) => void;
}

/** Into which folder: one that is there, a new one, or none. */
export function MoveDialog({ onClose, onChoose }: MoveDialogProps) {
  const folders = useFolders((state) => state.folders);
  const [name, setName] = useState('');
  const make = async (event: FormEvent) => {
    event.preventDefault();
    const folder = await saveFolder(name);
    if (folder) onChoose(folder.id);
  };
  return (
    <Dialog title={say`Move to`} onClose={onClose}>
      <ul className="move-list">
        {folders.map((folder) => (
          <li key={folder.id}>
            <button type="button" className="side-item" onClick={() => onChoose(folder.id)}>
              <Icon of={Folder} small />
              <span className="cut">
                <Visible text={folder.name} />
              </span>
            </button>
          </li>
        ))}
        <li>
          <button type="button" className="side-item" onClick={() => onChoose(null)}>
            <Icon of={List} small /> {say`No folder`}
          </button>
        </li>
      </ul>
      <form className="move-new" onSubmit={(event) => void make(event)}>
        <Field
          name={say`New folder`}
          placeholder={say`New folder`}
          before={<Icon of={FolderPlus} small />}
          value={name}
          maxLength={FOLDER_NAME_LIMIT}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={name.trim() === ''}>
          {say`Make it`}
        </Button>
      </form>
      <DialogButtons>
        <Button onClick={onClose}>{say`Leave them`}</Button>
      </DialogButtons>
    </Dialog>
  );
}

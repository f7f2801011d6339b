import { CornerLeftUp, Folder } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { FolderView } from '../../../contract/views.ts';
import { api, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { say } from '../../words/say.ts';
import './folder-dialog.css';

interface FolderDialogProps {
  readonly onClose: () => void;
  readonly onChoose: (path: string) => void;
}

/** Chooses a folder of this machine: by walking, or by writing its path. */
export function FolderDialog({ onClose, onChoose }: FolderDialogProps) {
  const [view, setView] = useState<FolderView | null>(null);
  const [path, setPath] = useState('');
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const go = async (to: string | undefined) => {
    try {
      const next = await api.workspaces.folders(to === undefined ? {} : { path: to });
      setView(next);
      setPath(next.path);
      setWrong(undefined);
      return true;
    } catch (error) {
      setWrong(failureOf(error).message);
      return false;
    }
  };
  useEffect(() => void go(undefined), []);
  const choose = async () => {
    if (view && path === view.path) onChoose(view.path);
    else await go(path);
  };
  return (
    <Dialog title={say`Choose a folder`} onClose={onClose}>
      <p>{say`The agent may read everything in it. It asks before it changes anything.`}</p>
      <form
        className="folder-form"
        onSubmit={(event) => {
          event.preventDefault();
          void choose();
        }}
      >
        <Field name={say`Path`} className="mono" value={path} wrong={wrong} onChange={(event) => setPath(event.target.value)} />
        <ul className="folder-list" aria-label={say`Folders`}>
          {view?.parent ? (
            <li>
              <button type="button" onClick={() => void go(view.parent ?? undefined)}>
                <Icon of={CornerLeftUp} small /> <span className="quiet">{say`One up`}</span>
              </button>
            </li>
          ) : null}
          {view?.folders.map((name) => (
            <li key={name}>
              <button type="button" onClick={() => void go(`${view.path.replace(/\/$/, '')}/${name}`)}>
                <Icon of={Folder} small /> <span className="cut">{name}</span>
              </button>
            </li>
          ))}
          {view && view.folders.length === 0 ? <li className="quiet none">{say`No folders in here`}</li> : null}
        </ul>
        <DialogButtons>
          <Button look="plain" onClick={onClose}>
            {say`Cancel`}
          </Button>
          <Button look="main" type="submit" disabled={path === ''}>
            {view && path !== view.path ? say`Go there` : say`Work in this folder`}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

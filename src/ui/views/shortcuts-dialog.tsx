import { Button } from '../components/button.tsx';
import { Dialog, DialogButtons } from '../components/dialog.tsx';
import { Kbd } from '../components/kbd.tsx';
import { SHORTCUT_GROUPS, SHORTCUTS } from '../shortcuts.ts';
import { say } from '../words/say.ts';
import './shortcuts-dialog.css';

/** Every key that does something. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={say`Keys`} onClose={onClose}>
      <div className="shortcuts">
        {SHORTCUT_GROUPS.map(({ title, names }) => (
          <section key={title}>
            <h3 className="label">{title}</h3>
            <dl>
              {names.map((name) => (
                <div key={name}>
                  <dt>{SHORTCUTS[name].title}</dt>
                  <dd>
                    <Kbd>{SHORTCUTS[name].keys}</Kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <DialogButtons>
        <Button onClick={onClose}>{say`Close`}</Button>
      </DialogButtons>
    </Dialog>
  );
}

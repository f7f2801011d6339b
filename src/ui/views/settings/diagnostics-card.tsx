import { useState } from 'react';
import { api, failureInWords, failureOf } from '../../api.ts';
import { copyText } from '../../clipboard.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { tell } from '../../stores/toast-store.ts';
import { Card, Group, Line } from './card.tsx';
import { say } from '../../words/say.ts';

/** What somebody who helps needs to know: shown whole before it is saved. */
export function DiagnosticsCard() {
  const [text, setText] = useState<string | null>(null);
  const [isAtWork, setAtWork] = useState(false);
  const gather = async () => {
    setAtWork(true);
    try {
      setText((await api.system.diagnostics({})).text);
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    } finally {
      setAtWork(false);
    }
  };
  return (
    <Group title={say`When you ask for help`}>
      <Card>
        <Line
          title={say`Diagnostics`}
          detail={say`Versions, settings, checks, counts and the last faults. No key, no word of a message, no name of a file, folder, host or model. You see it before it is saved`}
        >
          <Button small disabled={isAtWork} onClick={() => void gather()}>
            {isAtWork ? say`Gathering…` : say`Show…`}
          </Button>
        </Line>
      </Card>
      {text === null ? null : (
        <Dialog title={say`Diagnostics`} onClose={() => setText(null)}>
          <p>{say`This is all that the file holds. It is sent nowhere.`}</p>
          <textarea className="diagnostics mono" aria-label={say`Diagnostics`} readOnly rows={16} value={text} />
          <DialogButtons>
            <Button onClick={() => void copyText(text, say`Copied`)}>{say`Copy`}</Button>
            <Button look="main" onClick={() => save(text)}>
              {say`Save`}
            </Button>
          </DialogButtons>
        </Dialog>
      )}
    </Group>
  );
}

/** Exactly what is shown: it is not asked for again. */
function save(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `glasshouse-diagnostics-${text.slice(0, 60).match(/\d{4}-\d{2}-\d{2}/)?.[0] ?? 'now'}.json`;
  link.click();
  URL.revokeObjectURL(address);
}

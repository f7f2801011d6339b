import { useState, type FormEvent } from 'react';
import type { InstructionsView, SettingView } from '../../../contract/glasshouse.ts';
import type { WorkspaceLine } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Tag } from '../../components/tag.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { ApproveDialog } from '../composer/instructions-line.tsx';
import { Card, Group, Line } from './card.tsx';
import { say } from '../../words/say.ts';

/** Folders that are looked at: those that were used last. */
const LOOKED_AT = 30;

/** What a person wants in every conversation, and what their folders ask of agents. */
export function InstructionsSection() {
  const settings = useAnswer('settings', async () => (await api.settings.list({})).settings, isChange);
  const folders = useAnswer('folder-instructions', ofFolders, isChange);
  const everywhere = settings.value?.find((setting) => setting.key === 'instructions');
  return (
    <>
      <p className="settings-lead">
        {say`What every model is told before you say anything. It stands in each request, and you can see it there: the inspector shows it under System.`}
      </p>
      <Group title={say`Everywhere`}>
        <Card>
          {settings.failure && !settings.value ? (
            <Trouble title={say`The settings cannot be read`} failure={settings.failure} onRetry={settings.askAgain} />
          ) : everywhere ? (
            <Everywhere key={everywhere.value ?? ''} setting={everywhere} onChanged={settings.askAgain} />
          ) : (
            <WaitingLines />
          )}
        </Card>
      </Group>
      <Group title={say`In folders`} aside={say`by their AGENTS.md, once you have approved its text`}>
        <Card>
          {folders.failure && !folders.value ? (
            <Trouble title={say`The folders cannot be read`} failure={folders.failure} onRetry={folders.askAgain} />
          ) : null}
          {folders.value?.map((each) => (
            <OneFolder key={each.folder.path} {...each} onDone={folders.askAgain} />
          ))}
          {folders.value?.length === 0 ? (
            <Line title={say`None`} detail={say`No folder that you have worked in has a file AGENTS.md`} />
          ) : null}
          {folders.value || folders.failure ? null : <WaitingLines />}
        </Card>
      </Group>
    </>
  );
}

interface OfFolder {
  readonly folder: WorkspaceLine;
  readonly found: InstructionsView;
}

async function ofFolders(): Promise<readonly OfFolder[]> {
  const { workspaces } = await api.workspaces.list({});
  const looked = workspaces.slice(0, LOOKED_AT).map(async (folder): Promise<readonly OfFolder[]> => {
    // A folder that is gone asks for nothing.
    const found = await api.workspaces.instructions({ path: folder.path }).catch(() => null);
    return found === null || found.state === 'none' ? [] : [{ folder, found }];
  });
  return (await Promise.all(looked)).flat();
}

function isChange({ type }: { type: string }): boolean {
  return type === 'settings_changed' || type === 'reset';
}

function Everywhere({ setting, onChanged }: { setting: SettingView; onChanged: () => void }) {
  const [text, setText] = useState(setting.value ?? '');
  const [wrong, setWrong] = useState<string>();
  const isFixed = setting.from === 'environment';
  const isChanged = text.trim() !== (setting.value ?? '');
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      if (text.trim() === '') await api.settings.remove({ key: setting.key });
      else await api.settings.set({ key: setting.key, value: text.trim() });
      tell(say`Kept. It counts from the next message on`);
      onChanged();
    } catch (error) {
      setWrong(failureInWords(failureOf(error)));
    }
  };
  return (
    <form className="instructions-form" onSubmit={(event) => void keep(event)}>
      <label className={`field is-area ${wrong ? 'is-wrong' : ''}`}>
        <textarea
          aria-label={say`Instructions everywhere`}
          rows={6}
          value={text}
          disabled={isFixed}
          placeholder={say`For instance: answer in German. Metric units. No apologies.`}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {wrong ? (
        <p className="field-wrong" role="alert">
          {wrong}
        </p>
      ) : null}
      {isFixed ? <small className="quiet">{say`Set in the environment, which wins.`}</small> : null}
      {isChanged ? (
        <Button type="submit" small look="main">
          {say`Keep`}
        </Button>
      ) : null}
    </form>
  );
}

const STATE_WORDS = {
  new: say`Not approved: no model is told of it`,
  changed: say`Changed since you approved it: no model is told of it`,
  approved: say`Told with every request from this folder`,
  none: '',
} as const;

function OneFolder({ folder, found, onDone }: OfFolder & { onDone: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const forget = async () => {
    await api.workspaces.forgetInstructions({ path: folder.path }).catch((error: unknown) => tell(failureInWords(failureOf(error))));
    onDone();
  };
  return (
    <Line
      title={folder.name}
      detail={
        <>
          <span className="mono">{folder.path}</span> · {STATE_WORDS[found.state]}
        </>
      }
    >
      {found.state === 'approved' ? (
        <>
          <Tag look="fill">{say`approved`}</Tag>
          <Button look="plain" small aria-label={say`Forget: ${folder.name}`} onClick={() => void forget()}>
            {say`Forget`}
          </Button>
        </>
      ) : (
        <Button small aria-label={say`Read it: ${folder.name}`} onClick={() => setOpen(true)}>
          {say`Read it…`}
        </Button>
      )}
      {isOpen && found.file ? (
        <ApproveDialog workspace={folder.path} file={found.file} onClose={() => setOpen(false)} onDone={onDone} />
      ) : null}
    </Line>
  );
}

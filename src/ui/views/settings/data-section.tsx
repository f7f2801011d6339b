import { Download, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ConversationLine } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Progress } from '../../components/progress.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import { bytes, counted, whenInList } from '../../figures.ts';
import { goTo, pathOf } from '../../route.ts';
import { forgetConversation } from '../../stores/conversations-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { folderName } from '../../stores/workspaces-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { Card, Group, Line } from './card.tsx';
import { StorageCard } from './storage-card.tsx';
import { say } from '../../words/say.ts';

/** As many as the server tells at once. */
const BATCH = 1_000;
const LISTED = 20;

type Loss = { readonly what: 'one'; readonly line: ConversationLine } | { readonly what: 'all'; readonly count: number };

/** Where the data is, how big, and how to take it out or away. */
export function DataSection() {
  const data = useAnswer('data', () => api.system.data({}), isChange);
  const list = useAnswer('all-conversations', async () => (await api.conversations.list({ limit: BATCH })).conversations, isChange);
  const [listed, setListed] = useState(LISTED);
  const [loss, setLoss] = useState<Loss | null>(null);
  const lines = list.value ?? [];
  const count = Math.max(lines.length, data.value?.conversations ?? 0);
  const again = () => {
    data.askAgain();
    list.askAgain();
  };
  return (
    <>
      <p className="settings-lead">
        {say`Everything is in one folder on this machine, readable by you alone. What is deleted is overwritten; only a backup that you took still has it.`}
      </p>
      <Group>
        {data.failure && !data.value ? (
          <Trouble title={say`The data folder cannot be read`} failure={data.failure} onRetry={data.askAgain} />
        ) : (
          <Card>
            {data.value ? (
              <>
                <Line title={say`Conversations and settings`} detail={<span className="mono">{data.value.folder}</span>}>
                  <span className="settings-figure">{bytes(data.value.bytes)}</span>
                </Line>
                <Line title={say`Models`} detail={<span className="mono">{data.value.modelsFolder}</span>}>
                  <span className="settings-figure">{bytes(data.value.modelsBytes)}</span>
                </Line>
              </>
            ) : (
              <WaitingLines />
            )}
          </Card>
        )}
      </Group>
      <StorageCard />
      <Group title={say`Backup`}>
        <Card>
          <Backup />
        </Card>
      </Group>
      <Group
        title={say`Conversations`}
        {...(data.value
          ? { aside: `${counted(data.value.conversations, 'conversation')}, ${counted(data.value.messages, 'message')}` }
          : {})}
      >
        {list.failure && !list.value ? (
          <Trouble title={say`The conversations cannot be read`} failure={list.failure} onRetry={list.askAgain} />
        ) : (
          <Card>
            {list.value ? null : <WaitingLines />}
            {list.value && lines.length === 0 ? (
              <Line title={say`None yet`} detail={say`What you talk about will be listed here.`} />
            ) : null}
            {lines.slice(0, listed).map((line) => (
              <OneConversation key={line.id} line={line} onDelete={() => setLoss({ what: 'one', line })} />
            ))}
            {lines.length > listed ? (
              <div className="settings-line">
                <Button look="plain" small onClick={() => setListed(listed + 200)}>
                  {say`Show`} {Math.min(200, lines.length - listed)} {say`more`}
                </Button>
              </div>
            ) : null}
          </Card>
        )}
      </Group>
      {lines.length > 0 ? (
        <Group title={say`Take it all away`}>
          <Card>
            <Line
              title={count === 1 ? say`Delete the conversation` : say`Delete all ${counted(count, 'conversation')}`}
              detail={say`With every message, tool call and request. Settings, keys, rules and models stay. It cannot be undone`}
            >
              <Button look="plain-harm" small onClick={() => setLoss({ what: 'all', count })}>
                {say`Delete…`}
              </Button>
            </Line>
          </Card>
        </Group>
      ) : null}
      {loss ? <DeleteDialog loss={loss} onClose={() => setLoss(null)} onDeleted={again} /> : null}
    </>
  );
}

/** One button: a copy is made, read through, and handed to the browser. */
function Backup() {
  const [state, setState] = useState<{ readonly words: string; readonly isWrong?: boolean } | null>(null);
  const [isAtWork, setAtWork] = useState(false);
  const take = async () => {
    setAtWork(true);
    setState(null);
    try {
      const backup = await api.system.backup({});
      location.assign(backup.url);
      const what = `${counted(backup.conversations, 'conversation')}, ${counted(backup.messages, 'message')}, ${bytes(backup.bytes)}`;
      setState({ words: say`${backup.name}: ${what}, opened and read` });
    } catch (error) {
      setState({ words: failureInWords(failureOf(error)), isWrong: true });
    } finally {
      setAtWork(false);
    }
  };
  return (
    <Line
      title={say`Back everything up`}
      detail={
        <span role="status" className={state?.isWrong ? 'harm' : ''}>
          {isAtWork
            ? say`Copying, and reading the copy…`
            : (state?.words ??
              say`One file with all conversations and settings, without keys. In a terminal, glasshouse restore puts it back`)}
        </span>
      }
    >
      <Button small disabled={isAtWork} onClick={() => void take()}>
        {say`Back up`}
      </Button>
    </Line>
  );
}

function isChange({ type }: { type: string }): boolean {
  return type === 'conversation_deleted' || type === 'conversation_changed' || type === 'reset';
}

function OneConversation({ line, onDelete }: { line: ConversationLine; onDelete: () => void }) {
  const path = pathOf({ screen: 'conversation', id: line.id, messageId: null });
  return (
    <Line
      title={
        <a
          className="plain-link cut"
          href={path}
          onClick={(event) => {
            event.preventDefault();
            goTo({ screen: 'conversation', id: line.id, messageId: null });
          }}
        >
          <Visible text={line.title} />
        </a>
      }
      detail={`${folderName(line.workspace)} · ${counted(line.messages, 'message')} · ${whenInList(line.updatedAt, Date.now())}`}
    >
      <Menu name={say`Export`} align="end" trigger={<IconButton icon={Download} name={say`Export ${visible(line.title)}`} />}>
        <MenuItem onSelect={() => void download(line.id, 'markdown')}>{say`As Markdown`}</MenuItem>
        <MenuItem onSelect={() => void download(line.id, 'json')}>{say`As JSON`}</MenuItem>
      </Menu>
      <IconButton icon={Trash2} name={say`Delete ${visible(line.title)}`} onClick={onDelete} />
    </Line>
  );
}

/** The address is good once: it carries no key. */
async function download(id: string, format: 'markdown' | 'json'): Promise<void> {
  try {
    const { url } = await api.conversations.export({ id, format });
    location.assign(url);
  } catch (error) {
    tell(failureInWords(failureOf(error)));
  }
}

interface DeleteDialogProps {
  readonly loss: Loss;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

function DeleteDialog({ loss, onClose, onDeleted }: DeleteDialogProps) {
  const [done, setDone] = useState<number | null>(null);
  const [wrong, setWrong] = useState<string>();
  const isStopped = useRef(false);
  const total = loss.what === 'one' ? 1 : loss.count;
  const name = counted(total, 'conversation');
  const remove = async () => {
    setDone(0);
    let count = 0;
    try {
      for await (const id of idsOf(loss)) {
        if (isStopped.current) break;
        await api.conversations.delete({ id });
        forgetConversation(id);
        count += 1;
        setDone(count);
      }
      tell(say`Deleted ${counted(count, 'conversation')}`);
      onDeleted();
      onClose();
    } catch (error) {
      setWrong(say`${failureInWords(failureOf(error))} ${counted(count, 'conversation')} of ${total} were deleted.`);
      setDone(null);
      onDeleted();
    }
  };
  return (
    <Dialog title={say`Delete ${name}?`} onClose={() => (done === null ? onClose() : undefined)}>
      <p>
        {loss.what === 'one' ? say`“${visible(loss.line.title)}” goes` : say`They go`}{' '}
        {say`with every message, tool call and request, and the place on the disk is overwritten. This cannot be undone.`}
      </p>
      {wrong ? (
        <p className="harm" role="alert">
          {wrong}
        </p>
      ) : null}
      {done === null || total === 1 ? null : (
        <div className="model-fetch">
          <p>
            <span>{say`Deleting`}</span>
            <span className="quiet">
              {done} {say`of`} {total}
            </span>
          </p>
          <Progress name={say`Deleting`} part={done / total} />
        </div>
      )}
      <DialogButtons>
        {done === null ? (
          <>
            <Button onClick={onClose}>{say`Keep`}</Button>
            <Button look="harm-main" onClick={() => void remove()}>
              {say`Delete`} {name}
            </Button>
          </>
        ) : (
          <Button
            onClick={() => {
              isStopped.current = true;
            }}
          >
            {say`Stop`}
          </Button>
        )}
      </DialogButtons>
    </Dialog>
  );
}

/** What is to go, batch by batch; each batch is asked for when the one before it is gone. */
async function* idsOf(loss: Loss): AsyncGenerator<string> {
  if (loss.what === 'one') {
    yield loss.line.id;
    return;
  }
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const { conversations } = await api.conversations.list({ limit: BATCH });
    if (conversations.length === 0) return;
    for (const { id } of conversations) yield id;
  }
}

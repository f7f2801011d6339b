import { useState } from 'react';
import { PRUNED_KINDS, type Pruned, type PrunedKind, type StoredKind } from '../../../core/models/storage.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Select } from '../../components/select.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { bytes, counted } from '../../figures.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { Card, Group, Line } from './card.tsx';
import { say } from '../../words/say.ts';

const TITLES: Readonly<Record<PrunedKind, string>> = {
  requests: say`Requests to models`,
  before_images: say`Files from before a change`,
  events: say`What happened when`,
  log: say`The log`,
};

const DETAILS: Readonly<Record<PrunedKind, string>> = {
  requests: say`Their words. When, to whom and what each cost stays, and the inspector says that the rest was removed`,
  before_images: say`As they were before a tool touched them`,
  events: say`By which windows that come back learn what they missed. The newest 5,000 stay`,
  log: say`Faults of Glasshouse itself`,
};

const KINDS: Readonly<Record<StoredKind, string>> = {
  conversations: say`Messages, tool calls and runs`,
  outputs: say`Long outputs of tools`,
  requests: say`Requests as they went to models`,
  before_images: say`Files as they were before a tool touched them`,
  events: say`What happened when`,
  search: say`The index of the search`,
  settings: say`Settings and what windows remember`,
  log: say`The log`,
  models: say`Files of models`,
  free: say`Room inside the database that is used again`,
};

const DAYS = [7, 30, 90, 180, 365];

/** What uses space, and for how long it is kept. */
export function StorageCard() {
  const storage = useAnswer(
    'storage',
    () => api.system.storage({}),
    ({ type }) => type === 'settings_changed' || type === 'reset',
  );
  const [isAsking, setAsking] = useState(false);
  const report = storage.value;
  const keep = async (kind: PrunedKind, value: string) => {
    try {
      await api.settings.set({ key: `keep_${kind}`, value });
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
    storage.askAgain();
  };
  if (storage.failure && !report) {
    return <Trouble title={say`What uses space cannot be measured`} failure={storage.failure} onRetry={storage.askAgain} />;
  }
  const wouldGo = report?.wouldGo.filter((each) => each.count > 0) ?? [];
  return (
    <>
      <Group title={say`What uses space`}>
        <Card>
          {report ? null : <WaitingLines />}
          {report?.sizes
            .filter((each) => each.bytes > 0)
            .map(({ kind, bytes: size }) => (
              <Line key={kind} title={KINDS[kind]}>
                <span className="settings-figure">{bytes(size)}</span>
              </Line>
            ))}
        </Card>
      </Group>
      <Group title={say`How long it is kept`} aside={say`no word of a conversation is ever among it`}>
        <Card>
          {report
            ? PRUNED_KINDS.map((kind) => (
                <Line key={kind} title={TITLES[kind]} detail={DETAILS[kind]}>
                  <Select
                    name={TITLES[kind]}
                    value={String(report.retention[kind] ?? 'never')}
                    options={optionsFor(report.retention[kind])}
                    onChange={(value) => void keep(kind, value)}
                  />
                </Line>
              ))
            : null}
          <Line
            title={say`Free up space now`}
            detail={
              wouldGo.length === 0
                ? say`Nothing is older than it is kept`
                : say`${wouldGo.map(inWords).join('; ')}. It goes by itself once a day`
            }
          >
            <Button small disabled={wouldGo.length === 0} onClick={() => setAsking(true)}>
              {say`Free up…`}
            </Button>
          </Line>
        </Card>
      </Group>
      {isAsking ? <FreeUpDialog wouldGo={wouldGo} onClose={() => setAsking(false)} onDone={storage.askAgain} /> : null}
    </>
  );
}

interface FreeUpDialogProps {
  readonly wouldGo: readonly Pruned[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function FreeUpDialog({ wouldGo, onClose, onDone }: FreeUpDialogProps) {
  const [isAtWork, setAtWork] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const free = async () => {
    setAtWork(true);
    try {
      const { gone } = await api.system.prune({});
      tell(say`Freed about ${bytes(gone.reduce((sum, each) => sum + each.bytes, 0))}`);
      onDone();
      onClose();
    } catch (error) {
      setWrong(failureInWords(failureOf(error)));
      setAtWork(false);
    }
  };
  return (
    <Dialog title={say`Free up space now?`} onClose={onClose}>
      <p>{say`This goes, and cannot be brought back. No word of a conversation is among it.`}</p>
      <ul>
        {wouldGo.map((each) => (
          <li key={each.kind}>{inWords(each)}</li>
        ))}
      </ul>
      {wrong ? (
        <p className="harm" role="alert">
          {wrong}
        </p>
      ) : null}
      <DialogButtons>
        <Button onClick={onClose}>{say`Keep`}</Button>
        <Button look="harm-main" disabled={isAtWork} onClick={() => void free()}>
          {isAtWork ? say`Taking it away…` : say`Take it away`}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

function optionsFor(current: number | null): readonly { readonly value: string; readonly label: string }[] {
  const days = [...new Set([...DAYS, ...(current === null ? [] : [current])])].toSorted((a, b) => a - b);
  return [...days.map((each) => ({ value: String(each), label: counted(each, 'day') })), { value: 'never', label: say`For ever` }];
}

function inWords({ kind, count, bytes: size }: Pruned): string {
  const counts: Readonly<Record<PrunedKind, string>> = {
    requests: counted(count, 'request'),
    before_images: counted(count, 'earlier file'),
    events: counted(count, 'event'),
    log: counted(count, 'log line'),
  };
  return say`${counts[kind]}, about ${bytes(size)}`;
}

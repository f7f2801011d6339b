import { ChevronDown, ChevronUp } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import type { StreamEvent } from '../../../contract/events.ts';
import type { FoundHere } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { Tag } from '../../components/tag.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { bytes, counted, dayOf, daysAgo, timeOfDay } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { loadModels, shortModelName, useModels } from '../../stores/models-store.ts';
import { forgetRefusal, useRefusedAt } from '../../stores/refused-keys.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { Card, Group, Line } from './card.tsx';
import { providerKeys, type ProviderKey } from './provider-keys.ts';
import { say } from '../../words/say.ts';

const isSettings = (event: StreamEvent) => event.type === 'settings_changed' || event.type === 'reset';

/** Where models come from: this machine, and providers with a key. A key goes in and never comes out again. */
export function ProvidersSection() {
  const settings = useAnswer('settings', async () => (await api.settings.list({})).settings, isSettings);
  const found = useAnswer('found', () => api.system.found({}), isSettings);
  const models = useModels((state) => state.models);
  const providers = providerKeys(settings.value ?? [], models);
  return (
    <>
      <p className="settings-lead">
        {say`Where models come from. A key is kept in the keychain of this machine, or in an encrypted file where there is none, and never shown again, written to a log or put in an export.`}
      </p>
      <Group title={say`On this machine`}>
        <Card>
          {found.value ? <Here found={found.value} onLookAgain={found.askAgain} /> : <FirstLook failure={found.failure !== null} />}
        </Card>
        {found.failure ? (
          <Trouble title={say`This machine could not be looked at`} failure={found.failure} onRetry={found.askAgain} />
        ) : null}
      </Group>
      <Group title={say`Elsewhere`} aside={say`what you send leaves this machine`}>
        {settings.failure && !settings.value ? (
          <Trouble title={say`The settings cannot be read`} failure={settings.failure} onRetry={settings.askAgain} />
        ) : (
          <Card>
            {settings.value ? (
              providers.map((each) => <OneProvider key={each.title} provider={each} onChanged={settings.askAgain} />)
            ) : (
              <WaitingLines />
            )}
          </Card>
        )}
      </Group>
    </>
  );
}

/** What a provider said of its key when it was asked last. */
function withRefusal(each: ProviderKey, at: number | null): ProviderKey {
  if (at === null || each.from === null) return each;
  const when = daysAgo(at, Date.now()) === 0 ? say`at ${timeOfDay(at)}` : say`on ${dayOf(at, Date.now())}`;
  return { ...each, trouble: say`The key was refused ${when}.` };
}

function FirstLook({ failure }: { failure: boolean }) {
  return <Line title={failure ? say`Not looked at` : say`Looking…`} />;
}

function Here({ found, onLookAgain }: { found: FoundHere; onLookAgain: () => void }) {
  const embedded = found.models.filter((model) => model.file);
  return (
    <>
      {embedded.map((model) => (
        <Line
          key={model.id}
          title={say`Embedded`}
          detail={`${shortModelName(model.id)}, ${bytes(model.file?.bytes ?? 0)}${model.file?.state === 'ready' ? say`, here` : say`, not here yet`}`}
        >
          <Button small onClick={() => goTo({ screen: 'settings', section: 'models' })}>
            {say`Models`}
          </Button>
        </Line>
      ))}
      {found.servers.map((server) => (
        <Line
          key={server.name}
          title={server.name}
          detail={
            <>
              {say`Found at`} <span className="mono">{server.address}</span>, {counted(server.models, 'model')}
            </>
          }
        >
          <Button small onClick={() => goTo({ screen: 'settings', section: 'models' })}>
            {say`Models`}
          </Button>
        </Line>
      ))}
      <Line
        title={found.servers.length === 0 ? say`No model server` : say`Another model server`}
        detail={
          found.servers.length === 0 ? say`None answers on this machine. Start one and look again.` : say`It is found at its usual address.`
        }
      >
        <Button look="plain" small onClick={onLookAgain}>
          {say`Look again`}
        </Button>
      </Line>
    </>
  );
}

function whereItIs(provider: ProviderKey): string {
  switch (provider.from) {
    case 'environment':
      return say`Key present, from ${provider.key} in the environment`;
    case 'keychain':
      return say`Key present, in the keychain`;
    case 'file':
      return say`Key present, in an encrypted file`;
    case null:
      return say`No key`;
  }
}

function OneProvider({ provider: told, onChanged }: { provider: ProviderKey; onChanged: () => void }) {
  const provider = withRefusal(told, useRefusedAt(told.provider ?? told.key));
  const [isOpen, setOpen] = useState(false);
  const below = useId();
  const hasKey = provider.from !== null;
  return (
    <Line
      title={provider.title}
      detail={
        <>
          {provider.trouble ? <span className="harm">{sentence(provider.trouble)} </span> : null}
          {whereItIs(provider)}
        </>
      }
      below={isOpen ? <KeyForm id={below} provider={provider} onChanged={onChanged} onDone={() => setOpen(false)} /> : null}
    >
      {hasKey && provider.models.length > 0 ? <span className="settings-figure">{counted(provider.models.length, 'model')}</span> : null}
      {hasKey && !provider.trouble ? (
        <IconButton
          icon={isOpen ? ChevronUp : ChevronDown}
          name={isOpen ? say`Close ${provider.title}` : say`Open ${provider.title}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
      ) : (
        <Button
          small
          look={provider.trouble ? 'framed' : 'plain'}
          aria-expanded={isOpen}
          aria-label={say`${provider.trouble ? say`Enter a new key` : say`Add key`} for ${provider.title}`}
          onClick={() => setOpen(!isOpen)}
        >
          {provider.trouble ? say`Enter a new key` : say`Add key`}
        </Button>
      )}
    </Line>
  );
}

interface KeyFormProps {
  readonly id: string;
  readonly provider: ProviderKey;
  readonly onChanged: () => void;
  readonly onDone: () => void;
}

/** The field is emptied as soon as the key is handed over: it is nowhere in the page after that. */
function KeyForm({ id, provider, onChanged, onDone }: KeyFormProps) {
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isKept = provider.from === 'keychain' || provider.from === 'file';

  const change = async (act: () => Promise<string>) => {
    setBusy(true);
    setWrong(undefined);
    try {
      tell(await act());
      setValue('');
      for (const opened of provider.opens) forgetRefusal(opened);
      onChanged();
      void loadModels().catch(() => undefined);
      onDone();
    } catch (error) {
      setWrong(failureInWords(failureOf(error)));
    } finally {
      setBusy(false);
    }
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    void change(async () => say`Key for ${provider.title}: ${(await api.settings.set({ key: provider.key, value })).shown}`);
  };
  const remove = () =>
    void change(async () => {
      await api.settings.remove({ key: provider.key });
      return say`The key for ${provider.title} is removed`;
    });

  return (
    <div id={id}>
      <form className="key-form" onSubmit={save}>
        <div>
          <Field
            name={say`Key for ${provider.title}`}
            type="password"
            autoComplete="off"
            placeholder={isKept ? say`Paste a new key to replace the one kept` : say`Paste the key`}
            value={value}
            wrong={wrong}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- it was opened to type into
            autoFocus
            onChange={(event) => setValue(event.target.value)}
          />
        </div>
        <Button type="submit" look={isKept ? 'framed' : 'main'} disabled={value.trim() === '' || isBusy}>
          {isKept ? say`Replace` : say`Keep`}
        </Button>
        {isKept ? (
          <Button look="plain-harm" disabled={isBusy} onClick={remove}>
            {say`Remove`}
          </Button>
        ) : null}
      </form>
      {provider.from === 'environment' ? (
        <p className="settings-hint">
          <span className="mono">{provider.key}</span>{' '}
          {say`in the environment wins over a key that is kept here. Take it away there to use another.`}
        </p>
      ) : null}
      {provider.models.length > 0 ? (
        <ul className="provider-models">
          {provider.models.slice(0, 12).map((model) => (
            <li key={model.id}>
              <span className={model.isDefault ? 'medium' : ''}>{shortModelName(model.id)}</span>
              {model.note ? <span className="quiet">{model.note}</span> : null}
              <span className="grow" />
              {model.isDefault ? <Tag look="fill">{say`default`}</Tag> : null}
            </li>
          ))}
          {provider.models.length > 12 ? (
            <li>
              <a
                href="/settings/models"
                onClick={(event) => {
                  event.preventDefault();
                  goTo({ screen: 'settings', section: 'models' });
                }}
              >
                {say`All`} {provider.models.length} {say`models`}
              </a>
            </li>
          ) : null}
        </ul>
      ) : null}
    </div>
  );
}

/** `the key was refused` → `The key was refused.` */
function sentence(words: string): string {
  const text = words.trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`;
}

import { Check, CircleAlert, CircleDashed, Plus, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FoundHere, ModelLine } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Sign } from '../../components/sign.tsx';
import { bytes, counted, duration } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { remember } from '../../stores/memory-store.ts';
import { loadModels, shortModelName } from '../../stores/models-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { say } from '../../words/say.ts';

interface FoundRowsProps {
  readonly found: FoundHere;
  /** As the stream tells them: with the progress of a fetch. */
  readonly models: readonly ModelLine[];
  /** The conversation whose run fetches the model; null: it is fetched by itself, if at all. */
  readonly fetchedFor: string | null;
}

/** What can answer here: the embedded model, servers on this machine, keys. Each with the one thing to do about it. */
export function FoundRows({ found, models, fetchedFor }: FoundRowsProps) {
  const embedded = models.filter((model) => model.file);
  const isNothingElse = found.servers.length === 0 && found.keys.length === 0;
  return (
    <ul className="found">
      {embedded.map((model) => (
        <EmbeddedRow key={model.id} model={model} fetchedFor={fetchedFor} />
      ))}
      {found.servers.map((server) => (
        <Row
          key={server.address}
          sign={Check}
          act={<Use model={models.find((model) => model.ready && !model.file && isOf(model, server.name))} />}
        >
          <b>{server.name}</b>{' '}
          <span className="quiet">
            {say`runs here, with`} {counted(server.models, 'model')}
          </span>
        </Row>
      ))}
      {found.keys.map((key) => {
        const opened = models.find(
          (model) =>
            model.ready && model.destination.kind === 'host' && key.providers.some((provider) => model.id.startsWith(`${provider}/`)),
        );
        return (
          <Row key={key.name} sign={Check} act={<Use model={opened} />}>
            {say`A key,`} <b className="mono">{key.name}</b>, <span className="quiet">{WHERE[key.from]}</span>
          </Row>
        );
      })}
      {found.sandbox.ok ? null : (
        <Row sign={CircleAlert} act={<SettingsButton section="about">{say`Look`}</SettingsButton>}>
          {say`Commands are off`} <span className="quiet">{found.sandbox.reason ?? say`there is no sandbox for them here`}</span>
        </Row>
      )}
      <Row sign={Plus} act={<SettingsButton section="providers">{say`Add one`}</SettingsButton>}>
        <span className="quiet">{isNothingElse ? say`No other provider was found` : say`Another provider`}</span>
      </Row>
    </ul>
  );
}

const WHERE = {
  environment: say`is in your environment`,
  keychain: say`is in the keychain`,
  file: say`is kept in an encrypted file`,
} as const;

function EmbeddedRow({ model, fetchedFor }: { model: ModelLine; fetchedFor: string | null }) {
  const file = model.file;
  if (!file) return null;
  const name = <b>{shortModelName(model.id)}</b>;
  const act = async (ask: Promise<unknown>) => {
    await ask.catch((error: unknown) => tell(failureInWords(failureOf(error))));
    await loadModels().catch(() => undefined);
  };
  switch (file.state) {
    case 'ready':
      return (
        <Row sign={Check} act={<Use model={model} />}>
          {name} <span className="quiet">{say`is here and stays on this machine`}</span>
        </Row>
      );
    case 'missing':
      return (
        <Row
          sign={CircleDashed}
          act={
            <Button look="plain" small onClick={() => void act(api.models.pull({ id: model.id }))}>
              {say`Fetch it`}
            </Button>
          }
        >
          {name}{' '}
          <span className="quiet">
            {say`works without a key, on this machine:`} {bytes(file.bytes)} {say`to fetch once`}
          </span>
        </Row>
      );
    case 'fetching':
      return (
        <Row
          sign={<Sign lit="4" live />}
          act={
            fetchedFor === null ? (
              <Button look="plain" small onClick={() => void act(api.models.stopPull({ id: model.id }))}>
                {say`Stop`}
              </Button>
            ) : (
              <Button look="plain" small onClick={() => goTo({ screen: 'conversation', id: fetchedFor, messageId: null })}>
                {say`Show`}
              </Button>
            )
          }
        >
          {name} <span className="quiet">{fetchWords(file.progress)}</span>
        </Row>
      );
  }
}

/** "is on its way: 212 of 491 MB, 8.4 MB/s, 33 s left". */
function fetchWords(progress: NonNullable<ModelLine['file']>['progress']): string {
  if (!progress) return say`is on its way`;
  switch (progress.phase) {
    case 'waiting':
      return say`is being fetched by another Glasshouse`;
    case 'verifying':
      return say`is here; its digest is being checked`;
    case 'joining':
      return say`is here; it is being put together`;
    case 'fetching': {
      const all = bytes(progress.total);
      const unit = all.slice(all.indexOf('\u00a0'));
      const done = bytes(progress.done);
      const figures = [say`${done.endsWith(unit) ? done.slice(0, -unit.length) : done} of ${all}`];
      if (progress.bytesPerSecond !== null) figures.push(`${bytes(progress.bytesPerSecond)}/s`);
      if (progress.secondsLeft !== null) figures.push(say`${duration(Math.max(1, Math.round(progress.secondsLeft)) * 1_000)} left`);
      return say`is on its way: ${figures.join(', ')}`;
    }
  }
}

/** Makes a model the one that answers. Nothing to press when it already is. */
function Use({ model }: { model: ModelLine | undefined }) {
  if (!model) return null;
  if (model.isDefault) return <span className="quiet found-default">{say`answers`}</span>;
  const use = async () => {
    try {
      await api.settings.set({ key: 'model', value: model.id });
      remember('choice:model', '');
      await loadModels();
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
  };
  return (
    <Button look="plain" small onClick={() => void use()}>
      {say`Use`} {shortModelName(model.id)}
    </Button>
  );
}

function SettingsButton({ section, children }: { section: string; children: string }) {
  return (
    <Button look="plain" small onClick={() => goTo({ screen: 'settings', section })}>
      {children}
    </Button>
  );
}

function Row({ sign, children, act }: { sign: LucideIcon | ReactNode; children: ReactNode; act: ReactNode }) {
  return (
    <li>
      <span className="found-sign">{isIcon(sign) ? <Icon of={sign} /> : sign}</span>
      <span>{children}</span>
      {act}
    </li>
  );
}

/** Lucide's icons are components: an object that React makes for a forwarded ref, not an element. */
function isIcon(sign: LucideIcon | ReactNode): sign is LucideIcon {
  return typeof sign === 'object' && sign !== null && 'render' in sign;
}

/** Whether a model belongs to a provider, by the first part of its id. */
function isOf(model: ModelLine, provider: string): boolean {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return plain(model.id.split('/')[0] ?? '').startsWith(plain(provider));
}

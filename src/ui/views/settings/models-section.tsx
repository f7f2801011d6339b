import { Search } from 'lucide-react';
import { useState } from 'react';
import type { ModelLine } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Progress } from '../../components/progress.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { Tag } from '../../components/tag.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { bytes, fetched } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { loadModels, shortModelName, useModels, whereWordsGo } from '../../stores/models-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { factsOf } from '../composer/found-models.ts';
import { Card, Group, Line } from './card.tsx';
import { NetworkCard } from './network-card.tsx';
import { PlainSetting } from './plain-setting.tsx';
import { PriceDialog } from './price-dialog.tsx';
import { FallbackCard } from './fallback-card.tsx';
import { say } from '../../words/say.ts';

/** Models of a group that are listed at once. */
const LISTED = 12;

/** Which model answers, where the words go (U3), what is ready and what is missing. */
export function ModelsSection() {
  const { models, isLoaded } = useModels();
  const [wanted, setWanted] = useState('');
  const fits = (model: ModelLine) => model.id.toLowerCase().includes(wanted.trim().toLowerCase());
  const here = models.filter((model) => model.destination.kind === 'machine' && fits(model));
  const elsewhere = models.filter((model) => model.destination.kind === 'host' && fits(model));
  return (
    <>
      <p className="settings-lead">
        {say`The default answers when you choose no other below the message. Beside each stands where your words go when it is asked.`}
      </p>
      {models.length > LISTED ? (
        <Field
          name={say`Search models`}
          placeholder={say`Search models`}
          type="search"
          className="models-search"
          before={<Icon of={Search} small />}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      ) : null}
      <ModelGroup title={say`On this machine`} aside={say`nothing leaves it`} models={here} isLoaded={isLoaded} />
      {elsewhere.length > 0 ? (
        <ModelGroup title={say`Elsewhere`} aside={say`what you send leaves this machine`} models={elsewhere} isLoaded={isLoaded} />
      ) : null}
      <MoreAboutModels />
    </>
  );
}

interface ModelGroupProps {
  readonly title: string;
  readonly aside: string;
  readonly models: readonly ModelLine[];
  readonly isLoaded: boolean;
}

function ModelGroup({ title, aside, models, isLoaded }: ModelGroupProps) {
  const [listed, setListed] = useState(LISTED);
  return (
    <Group title={title} aside={aside}>
      <Card>
        {isLoaded ? null : <WaitingLines />}
        {isLoaded && models.length === 0 ? <Line title={say`None`} detail={say`No model of this kind is known.`} /> : null}
        {models.slice(0, listed).map((model) => (
          <OneModel key={model.id} model={model} />
        ))}
        {models.length > listed ? (
          <div className="settings-line">
            <Button look="plain" small onClick={() => setListed(models.length)}>
              {say`Show all`} {models.length}
            </Button>
          </div>
        ) : null}
      </Card>
    </Group>
  );
}

/** Whether it is a kind of model whose name the person must complete: `server/MODEL`. */
function isPattern(model: ModelLine): boolean {
  return model.id.endsWith('/MODEL');
}

function OneModel({ model }: { model: ModelLine }) {
  const file = model.file;
  const progress = file?.state === 'fetching' ? file.progress : undefined;
  const facts = [
    whereWordsGo(model),
    file?.state === 'missing' ? say`not here yet` : null,
    model.note ?? (file ? bytes(file.bytes) : null),
    ...factsOf(model),
    model.price ? `${model.price.isOwn ? say`your price of` : say`price of`} ${model.price.asOf}` : null,
  ].filter(Boolean);
  return (
    <Line
      title={<span className="model-name">{isPattern(model) ? model.id.slice(0, -'/MODEL'.length) : model.id}</span>}
      detail={
        <>
          {facts.join(' · ')}
          {!model.ready && model.missing && file?.state !== 'fetching' ? <span className="model-missing"> · {model.missing}</span> : null}
        </>
      }
      below={
        progress ? (
          <div className="model-fetch">
            <p>
              <span>{PHASES[progress.phase]}</span>
              <span className="quiet">{fetched(progress.done, progress.total, progress.bytesPerSecond, progress.secondsLeft)}</span>
            </p>
            <Progress name={say`Fetching ${shortModelName(model.id)}`} part={progress.total > 0 ? progress.done / progress.total : 0} />
          </div>
        ) : null
      }
    >
      <ModelActs model={model} />
    </Line>
  );
}

const PHASES = {
  waiting: say`Waiting for another fetch`,
  fetching: say`Fetching`,
  joining: say`Putting it together`,
  verifying: say`Checking its digest`,
} as const;

function ModelActs({ model }: { model: ModelLine }) {
  const [isPricing, setPricing] = useState(false);
  const act = async (ask: () => Promise<unknown>, said?: string) => {
    try {
      await ask();
      if (said) tell(said);
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
    void loadModels().catch(() => undefined);
  };
  if (model.file?.state === 'fetching') {
    return (
      <Button
        small
        onClick={() =>
          void act(() => api.models.stopPull({ id: model.id }), say`Stopped. It goes on where it was when you fetch it again.`)
        }
      >
        {say`Stop`}
      </Button>
    );
  }
  return (
    <>
      {isPattern(model) || model.destination.kind === 'machine' ? null : (
        <Button look="plain" small aria-label={say`Price of ${model.id}`} onClick={() => setPricing(true)}>
          {say`Price`}
        </Button>
      )}
      {isPricing ? <PriceDialog model={model} onClose={() => setPricing(false)} /> : null}
      {model.isDefault ? <Tag look="fill">{say`default`}</Tag> : null}
      {model.file?.state === 'missing' ? (
        <Button small onClick={() => void act(() => api.models.pull({ id: model.id }))}>
          {say`Fetch`}
        </Button>
      ) : null}
      {!model.ready && !model.file && model.destination.kind === 'host' ? (
        <Button look="plain" small onClick={() => goTo({ screen: 'settings', section: 'providers' })}>
          {say`Add key`}
        </Button>
      ) : null}
      {model.isDefault || isPattern(model) || !(model.ready || model.file) ? null : (
        <Button
          look="plain"
          small
          aria-label={say`Use by default: ${model.id}`}
          onClick={() =>
            void act(() => api.settings.set({ key: 'model', value: model.id }), say`${shortModelName(model.id)} answers from now on`)
          }
        >
          {say`Use by default`}
        </Button>
      )}
    </>
  );
}

/** What else can be said about models: each plain setting, with its own words. */
function MoreAboutModels() {
  const settings = useAnswer(
    'settings',
    async () => (await api.settings.list({})).settings,
    (event) => event.type === 'settings_changed' || event.type === 'reset',
  );
  if (settings.failure && !settings.value) {
    return <Trouble title={say`The settings cannot be read`} failure={settings.failure} onRetry={settings.askAgain} />;
  }
  if (!settings.value) return null;
  const plain = settings.value.filter(
    (setting) => !setting.isSecret && !HAS_ITS_OWN_PLACE.has(setting.key) && !setting.key.startsWith('keep_'),
  );
  return (
    <>
      <FallbackCard settings={settings.value} onChanged={settings.askAgain} />
      <NetworkCard settings={settings.value} onChanged={settings.askAgain} />
      <Group title={say`By hand`}>
        <Card>
          {plain.map((setting) => (
            <PlainSetting key={`${setting.key}:${setting.value ?? ''}`} setting={setting} onChanged={settings.askAgain} />
          ))}
        </Card>
      </Group>
    </>
  );
}

/** Settings that are not a plain field here. */
const HAS_ITS_OWN_PLACE: ReadonlySet<string> = new Set([
  'instructions',
  'fallback',
  'fallback_leaves_machine',
  'proxy',
  'no_proxy',
  'ca_file',
  'update_notice',
  'language',
]);

import { Command } from 'cmdk';
import { Check, Search, Star } from 'lucide-react';
import { useState } from 'react';
import type { ModelLine } from '../../../contract/views.ts';
import { Icon } from '../../components/icon.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { bytes } from '../../figures.ts';
import { SHORTCUTS } from '../../shortcuts.ts';
import { toggleFavourite, useFavouriteModels } from '../../stores/favourite-models.ts';
import { isProviderOnly, useModels, whereWordsGo } from '../../stores/models-store.ts';
import { factsOf, foundModels } from './found-models.ts';
import { say } from '../../words/say.ts';

interface ModelChoiceProps {
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
  readonly onSettings: () => void;
}

/** Every model there is, to be searched; favourites on top, and beside each where the words go (U3), what it can and what it costs. */
export function ModelChoice({ chosen, onChoose, onSettings }: ModelChoiceProps) {
  const models = useModels((state) => state.models);
  const favourites = useFavouriteModels();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(chosen ?? '');
  const groups = foundModels(models, favourites, query);
  return (
    <Command
      shouldFilter={false}
      loop
      label={say`Models`}
      value={at}
      onValueChange={setAt}
      className="model-choice"
      onKeyDown={(event) => {
        if (!event.altKey || event.code !== 'KeyS') return;
        event.preventDefault();
        if (models.some((model) => model.id === at)) toggleFavourite(at);
      }}
    >
      <div className="model-choice-search">
        <Icon of={Search} small />
        <Command.Input value={query} onValueChange={setQuery} placeholder={say`Search models`} autoFocus />
      </div>
      <Command.List label={say`Models`} className="model-choice-list">
        {groups.map(({ title, models: shown }) => (
          <Command.Group key={title} heading={<span className="menu-label label">{title}</span>}>
            {shown.map((model) => (
              <OneModel
                key={model.id}
                model={model}
                isChosen={model.id === chosen}
                isFavourite={favourites.includes(model.id)}
                onSelect={() => (isProviderOnly(model.id) ? onSettings() : onChoose(model.id))}
              />
            ))}
          </Command.Group>
        ))}
        {groups.length === 0 ? <p className="model-choice-none quiet">{say`No model has all these words`}</p> : null}
        <Command.Item value="settings:models" className="menu-item" onSelect={onSettings}>
          {say`Models, keys and prices…`}
        </Command.Item>
      </Command.List>
      <p className="model-choice-keys" aria-hidden="true">
        <Kbd>{SHORTCUTS.star.keys}</Kbd> {say`Star`} <Kbd>↵</Kbd> {say`Choose`}
      </p>
    </Command>
  );
}

interface OneModelProps {
  readonly model: ModelLine;
  readonly isChosen: boolean;
  readonly isFavourite: boolean;
  readonly onSelect: () => void;
}

function OneModel({ model, isChosen, isFavourite, onSelect }: OneModelProps) {
  const at = model.id.indexOf('/');
  return (
    <Command.Item value={model.id} className={`menu-item model-line ${isChosen ? 'is-chosen' : ''}`} onSelect={onSelect}>
      <span className="model-line-sign">{isChosen ? <Icon of={Check} small /> : null}</span>
      <span className="grow model-line-words">
        <span className="cut">
          {isProviderOnly(model.id) ? model.id.slice(0, at) : model.id.slice(at + 1)}
          {isProviderOnly(model.id) ? null : <span className="quiet"> {model.id.slice(0, at)}</span>}
        </span>
        <span className="hint cut">{[model.ready ? whereWordsGo(model) : missingWords(model), ...factsOf(model)].join(' · ')}</span>
      </span>
      {isFavourite ? <span className="unseen">{say`, favourite`}</span> : null}
      {isProviderOnly(model.id) ? null : (
        // For a pointer; the keyboard has Alt S.
        <span
          className={`model-star ${isFavourite ? 'is-on' : ''}`}
          aria-hidden="true"
          title={isFavourite ? say`Take the star away` : say`Star: keep it on top`}
          onClick={(event) => {
            event.stopPropagation();
            toggleFavourite(model.id);
          }}
        >
          <Icon of={Star} small />
        </span>
      )}
    </Command.Item>
  );
}

/** What a model that is not ready lacks. One with a file of its own can be chosen all the same: it is fetched when it is first asked. */
function missingWords(model: ModelLine): string {
  if (model.file?.state === 'fetching') return say`being fetched`;
  if (model.file?.state === 'missing') return say`fetched on first use, ${bytes(model.file.bytes)}`;
  return model.missing ?? whereWordsGo(model);
}

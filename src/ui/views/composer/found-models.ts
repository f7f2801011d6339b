import type { ModelLine } from '../../../contract/views.ts';
import { tokens } from '../../figures.ts';
import { isProviderOnly, whereWordsGo } from '../../stores/models-store.ts';
import { say } from '../../words/say.ts';

export interface ModelGroup {
  readonly title: string;
  readonly models: readonly ModelLine[];
}

/** Models that are shown of one group at once: the search finds the others. */
const SHOWN = 60;

/** What can be chosen, the favourites on top, then what is ready; with words, only what has them all in its name, place or abilities. */
export function foundModels(models: readonly ModelLine[], favourites: readonly string[], query: string): readonly ModelGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = models.filter((model) => {
    const text = `${model.id} ${whereWordsGo(model)} ${factsOf(model).join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const starred = favourites.flatMap((id) => fitting.filter((model) => model.id === id));
  const others = fitting.filter((model) => !favourites.includes(model.id));
  return [
    { title: say`Favourites`, models: starred },
    // A line that stands for all of a provider's models cannot be asked itself.
    { title: say`Ready`, models: others.filter((model) => model.ready && !isProviderOnly(model.id)).slice(0, SHOWN) },
    { title: say`Not ready yet`, models: others.filter((model) => !model.ready).slice(0, SHOWN) },
  ].filter((group) => group.models.length > 0);
}

/** `200k tokens`, `thinks`, `$3 / $15` — what is known of it. */
export function factsOf(model: ModelLine): readonly string[] {
  return [
    model.window === undefined ? null : say`${tokens(model.window)} tokens`,
    model.thinks ? say`thinks` : null,
    model.price ? `$${model.price.input} / $${model.price.output}` : null,
  ].filter((fact) => fact !== null);
}

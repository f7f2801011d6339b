import { recall, remember, useRecalled } from './memory-store.ts';

/** Ids of models, one a line, in the order in which they were starred. */
const KEY = 'models:favourites';

export function useFavouriteModels(): readonly string[] {
  return idsIn(useRecalled(KEY));
}

/** Stars a model, or takes its star away; in every window. */
export function toggleFavourite(id: string): void {
  const ids = idsIn(recall(KEY));
  remember(KEY, (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]).join('\n'));
}

function idsIn(stored: string | undefined): readonly string[] {
  return stored ? stored.split('\n') : [];
}

import { create } from 'zustand';

interface SelectionState {
  readonly isOn: boolean;
  readonly ids: ReadonlySet<string>;
  /** The row that was taken last: Shift reaches from here. */
  readonly anchor: string | null;
}

const NONE: SelectionState = { isOn: false, ids: new Set(), anchor: null };

/** Conversations that are taken together, to do one thing with all of them. */
export const useSelection = create<SelectionState>(() => NONE);

export function beginSelection(first?: string): void {
  useSelection.setState({ isOn: true, ids: new Set(first === undefined ? [] : [first]), anchor: first ?? null });
}

export function endSelection(): void {
  useSelection.setState(NONE);
}

/** Takes a row, or lets go of it. */
export function toggleSelected(id: string): void {
  useSelection.setState(({ ids }) => {
    const changed = new Set(ids);
    if (!changed.delete(id)) changed.add(id);
    return { ids: changed, anchor: id };
  });
}

/** Takes all rows from the one that was taken last to this one, as they stand on the screen. */
export function selectThrough(id: string, order: readonly string[]): void {
  useSelection.setState(({ ids, anchor }) => ({ ids: new Set([...ids, ...between(order, anchor ?? id, id)]), anchor: id }));
}

export function selectAll(ids: readonly string[]): void {
  useSelection.setState({ ids: new Set(ids) });
}

/** Those from one to the other, both included, whichever stands first. */
function between(order: readonly string[], one: string, other: string): readonly string[] {
  const [a, b] = [order.indexOf(one), order.indexOf(other)];
  if (b < 0) return [];
  if (a < 0) return [other];
  return order.slice(Math.min(a, b), Math.max(a, b) + 1);
}

import { createContext } from 'react';

/** Leads to the place that a word of an answer names; null: the word is only a word. */
export type PlaceOf = (word: string) => (() => void) | null;

/** Given by whoever knows what an answer was made from. */
export const PlacesContext = createContext<PlaceOf | null>(null);

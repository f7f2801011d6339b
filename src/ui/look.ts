import { recall, remember } from './stores/memory-store.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Contrast = 'system' | 'more' | 'normal';
export type Density = 'comfortable' | 'compact';

/** Names and default of what can be chosen about the look; the rest follows from `tokens.css`. */
const CHOICES = { theme: 'system', contrast: 'system', density: 'comfortable' } as const;
export type LookChoice = keyof typeof CHOICES;

/** What is chosen, such as `look('theme')`. */
export function look(choice: LookChoice): string {
  return recall(`look:${choice}`) ?? CHOICES[choice];
}

export function choose(choice: LookChoice, value: string): void {
  remember(`look:${choice}`, value === CHOICES[choice] ? '' : value);
  applyLook();
}

/** Puts the choices on the document, and where the next start finds them before its first paint. */
export function applyLook(): void {
  for (const choice of Object.keys(CHOICES) as LookChoice[]) {
    const value = look(choice);
    const isDefault = value === CHOICES[choice];
    if (isDefault) delete document.documentElement.dataset[choice];
    else document.documentElement.dataset[choice] = value;
    if (isDefault) localStorage.removeItem(`look:${choice}`);
    else localStorage.setItem(`look:${choice}`, value);
  }
}

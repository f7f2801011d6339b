import type { AnnouncedEvent } from '../../core/agent/agent-event.ts';
import { recall, remember, useRecalled } from './memory-store.ts';

/** Which model each step asks; only steps that are at work. */
const asked = new Map<string, string>();

/** The provider of a model: the first part of its id. */
const providerOf = (model: string) => model.split('/')[0] ?? model;
const place = (provider: string) => `refused:${provider}`;

/** Remembers that a provider refused its key, until it takes one again. */
export function noteKeyRefusals(event: AnnouncedEvent): void {
  if (event.type === 'step_started') asked.set(event.step.id, event.step.model);
  if (event.type !== 'step_completed') return;
  const model = asked.get(event.stepId);
  asked.delete(event.stepId);
  if (model === undefined) return;
  const provider = providerOf(model);
  if (event.failure?.code === 'model_key_refused') remember(place(provider), String(event.endedAt));
  else if (!event.failure) forgetRefusal(provider);
}

export function forgetRefusal(provider: string): void {
  if (recall(place(provider)) !== undefined) remember(place(provider), '');
}

/** When a provider refused its key, in milliseconds since 1970; null: it did not, as far as is known. */
export function useRefusedAt(provider: string): number | null {
  const at = Number(useRecalled(place(provider)));
  return at > 0 ? at : null;
}

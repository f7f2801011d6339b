import { create } from 'zustand';
import type { StreamEvent } from '../../contract/events.ts';
import type { ModelLine } from '../../contract/views.ts';
import { api } from '../api.ts';
import { say } from '../words/say.ts';

interface ModelsState {
  readonly models: readonly ModelLine[];
  readonly isLoaded: boolean;
}

export const useModels = create<ModelsState>(() => ({ models: [], isLoaded: false }));

export async function loadModels(): Promise<void> {
  const { models } = await api.models.list({});
  useModels.setState({ models, isLoaded: true });
}

/** Progress of a fetch, as the stream tells it. */
export function applyModelEvent(event: Extract<StreamEvent, { type: 'model_fetch' }>): void {
  useModels.setState((state) => ({
    models: state.models.map((model) =>
      model.id === event.modelId
        ? { ...model, file: { state: 'fetching', bytes: model.file?.bytes ?? event.progress.total, progress: event.progress } }
        : model,
    ),
  }));
}

/** The model that answers when none is chosen. */
export function defaultModel(models: readonly ModelLine[]): ModelLine | undefined {
  return models.find((model) => model.isDefault) ?? models[0];
}

/** A model's name without the folder it stands in: `qwen2.5-coder-0.5b`; of a provider that is not set up, the provider's. */
export function shortModelName(id: string): string {
  const at = id.indexOf('/');
  return isProviderOnly(id) ? id.slice(0, at) : id.slice(at + 1);
}

/** A line of the list that stands for all models of a provider: it cannot be asked before the provider is set up. */
export function isProviderOnly(id: string): boolean {
  return id.endsWith('/MODEL');
}

/** Where the words go (U3). */
export function whereWordsGo(model: Pick<ModelLine, 'destination'>): string {
  return model.destination.kind === 'machine' ? say`stays on this machine` : say`goes to ${model.destination.host}`;
}

import { useConversationStore, useOpen } from './conversation-store.ts';
import { memoryIsLoaded, recall, remember, useRecalled } from './memory-store.ts';
import { defaultModel, useModels } from './models-store.ts';
import { latestRun } from './open-conversation.ts';

/** The choice for new conversations: the last one that was made anywhere. */
const LAST = 'choice:model';
const ofConversation = (id: string): string => `model:${id}`;

export function chooseModel(conversationId: string | null, modelId: string): void {
  remember(LAST, modelId);
  if (conversationId !== null) remember(ofConversation(conversationId), modelId);
}

/**
 * The model that answers what is sent now: what was chosen for the conversation, else the one that answered last in it, else the last choice.
 * Undefined: the default.
 */
export async function chosenModel(conversationId: string | null): Promise<string | undefined> {
  await memoryIsLoaded;
  if (conversationId === null) return recall(LAST);
  const open = useConversationStore.getState().open.get(conversationId);
  return recall(ofConversation(conversationId)) ?? (open ? latestRun(open)?.model : undefined) ?? recall(LAST);
}

/** The same, as it is shown. */
export function useChosenModel(conversationId: string | null): string | undefined {
  const chosen = useRecalled(conversationId === null ? LAST : ofConversation(conversationId));
  const ofRun = useOpen(conversationId ?? '', (open) => latestRun(open)?.model);
  const last = useRecalled(LAST);
  const models = useModels((state) => state.models);
  return chosen ?? ofRun ?? last ?? defaultModel(models)?.id;
}

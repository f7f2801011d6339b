import { agentOf, chosenAgent, useAgents, useChosenAgent } from './agents-store.ts';
import { useConversationStore, useOpen } from './conversation-store.ts';
import { memoryIsLoaded, recall, remember, useRecalled } from './memory-store.ts';
import { defaultModel, useModels } from './models-store.ts';
import { latestRun } from './open-conversation.ts';

/** The choice for new conversations: the last one that was made anywhere. */
const LAST = 'choice:model';
const ofConversation = (id: string): string => `model:${id}`;

/** Chosen for the next conversation with an agent that has a model of its own. */
const withAgent = (id: string): string => `choice:model:${id}`;

export function chooseModel(conversationId: string | null, modelId: string): void {
  const agent = conversationId === null ? chosenAgent() : undefined;
  if (agent?.model) return remember(withAgent(agent.id), modelId);
  remember(LAST, modelId);
  if (conversationId !== null) remember(ofConversation(conversationId), modelId);
}

/**
 * The model that answers what is sent now: what was chosen for the conversation, else its agent's own, else the one that answered last in it,
 * else the last choice.
 * Undefined: the default.
 */
export async function chosenModel(conversationId: string | null): Promise<string | undefined> {
  await memoryIsLoaded;
  if (conversationId === null) {
    const agent = chosenAgent();
    return agent?.model ? (recall(withAgent(agent.id)) ?? agent.model) : recall(LAST);
  }
  const open = useConversationStore.getState().open.get(conversationId);
  const ofAgent = agentOf(open?.conversation.agentId)?.model;
  return recall(ofConversation(conversationId)) ?? ofAgent ?? (open ? latestRun(open)?.model : undefined) ?? recall(LAST);
}

/** A conversation has begun with the agent that was chosen: what was chosen for it alone is the conversation's now. */
export function keepModelOfBeginning(conversationId: string): void {
  const agent = chosenAgent();
  const chosen = agent?.model ? recall(withAgent(agent.id)) : undefined;
  if (!agent || chosen === undefined) return;
  remember(ofConversation(conversationId), chosen);
  remember(withAgent(agent.id), '');
}

/** The same, as it is shown. */
export function useChosenModel(conversationId: string | null): string | undefined {
  const agent = useChosenAgent();
  const agentId = useOpen(conversationId ?? '', (open) => open.conversation.agentId);
  const ofAgent = useAgents((state) => state.agents.find((each) => each.id === (conversationId === null ? agent?.id : agentId))?.model);
  const own = conversationId !== null ? ofConversation(conversationId) : agent?.model ? withAgent(agent.id) : null;
  const chosen = useRecalled(own ?? LAST);
  const ofRun = useOpen(conversationId ?? '', (open) => latestRun(open)?.model);
  const last = useRecalled(LAST);
  const models = useModels((state) => state.models);
  return chosen ?? ofAgent ?? ofRun ?? last ?? defaultModel(models)?.id;
}

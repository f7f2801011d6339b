import type { StreamEvent } from '../contract/events.ts';
import { refusal } from './api.ts';
import { followEvents } from './event-stream.ts';
import { applyLook } from './look.ts';
import { loadAgents } from './stores/agents-store.ts';
import { useConnection } from './stores/connection-store.ts';
import {
  dropConversation,
  followFrom,
  readConversation,
  receive,
  rereadConversations,
  useConversationStore,
} from './stores/conversation-store.ts';
import { applyToList, forgetConversation, loadConversations, refreshConversations } from './stores/conversations-store.ts';
import { loadFolders } from './stores/folders-store.ts';
import { loadMemory } from './stores/memory-store.ts';
import { applyModelEvent, loadModels } from './stores/models-store.ts';
import { arrived } from './stores/sending-store.ts';
import { noteKeyRefusals } from './stores/refused-keys.ts';
import { loadWorkspaces } from './stores/workspaces-store.ts';
import { announce } from './stream-listeners.ts';

/** Opens the one stream of this window and hands each event to those whom it concerns. Ends with the signal. */
export function followServer(signal: AbortSignal): void {
  refusal.notify = () => useConnection.setState({ state: 'refused' });
  void followEvents({ onEvent: handle, onState: (state) => useConnection.setState({ state }), signal });
}

/** Reads what every screen needs. What fails is read again when the stream is open. */
export function readEverything(): void {
  for (const load of [loadConversations, loadModels, loadWorkspaces, loadAgents, loadFolders]) void load().catch(() => undefined);
  void loadMemory()
    .then(applyLook)
    .catch(() => undefined);
}

function handle(event: StreamEvent): void {
  switch (event.type) {
    case 'hello': {
      const before = useConnection.getState().instance;
      useConnection.setState({ instance: event.instance, version: event.version });
      // Another server than before: what it did at its start was told to nobody.
      if (before !== null && before !== event.instance) reset();
      else if (before !== null) readEverything();
      else {
        followFrom(event.seq);
        refreshConversations();
      }
      break;
    }
    case 'run_event':
      receive(event.conversationId, event);
      if (event.event.type === 'input_accepted') arrivedWithNextFrame(event.event.input.id);
      applyToList(event.conversationId, event.event);
      noteKeyRefusals(event.event);
      break;
    case 'conversation_changed':
      refreshConversations();
      if (useConversationStore.getState().open.has(event.conversationId)) void readConversation(event.conversationId);
      break;
    case 'conversation_deleted':
      forgetConversation(event.conversationId);
      dropConversation(event.conversationId);
      break;
    case 'settings_changed':
      void loadModels().catch(() => undefined);
      break;
    case 'agents_changed':
      void loadAgents().catch(() => undefined);
      break;
    case 'folders_changed':
      void loadFolders().catch(() => undefined);
      refreshConversations();
      break;
    case 'rules_changed':
      break;
    case 'model_fetch':
      applyModelEvent(event);
      break;
    case 'model_fetch_ended':
      void loadModels().catch(() => undefined);
      break;
    case 'reset':
      reset();
      break;
  }
  announce(event);
}

function reset(): void {
  readEverything();
  rereadConversations();
}

/** The echo goes in the very frame in which the message itself is drawn. */
function arrivedWithNextFrame(commandId: string): void {
  requestAnimationFrame(() => arrived(commandId));
}

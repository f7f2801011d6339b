import type { AnnouncedEvent } from '../core/agent/agent-event.ts';
import { visible } from '../core/models/visible.ts';
import type { StreamEvent } from '../contract/events.ts';
import { goTo } from './route.ts';
import { useConversations } from './stores/conversations-store.ts';
import { recall, remember } from './stores/memory-store.ts';
import { onStreamEvent } from './stream-listeners.ts';
import { say } from './words/say.ts';

/** The person's choice; of this browser is whether it may. */
const KEY = 'notify';

export type NotifyState = 'on' | 'off' | 'refused' | 'impossible';

export function notifyState(choice: string | undefined): NotifyState {
  if (!('Notification' in globalThis)) return 'impossible';
  if (choice !== 'on') return 'off';
  return Notification.permission === 'denied' ? 'refused' : Notification.permission === 'granted' ? 'on' : 'off';
}

/** Asks the browser where it has not been asked yet. */
export async function setNotify(isOn: boolean): Promise<void> {
  if (isOn && 'Notification' in globalThis && Notification.permission === 'default') await Notification.requestPermission();
  remember(KEY, isOn ? 'on' : '');
}

/** Tells the person, through the system, when a run in a window out of sight needs them or is over. */
export function notifyWhenHidden(): void {
  onStreamEvent((event) => {
    if (event.type !== 'run_event' || !document.hidden || notifyState(recall(KEY)) !== 'on') return;
    const words = wordsFor(event.event);
    if (words !== null) show(event, words);
  });
}

function wordsFor(event: AnnouncedEvent): string | null {
  if (event.type === 'interaction_requested') return say`waits for you`;
  if (event.type !== 'run_completed') return null;
  switch (event.state.name) {
    case 'completed':
      return say`is done`;
    case 'failed':
    case 'exhausted':
      return say`could not be finished`;
    default:
      // Who stopped it knows.
      return null;
  }
}

/** One for each conversation: what comes later takes its place. Not a word of what was said is in it: it may lie on a locked screen. */
function show({ conversationId }: Extract<StreamEvent, { type: 'run_event' }>, words: string): void {
  const title = useConversations.getState().lines.find((line) => line.id === conversationId)?.title;
  const told = new Notification('Glasshouse', {
    body: `${title ? `“${visible(title)}”` : say`A conversation`} ${words}`,
    tag: conversationId,
  });
  told.addEventListener('click', () => {
    globalThis.focus();
    goTo({ screen: 'conversation', id: conversationId, messageId: null });
    told.close();
  });
}

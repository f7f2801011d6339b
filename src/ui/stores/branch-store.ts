import { create } from 'zustand';
import { api, failureInWords, failureOf } from '../api.ts';
import { currentRoute, goTo } from '../route.ts';
import { chosenModel } from './chosen-model.ts';
import { readConversation } from './conversation-store.ts';
import { tell } from './toast-store.ts';
import { say } from '../words/say.ts';

/** Where the person went from one version of a message to another: there the focus and the view go, when it is shown. */
export interface Walk {
  readonly messageId: string;
  readonly direction: 'earlier' | 'later';
  /** Pixels from the top of the window at which the message that was left stood. */
  readonly top: number;
}

export const useWalk = create<{ readonly walk: Walk | null }>(() => ({ walk: null }));

export function endWalk(): void {
  useWalk.setState({ walk: null });
}

/** Shows another version of a message, here and in every window. */
export async function walkTo(conversationId: string, walk: Walk): Promise<void> {
  forgetAddress();
  useWalk.setState({ walk });
  try {
    await api.messages.leadThrough({ conversationId, messageId: walk.messageId });
    await readConversation(conversationId);
  } catch (error) {
    endWalk();
    tell(failureInWords(failureOf(error)));
  }
}

/** Shows a message that an address names, on whatever branch it stands. */
export async function leadToSought(conversationId: string, messageId: string): Promise<void> {
  try {
    await api.messages.leadThrough({ conversationId, messageId });
    await readConversation(conversationId);
  } catch (error) {
    const failure = failureOf(error);
    tell(
      failure.code === 'conversation_busy'
        ? say`That message stands on another branch. It can be shown when the run has ended`
        : failureInWords(failure),
    );
  }
}

/** @param commandId of this one wish: when it is sent twice it happens once. @returns whether it was taken */
export async function runEdited(conversationId: string, messageId: string, text: string, commandId: string): Promise<boolean> {
  return begin(conversationId, (model) => api.messages.edit({ commandId, conversationId, messageId, text, ...model }));
}

export async function runAgain(conversationId: string, messageId: string): Promise<boolean> {
  const commandId = crypto.randomUUID();
  return begin(conversationId, (model) => api.messages.answerAgain({ commandId, conversationId, messageId, ...model }));
}

async function begin(conversationId: string, call: (model: { readonly model?: string }) => Promise<unknown>): Promise<boolean> {
  forgetAddress();
  try {
    const model = await chosenModel(conversationId);
    await call(model === undefined ? {} : { model });
    return true;
  } catch (error) {
    tell(failureInWords(failureOf(error)));
    return false;
  }
}

/** An address that names a message would lead back to its branch when the page is read again. */
function forgetAddress(): void {
  const route = currentRoute();
  if (route.screen === 'conversation' && route.messageId !== null) goTo({ ...route, messageId: null }, { replace: true });
}

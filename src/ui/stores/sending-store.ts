import { create } from 'zustand';
import type { SendInput } from '../../contract/client.ts';
import { api, failureOf, type CallFailure } from '../api.ts';
import { readConversation, useConversationStore } from './conversation-store.ts';

/** A message on its way: shown at once, until the server tells of it. */
export interface Sending {
  readonly commandId: string;
  /** Null: it begins a new conversation. */
  readonly conversationId: string | null;
  readonly text: string;
  readonly files: readonly string[];
}

interface SendingState {
  readonly sending: readonly Sending[];
}

export const useSending = create<SendingState>(() => ({ sending: [] }));

/** Commands whose first reply did not come: the same words are sent again under the same name, and are said once. */
const unanswered = new Map<string, string>();

export type SendRequest = Omit<SendInput, 'commandId'>;
export type SendResult = { readonly ok: true; readonly conversationId: string } | { readonly ok: false; readonly failure: CallFailure };

/**
 * Says something. The words go first: what is drawn for them would hold them up by some milliseconds.
 * @param files names of what goes with it
 * @param onGone called when they are on their way
 */
export async function sendMessage(
  request: SendRequest,
  files: readonly string[] = namesIn(request),
  onGone: () => void = () => {},
): Promise<SendResult> {
  const key = JSON.stringify([request.conversationId ?? null, request.text, files]);
  const commandId = unanswered.get(key) ?? crypto.randomUUID();
  unanswered.set(key, commandId);
  const sending: Sending = {
    commandId,
    conversationId: request.conversationId ?? null,
    text: request.text,
    files,
  };
  const answer = api.messages.send({ ...request, commandId });
  answer.catch(() => undefined);
  await nextFrame();
  onGone();
  useSending.setState((state) => ({ sending: [...state.sending.filter((each) => each.commandId !== commandId), sending] }));
  try {
    const sent = await answer;
    unanswered.delete(key);
    // Its event is usually here already; a conversation that is new is read first, so that nothing blinks.
    if (!useConversationStore.getState().open.has(sent.conversationId)) await readConversation(sent.conversationId);
    setTimeout(() => arrived(commandId), 1_000);
    if (sending.conversationId === null) arrived(commandId);
    return { ok: true, conversationId: sent.conversationId };
  } catch (error) {
    arrived(commandId);
    return { ok: false, failure: failureOf(error) };
  }
}

function namesIn(request: SendRequest): readonly string[] {
  return request.attachments?.map((each) => each.name) ?? [];
}

/** Resolves with the next frame, where what is drawn is seen just as early; soon all the same in a window that nobody sees. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve());
    setTimeout(resolve, 50);
  });
}

/** The server told of it: it stands in the conversation now. */
export function arrived(commandId: string): void {
  useSending.setState((state) =>
    state.sending.some((each) => each.commandId === commandId)
      ? { sending: state.sending.filter((each) => each.commandId !== commandId) }
      : state,
  );
}

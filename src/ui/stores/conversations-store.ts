import { create } from 'zustand';
import type { AnnouncedEvent } from '../../core/agent/agent-event.ts';
import type { ConversationLine } from '../../contract/views.ts';
import { api, failureInWords, failureOf } from '../api.ts';
import { currentRoute, goTo } from '../route.ts';
import { tell } from './toast-store.ts';
import { say } from '../words/say.ts';

interface ConversationsState {
  readonly lines: readonly ConversationLine[];
  readonly isLoaded: boolean;
}

/** The list of conversations, newest first. */
export const useConversations = create<ConversationsState>(() => ({ lines: [], isLoaded: false }));

const LIMIT = 500;
/** Changes come in bursts; the list is read once after them. */
const SETTLED_AFTER = 120;
let timer: ReturnType<typeof setTimeout> | undefined;

export async function loadConversations(): Promise<void> {
  const { conversations } = await api.conversations.list({ limit: LIMIT, place: 'list' });
  useConversations.setState({ lines: conversations, isLoaded: true });
}

/** Reads the list again, soon. */
export function refreshConversations(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void loadConversations().catch(() => undefined), SETTLED_AFTER);
}

/** What an event means for the list. States change in place; what changes the order or the words is read again. */
export function applyToList(conversationId: string, event: AnnouncedEvent): void {
  switch (event.type) {
    case 'state_changed':
      patch(conversationId, (line) => ({ ...line, lastRunState: event.state.name }));
      break;
    case 'run_completed':
      patch(conversationId, (line) => ({ ...line, lastRunState: event.state.name, openInteractions: 0 }));
      refreshConversations();
      break;
    case 'interaction_requested':
      patch(conversationId, (line) => ({ ...line, openInteractions: line.openInteractions + 1 }));
      break;
    case 'interaction_closed':
      patch(conversationId, (line) => ({ ...line, openInteractions: Math.max(0, line.openInteractions - 1) }));
      break;
    case 'conversation_created':
    case 'input_accepted':
      refreshConversations();
      break;
    default:
  }
}

function patch(id: string, change: (line: ConversationLine) => ConversationLine): void {
  useConversations.setState((state) => {
    const at = state.lines.findIndex((line) => line.id === id);
    const line = state.lines[at];
    return line ? { lines: state.lines.with(at, change(line)) } : state;
  });
}

export function forgetConversation(id: string): void {
  useConversations.setState((state) => ({ lines: state.lines.filter((line) => line.id !== id) }));
}

export async function renameConversation(id: string, title: string): Promise<void> {
  patch(id, (line) => ({ ...line, title }));
  await api.conversations.update({ id, title });
}

/** Takes it out of the list, into the archive or the trash; it can be undone at once. @returns whether it went */
export async function putAway(line: ConversationLine, place: 'archive' | 'trash'): Promise<boolean> {
  const { id } = line;
  const isShown = isOnScreen(id);
  forgetConversation(id);
  if (isShown && place === 'trash') goTo({ screen: 'new' }, { replace: true });
  try {
    await (place === 'trash' ? api.conversations.trash({ id }) : api.conversations.update({ id, archived: true }));
  } catch (error) {
    tell(failureInWords(failureOf(error)));
    refreshConversations();
    if (isShown) show(id);
    return false;
  }
  const undo = () => {
    if (isShown) show(id);
    void bringBack(id, place);
  };
  tell(place === 'trash' ? say`“${titleOf(line)}” is in the trash` : say`“${titleOf(line)}” is in the archive`, {
    kind: `away:${id}`,
    act: { label: say`Undo`, run: undo },
  });
  return true;
}

/** What is done with several at once. */
export type TogetherChange = { readonly archived: true } | { readonly trashed: true } | { readonly folderId: string | null };

/** Does one thing with several; it can be undone at once, for all that it was done with. */
export async function changeTogether(lines: readonly ConversationLine[], change: TogetherChange): Promise<void> {
  const ids = lines.map((line) => line.id);
  const shown = ids.find(isOnScreen);
  const leaves = !('folderId' in change);
  if (leaves) useConversations.setState((state) => ({ lines: state.lines.filter((line) => !ids.includes(line.id)) }));
  else for (const id of ids) patch(id, (line) => inFolder(line, change.folderId));
  if (shown !== undefined && 'trashed' in change) goTo({ screen: 'new' }, { replace: true });
  try {
    const { changed, refused } = await api.conversations.change({ ids, ...change });
    refreshConversations();
    const [first] = refused;
    if (first) tell(say`${refused.length} of ${ids.length} stayed as they were: ${first.failure.message}`);
    const done = lines.filter((line) => changed.includes(line.id));
    if (done.length > 0)
      tell(`${countOf(done)} ${whereWords(change)}`, {
        kind: 'together',
        act: { label: say`Undo`, run: () => void undoTogether(done, change) },
      });
  } catch (error) {
    tell(failureInWords(failureOf(error)));
    refreshConversations();
  }
}

function inFolder(line: ConversationLine, folderId: string | null): ConversationLine {
  const { folderId: _, ...rest } = line;
  return folderId === null ? rest : { ...rest, folderId };
}

/** Each goes back to where it was: those of different folders by turns. */
async function undoTogether(lines: readonly ConversationLine[], change: TogetherChange): Promise<void> {
  try {
    if ('folderId' in change) {
      const before = Map.groupBy(lines, (line) => line.folderId ?? null);
      for (const [folderId, of] of before) await api.conversations.change({ ids: of.map((line) => line.id), folderId });
    } else {
      const back = 'trashed' in change ? { trashed: false } : { archived: false };
      await api.conversations.change({ ids: lines.map((line) => line.id), ...back });
    }
  } catch (error) {
    tell(failureInWords(failureOf(error)));
  }
  refreshConversations();
}

function countOf(lines: readonly ConversationLine[]): string {
  const [only] = lines;
  return lines.length === 1 && only ? say`“${titleOf(only)}” is` : say`${lines.length} conversations are`;
}

function whereWords(change: TogetherChange): string {
  if ('trashed' in change) return say`in the trash`;
  if ('archived' in change) return say`in the archive`;
  return change.folderId === null ? say`in no folder` : say`in another folder`;
}

/** Puts it back where it was. @returns whether it came */
export async function bringBack(id: string, from: 'archive' | 'trash'): Promise<boolean> {
  try {
    await (from === 'trash' ? api.conversations.restore({ id }) : api.conversations.update({ id, archived: false }));
  } catch (error) {
    tell(failureInWords(failureOf(error)));
    return false;
  }
  refreshConversations();
  return true;
}

export function titleOf({ title }: Pick<ConversationLine, 'title'>): string {
  return title || say`New conversation`;
}

function isOnScreen(id: string): boolean {
  const route = currentRoute();
  return route.screen === 'conversation' && route.id === id;
}

function show(id: string): void {
  goTo({ screen: 'conversation', id, messageId: null }, { replace: true });
}

export async function pinConversation(id: string, pinned: boolean): Promise<void> {
  patch(id, (line) => ({ ...line, pinned }));
  await api.conversations.update({ id, pinned });
}

import { useMemo } from 'react';
import { create } from 'zustand';
import { api, failureOf, type CallFailure } from '../api.ts';
import { useConnection } from './connection-store.ts';
import {
  afterKnown,
  foldRunEvent,
  hasResumed,
  MissedEvent,
  openFrom,
  runsOnPath,
  withEarlier,
  type OpenConversation,
  type RunEvent,
} from './open-conversation.ts';
import { say } from '../words/say.ts';

interface ConversationState {
  readonly open: ReadonlyMap<string, OpenConversation>;
  readonly failures: ReadonlyMap<string, CallFailure>;
}

/** The conversations that this window holds. They stay while it lives: to come back to one shows it at once. */
export const useConversationStore = create<ConversationState>(() => ({ open: new Map(), failures: new Map() }));

/** How many are held; the one that was longest not looked at goes first. */
const HELD = 8;

/** Events of conversations that are being read: what came meanwhile is folded in after the answer. */
const reading = new Map<string, RunEvent[]>();
const askedAgain = new Set<string>();
/** The place from which on the stream tells everything; null while it is not open yet. A reading that is older has a gap behind it. */
let followedFrom: number | null = null;
let queue: { conversationId: string; event: RunEvent }[] = [];
let isFlushPlanned = false;

/** How many messages are read first: more than any window shows. */
const LAST = 60;
/** How many are read at once of those before: what comes is taken in within a frame. */
const AT_ONCE = 1_000;

/** Reads a conversation, its end first, and keeps it up to date from then on. */
export async function readConversation(id: string): Promise<void> {
  if (reading.has(id)) {
    // The answer on its way may be older than what made one ask.
    askedAgain.add(id);
    return;
  }
  reading.set(id, []);
  try {
    const view = await api.conversations.get({ id, last: LAST });
    let open = afterKnown(openFrom(view), useConversationStore.getState().open.get(id));
    for (const event of reading.get(id) ?? []) open = fold(id, open, event);
    reading.delete(id);
    const hasGap = followedFrom !== null && view.seq < followedFrom;
    if (askedAgain.delete(id) || hasGap) setTimeout(() => void readConversation(id));
    useConversationStore.setState((state) => ({
      open: held(new Map(state.open).set(id, keepLive(open, state.open.get(id)))),
      failures: without(state.failures, id),
    }));
    if (open.before !== null) setTimeout(() => void readEarlier(id), 100);
  } catch (error) {
    reading.delete(id);
    useConversationStore.setState((state) => ({ failures: new Map(state.failures).set(id, failureOf(error)) }));
  }
}

/** Milliseconds before what could not be read is tried again. */
const AGAIN_AFTER = 3_000;
/** Conversations whose beginning is being read. */
const readingEarlier = new Set<string>();

/** Reads what stands before what is held, a piece after the other, with room for frames between them. */
async function readEarlier(id: string): Promise<void> {
  if (readingEarlier.has(id)) return;
  readingEarlier.add(id);
  try {
    for (let through = beginningOf(id); through !== null; through = beginningOf(id)) {
      const earlier = await api.conversations.earlier({ id, through, limit: AT_ONCE });
      useConversationStore.setState((state) => {
        const open = state.open.get(id);
        return open ? { open: new Map(state.open).set(id, withEarlier(open, earlier)) } : {};
      });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  } catch {
    // What is held stays as it is.
    setTimeout(() => void readEarlier(id), AGAIN_AFTER);
  } finally {
    readingEarlier.delete(id);
  }
}

function beginningOf(id: string): string | null {
  return useConversationStore.getState().open.get(id)?.before ?? null;
}

/** Shows one: at once if it is held, else when it is read. */
export function openConversation(id: string): void {
  const known = useConversationStore.getState().open.get(id);
  if (!known) {
    void readConversation(id);
    return;
  }
  // Moves it to the end: it was looked at last.
  useConversationStore.setState((state) => {
    const open = new Map(state.open);
    open.delete(id);
    return { open: open.set(id, known) };
  });
}

/** The stream is open, and tells everything from here on: what was read before that may lack what happened in between. */
export function followFrom(seq: number): void {
  followedFrom = seq;
  for (const [id, open] of useConversationStore.getState().open) if (open.seq < seq) void readConversation(id);
}

/** All that are held are read again: too much was missed, or the server was started anew. */
export function rereadConversations(): void {
  for (const id of useConversationStore.getState().open.keys()) void readConversation(id);
}

/** It was deleted, here or elsewhere: whoever still looks at it is told so. */
export function dropConversation(id: string): void {
  const gone: CallFailure = { code: 'conversation_not_found', message: say`This conversation was deleted.`, advice: '' };
  useConversationStore.setState((state) => ({ open: without(state.open, id), failures: new Map(state.failures).set(id, gone) }));
}

/** Takes an event in. What comes within a frame is folded together and drawn once. */
export function receive(conversationId: string, event: RunEvent): void {
  reading.get(conversationId)?.push(event);
  if (!useConversationStore.getState().open.has(conversationId)) return;
  queue.push({ conversationId, event });
  if (isFlushPlanned) return;
  isFlushPlanned = true;
  // A window out of sight draws no frames; it still follows.
  if (document.hidden) setTimeout(flush, 200);
  else requestAnimationFrame(flush);
}

function flush(): void {
  isFlushPlanned = false;
  const events = queue;
  queue = [];
  useConversationStore.setState((state) => {
    const open = new Map(state.open);
    for (const { conversationId, event } of events) {
      const before = open.get(conversationId);
      if (before) open.set(conversationId, fold(conversationId, before, event));
    }
    return { open };
  });
}

function fold(id: string, open: OpenConversation, event: RunEvent): OpenConversation {
  try {
    const after = foldRunEvent(open, event, useConnection.getState().instance);
    // On a branch that begins, the plan and what left the window are others: only the server knows them.
    const hasBranched = event.event.type === 'input_accepted' && event.event.branch !== undefined && after !== open;
    if (hasBranched || hasResumed(open, after, event.runId)) setTimeout(() => void readConversation(id));
    return after;
  } catch (error) {
    if (!(error instanceof MissedEvent)) console.error(error);
    // After this flush: the store must not be changed inside of its own change.
    setTimeout(() => void readConversation(id));
    return open;
  }
}

/** What passes and is in no database: kept over a second reading. */
function keepLive(read: OpenConversation, before: OpenConversation | undefined): OpenConversation {
  return before ? { ...read, progress: read.progress ?? before.progress, destination: read.destination ?? before.destination } : read;
}

function held(open: Map<string, OpenConversation>): Map<string, OpenConversation> {
  while (open.size > HELD) {
    const [oldest] = open.keys();
    if (oldest === undefined) break;
    open.delete(oldest);
  }
  return open;
}

function without<Value>(map: ReadonlyMap<string, Value>, id: string): ReadonlyMap<string, Value> {
  const next = new Map(map);
  next.delete(id);
  return next;
}

/** The runs on the path of a conversation; null while it is not held. The same set till another run is on it. */
export function useRunsOnPath(id: string): ReadonlySet<string> | null {
  const ids = useOpen(id, (open) => runsOnPath(open).join(' '));
  return useMemo(() => (ids === undefined ? null : new Set(ids.split(' '))), [ids]);
}

/** One part of one conversation that is held. */
export function useOpen<Value>(id: string, select: (open: OpenConversation) => Value): Value | undefined {
  return useConversationStore((state) => {
    const open = state.open.get(id);
    return open ? select(open) : undefined;
  });
}

/** Whether a conversation lies in the trash, where nothing new can begin in it. */
export function useIsInTrash(id: string): boolean {
  return useOpen(id, (open) => open.conversation.trashedAt !== undefined) ?? false;
}

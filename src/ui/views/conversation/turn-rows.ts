import type { Interaction } from '../../../core/models/interaction.ts';
import { isSettled } from '../../../core/models/tool-call.ts';
import type { Message } from '../../../core/models/message.ts';
import type { RunLine } from '../../../contract/views.ts';
import { latestRun, type OpenConversation } from '../../stores/open-conversation.ts';
import { splitWords } from './tool-words.ts';
import { say, sayCounted } from '../../words/say.ts';

/** One row of the list: a message, and what stands below or above it. */
export interface TurnRow {
  readonly message: Message;
  /** The run whose last message this is: its figures, its failure and what it asks stand below. */
  readonly run: RunLine | null;
  /** When the run went on in another message: what was asked before then stands below this one. */
  readonly until: number;
  /** The versions of it, this one among them, where there are several; the oldest first. */
  readonly versions: readonly string[] | null;
  /** Of the last message: the answers that it had before it was answered anew. */
  readonly answersBefore: readonly string[] | null;
  /** What left the window just before this message. */
  readonly leftOut: string | null;
  /** What the first words from outside came with, when it was with this message (S3). */
  readonly outside: string | null;
}

/** The rows of a conversation, oldest first. */
export function turnRows(open: OpenConversation): readonly TurnRow[] {
  const { messages } = open.snapshot;
  const mark = leftOutMark(open);
  const outside = firstFromOutside(open);
  return messages.map((message, index) => {
    const next = messages[index + 1];
    const isLast = message.runId !== null && next?.runId !== message.runId;
    // What its own run came to stands below the answer that it had before.
    const isAnsweredAnew = isLast && message.role === 'person' && next?.role === 'agent';
    const versions = open.branches.get(message.parentId ?? '');
    return {
      message,
      until: isAnsweredAnew ? message.createdAt : isLast || next === undefined ? Number.POSITIVE_INFINITY : next.createdAt,
      run: next === undefined ? latestRun(open) : isLast && !isAnsweredAnew ? (open.runs.get(message.runId ?? '') ?? null) : null,
      versions: versions && versions.length > 1 && versions.includes(message.id) ? versions : null,
      answersBefore: next === undefined && message.role === 'person' ? (open.branches.get(message.id) ?? null) : null,
      leftOut: mark?.index === index ? mark.words : null,
      outside: outside?.index === index ? outside.name : null,
    };
  });
}

function leftOutMark(open: OpenConversation): { index: number; words: string } | null {
  const { trim, messages } = open.snapshot;
  if (!trim) return null;
  const at = messages.findIndex((message) => message.id === trim.through.messageId);
  if (at < 0) return null;
  const count = trim.unitsDropped;
  if (trim.through.kind === 'step') {
    return { index: at + 1, words: say`${count} old ${sayCounted(count, 'step', 'steps')} left the window` };
  }
  const next = messages.findIndex((message, index) => index > at && message.role === 'person');
  return {
    index: next < 0 ? messages.length - 1 : next,
    words: say`${count} old ${sayCounted(count, 'exchange', 'exchanges')} left the window`,
  };
}

/** The first message with words from outside: from there on every unsafe call asks. */
function firstFromOutside({ snapshot }: OpenConversation): { index: number; name: string } | null {
  for (const [index, message] of snapshot.messages.entries()) {
    for (const part of message.parts) {
      if ((part.type === 'file' || part.type === 'media') && part.trust === 'untrusted') return { index, name: part.name };
      const call = part.type === 'tool_call' ? snapshot.calls.get(part.callId) : undefined;
      // Words that are still to come are not in the conversation yet.
      if (call?.trust === 'untrusted' && isSettled(call.state)) {
        return { index, name: splitWords(call.words?.past ?? call.tool, call.input).object ?? call.tool };
      }
    }
  }
  return null;
}

/** What a run asked below one of its messages that belongs to no call: a plan, an answer that repeats itself. */
export function asksBelow(message: Message, until: number, { interactions, calls }: OpenConversation['snapshot']): Interaction[] {
  return [...interactions.values()].filter(
    (each) => each.runId === message.runId && each.createdAt >= message.createdAt && each.createdAt < until && !belongsToCall(each, calls),
  );
}

function belongsToCall(interaction: Interaction, calls: ReadonlyMap<string, unknown>): boolean {
  const { prompt } = interaction;
  switch (prompt.kind) {
    case 'approval':
    case 'question':
      return calls.has(prompt.callId);
    case 'loop':
      return prompt.callId !== null && calls.has(prompt.callId);
    case 'plan_approval':
      return false;
  }
}

/** The call that an interaction asks about. */
export function callOf(interaction: Interaction): string | null {
  const { prompt } = interaction;
  return prompt.kind === 'plan_approval' ? null : prompt.callId;
}

import type { Interaction } from '../../../core/models/interaction.ts';
import type { Message } from '../../../core/models/message.ts';
import type { RunLine } from '../../../contract/views.ts';
import type { OpenConversation } from '../../stores/open-conversation.ts';

/** One row of the list: a message, and what stands below or above it. */
export interface TurnRow {
  readonly message: Message;
  /** The run whose last message this is: its figures, its failure and what it asks stand below. */
  readonly run: RunLine | null;
  /** What left the window just before this message. */
  readonly leftOut: string | null;
}

/** The rows of a conversation, oldest first. */
export function turnRows(open: OpenConversation): readonly TurnRow[] {
  const { messages } = open.snapshot;
  const mark = leftOutMark(open);
  return messages.map((message, index) => {
    const next = messages[index + 1];
    const isLast = message.runId !== null && next?.runId !== message.runId;
    return {
      message,
      run: isLast && message.runId !== null ? (open.runs.get(message.runId) ?? null) : null,
      leftOut: mark?.index === index ? mark.words : null,
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
    return { index: at + 1, words: `${count} old ${count === 1 ? 'step' : 'steps'} left the window` };
  }
  const next = messages.findIndex((message, index) => index > at && message.role === 'person');
  return { index: next < 0 ? messages.length - 1 : next, words: `${count} old ${count === 1 ? 'exchange' : 'exchanges'} left the window` };
}

/** What a run asks that belongs to no call: a plan, an answer that repeats itself. */
export function asksOfRun(interactions: Iterable<Interaction>, runId: string, calls: ReadonlySet<string>): Interaction[] {
  return [...interactions].filter((each) => each.runId === runId && !belongsToCall(each, calls));
}

function belongsToCall(interaction: Interaction, calls: ReadonlySet<string>): boolean {
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

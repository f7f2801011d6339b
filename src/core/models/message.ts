import type { Attachment, Media } from './media.ts';
import type { Trust } from './trust.ts';

/** `open`: still growing. `complete`: as it was meant. `interrupted`: the model or the process ended before it was done. */
export type PartState = 'open' | 'complete' | 'interrupted';

interface PartBase {
  readonly id: string;
  /** Position in the message, gapless from 0. */
  readonly ord: number;
  /** The step that made it; absent for what a person wrote. */
  readonly stepId?: string;
  readonly trust: Trust;
  readonly state: PartState;
}

export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
}

/** The model's reasoning. `providerData` (signatures and the like) goes back to the same provider untouched. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  readonly text: string;
  readonly providerData?: unknown;
}

/** Something handed over with the message: a piped text, a file. The words are in `text`, bounded. */
export interface FilePart extends PartBase {
  readonly type: 'file';
  readonly name: string;
  readonly text: string;
}

/** A picture or a PDF that was handed over with the message and goes to the model as it is. */
export interface MediaPart extends PartBase {
  readonly type: 'media';
  readonly name: string;
  readonly media: Media;
}

/** The place of a tool call in the message; the call itself is in {@link ToolCall}. */
export interface ToolCallPart extends PartBase {
  readonly type: 'tool_call';
  readonly callId: string;
}

/** Something that Glasshouse tells the person, never the model. */
export interface NoticePart extends PartBase {
  readonly type: 'notice';
  readonly code: string;
  readonly text: string;
}

export type Part = TextPart | ReasoningPart | FilePart | MediaPart | ToolCallPart | NoticePart;

export type Role = 'person' | 'agent';

export interface Message {
  readonly id: string;
  readonly conversationId: string;
  /** The message before it in the tree; null for the first. */
  readonly parentId: string | null;
  readonly runId: string | null;
  readonly role: Role;
  /** Milliseconds since 1970, UTC. */
  readonly createdAt: number;
  readonly parts: readonly Part[];
}

/** The words of a message as a person reads them: its text parts, joined by a blank line. */
export function textOf(message: Message): string {
  return message.parts
    .filter((part) => part.type === 'text')
    .map((part) => part.text)
    .join('\n\n');
}

/** The files that were handed over with a message, as they would be handed over again. */
export function attachmentsOf(message: Message): readonly Attachment[] {
  return message.parts.flatMap((part): Attachment[] => {
    if (part.type === 'file') return [{ name: part.name, trust: part.trust, text: part.text }];
    return part.type === 'media' ? [{ name: part.name, trust: part.trust, media: part.media }] : [];
  });
}

export type ConversationKind = 'chat' | 'sub';
/** `ask` is the default. `plan`: only reading tools until the plan is approved. */
export type ConversationMode = 'ask' | 'plan';

/** Where conversations stand: in the list, put away, or in the trash. */
export type ConversationPlace = 'list' | 'archive' | 'trash';

export interface Conversation {
  readonly id: string;
  readonly kind: ConversationKind;
  /** The workspace's real path. */
  readonly workspace: string;
  readonly title: string;
  readonly headMessageId: string | null;
  readonly mode: ConversationMode;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Since when it is in the trash, milliseconds since 1970; absent: it is not. */
  readonly trashedAt?: number;
  /** The agent that works in it; absent: the one that works where none was chosen. */
  readonly agentId?: string;
  /** The folder of the list that it is in; absent: none. */
  readonly folderId?: string;
}

/** A first title from the person's words: one line, at most 80 characters. */
export function titleFrom(text: string): string {
  const line = text.trim().split('\n', 1)[0]?.replace(/\s+/g, ' ').trim() ?? '';
  if (line.length <= 80) return line || 'New conversation';
  const cut = line.slice(0, 79);
  const space = cut.lastIndexOf(' ');
  return `${space > 50 ? cut.slice(0, space) : cut}…`;
}

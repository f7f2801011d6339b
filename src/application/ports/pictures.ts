import type { Input, Trim } from '../../core/agent/agent-event.ts';
import type { RunState } from '../../core/agent/agent-state.ts';
import type { Conversation } from '../../core/models/conversation.ts';
import type { Failure } from '../../core/models/failure.ts';
import type { Interaction } from '../../core/models/interaction.ts';
import type { attachmentsOf, Message } from '../../core/models/message.ts';
import type { Plan } from '../../core/models/plan.ts';
import type { ConversationSummary } from '../../core/models/records.ts';
import type { ToolCall } from '../../core/models/tool-call.ts';
import type { Usage } from '../../core/models/usage.ts';

/** A run without its steps. Times are milliseconds since 1970; cost in US dollars, null: no price known. */
export interface RunSummary {
  readonly id: string;
  readonly state: RunState;
  readonly model: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly steps: number;
  readonly usage: Usage;
  readonly cost: number | null;
  readonly failure?: Failure;
}

/** Messages that follow each other, oldest first, with what belongs to them. */
export interface Stretch {
  /** The message before the first of these; null: there is none. */
  readonly before: string | null;
  readonly messages: readonly Message[];
  readonly calls: readonly ToolCall[];
  /** Calls whose output is cut here. */
  readonly cutCalls: readonly string[];
  readonly interactions: readonly Interaction[];
  readonly runs: readonly RunSummary[];
  /** Where several messages follow the same one, and what follows the last one on the path: answers from before it was answered anew. */
  readonly branches: readonly BranchPoint[];
}

/** Messages that follow the same one, the oldest first. `parentId` null: they are first messages. */
export interface BranchPoint {
  readonly parentId: string | null;
  readonly messageIds: readonly string[];
}

/** A conversation with all that is shown of it, or its end, at one moment of the change feed (`seq`). */
export interface ConversationPicture extends Stretch {
  readonly seq: number;
  readonly conversation: Conversation & Pick<ConversationSummary, 'pinned' | 'archived'>;
  /** Output so far of calls that are running, by call id. */
  readonly running: Readonly<Record<string, string>>;
  readonly plan: Plan | null;
  readonly trim: Trim | null;
  readonly waiting: readonly {
    readonly input: Input;
    readonly messageId: string;
    readonly text: string;
    readonly attachments: ReturnType<typeof attachmentsOf>;
  }[];
}

/** What a person sees of conversations. Null where there is no such thing; rejects with FailureError only for a damaged or busy database. */
export interface Pictures {
  /** @param last how many messages at its end; absent: all */
  picture(conversationId: string, last?: number): Promise<ConversationPicture | null>;
  /** The messages up to one of them, itself included; null when it is no message of the conversation. */
  stretch(conversationId: string, through: string, limit: number): Promise<Stretch | null>;
  summary(conversationId: string): Promise<ConversationSummary | null>;
  interaction(id: string): Promise<Pick<Interaction, 'state' | 'runId' | 'conversationId'> | null>;
}

export interface FailureTally {
  readonly where: 'run' | 'step' | 'tool';
  readonly code: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly last: number;
}

/** Counts over everything that is stored. */
export interface Tallies {
  /** Calls that a rule has decided, by the rule's id. */
  ruleUses(): Promise<ReadonlyMap<string, number>>;
  /** Calls by tool. */
  toolCalls(): Promise<ReadonlyMap<string, number>>;
  /** Conversations by workspace, the last one used first. */
  workspaces(): Promise<readonly { readonly path: string; readonly conversations: number }[]>;
  /** What failed, by place and code, what failed last first. */
  failures(): Promise<readonly FailureTally[]>;
  totals(): Promise<{ readonly conversations: number; readonly messages: number }>;
}

import type { Delivery, Input } from '../../core/agent/agent-event.ts';
import type { ConversationSnapshot } from '../../core/agent/conversation-fold.ts';
import type { Conversation } from '../../core/models/conversation.ts';
import type { Message } from '../../core/models/message.ts';
import type { Trust } from '../../core/models/trust.ts';
import type { ConversationSummary, RecordedRequest, RecordedRun } from '../../core/models/records.ts';

/** Reading what is stored. Null where there is no such thing; rejects with FailureError only for a damaged or busy database. */
export interface ConversationReader {
  list(options: { readonly limit: number; readonly workspace?: string }): Promise<readonly ConversationSummary[]>;
  /** Ids that begin with `prefix`, at most two. */
  matching(prefix: string): Promise<readonly string[]>;
  conversation(id: string): Promise<Conversation | null>;
  latestIn(workspace: string): Promise<Conversation | null>;
  /** The path from the first message to the head. */
  snapshot(id: string): Promise<ConversationSnapshot | null>;
  runs(conversationId: string): Promise<readonly RecordedRun[]>;
  requests(conversationId: string): Promise<readonly RecordedRequest[]>;
  /** The whole output of a call, and whether it came from outside. */
  output(conversationId: string, callId: string): Promise<{ readonly text: string; readonly trust: Trust } | null>;
  /** Inputs that wait for their turn (R6), oldest first. */
  waitingInputs(conversationId: string, delivery: Delivery): Promise<readonly { readonly input: Input; readonly message: Message }[]>;
  /** The run that is at work here or was suspended here, if any. */
  unfinishedRun(conversationId: string): Promise<RecordedRun | null>;
  inputRun(inputId: string): Promise<{ readonly runId: string; readonly conversationId: string } | null>;
}

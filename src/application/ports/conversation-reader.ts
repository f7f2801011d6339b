import type { Delivery, Input } from '../../core/agent/agent-event.ts';
import type { ConversationSnapshot } from '../../core/agent/conversation-fold.ts';
import type { Conversation, ConversationPlace } from '../../core/models/conversation.ts';
import type { Message } from '../../core/models/message.ts';
import type { Interaction } from '../../core/models/interaction.ts';
import type { ToolCall } from '../../core/models/tool-call.ts';
import type { Trust } from '../../core/models/trust.ts';
import type { ConversationSummary, RecordedRequest, RecordedRun } from '../../core/models/records.ts';

/** Reading what is stored. Null where there is no such thing; rejects with FailureError only for a damaged or busy database. */
export interface ConversationReader {
  /** Those of one place, or of all where none is named; the newest first, in the trash by when they came there. */
  list(options: {
    readonly limit: number;
    readonly workspace?: string;
    readonly folderId?: string;
    readonly place?: ConversationPlace;
  }): Promise<readonly ConversationSummary[]>;
  /** Ids that begin with `prefix`, at most two. */
  matching(prefix: string): Promise<readonly string[]>;
  conversation(id: string): Promise<Conversation | null>;
  /** Of those in the list. */
  latestIn(workspace: string): Promise<Conversation | null>;
  /** One message, on whatever branch it stands. */
  message(conversationId: string, messageId: string): Promise<Message | null>;
  /** The path from the first message to the head, and what belongs to it. */
  snapshot(id: string): Promise<ConversationSnapshot | null>;
  /** Every message on every branch, in the order in which they were made, and what belongs to them; outputs of calls whole. */
  tree(conversationId: string): Promise<{
    readonly messages: readonly Message[];
    readonly calls: readonly ToolCall[];
    readonly interactions: readonly Interaction[];
  }>;
  runs(conversationId: string): Promise<readonly RecordedRun[]>;
  requests(conversationId: string): Promise<readonly RecordedRequest[]>;
  /** The whole output of a call, and whether it came from outside. */
  output(conversationId: string, callId: string): Promise<{ readonly text: string; readonly trust: Trust } | null>;
  /** Bytes that the conversation keeps, by their hash. */
  media(conversationId: string, hash: string): Promise<Uint8Array | null>;
  /** The bytes of a picture or a PDF that was handed over in it, by name; of several the last. */
  attached(conversationId: string, name: string): Promise<Uint8Array | null>;
  /** Inputs that wait for their turn (R6), oldest first. */
  waitingInputs(conversationId: string, delivery: Delivery): Promise<readonly { readonly input: Input; readonly message: Message }[]>;
  /** The run that is at work here, or that was suspended at the end of the path, if any. */
  unfinishedRun(conversationId: string): Promise<RecordedRun | null>;
  /** Whether it is called by its first words only, and has had one run. */
  wantsTitle(conversationId: string): Promise<boolean>;
  inputRun(inputId: string): Promise<{ readonly runId: string; readonly conversationId: string } | null>;
}

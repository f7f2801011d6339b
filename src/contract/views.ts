import type { Input, Trim } from '../core/agent/agent-event.ts';
import type { RunState, RunStateName } from '../core/agent/agent-state.ts';
import type { Conversation } from '../core/models/conversation.ts';
import type { Failure } from '../core/models/failure.ts';
import type { Interaction } from '../core/models/interaction.ts';
import type { Message } from '../core/models/message.ts';
import type { Attachment } from '../core/models/media.ts';
import type { Plan } from '../core/models/plan.ts';
import type { Section } from '../core/models/request.ts';
import type { ToolCall } from '../core/models/tool-call.ts';
import type { Usage } from '../core/models/usage.ts';
import type { StorageReport } from '../core/models/storage.ts';
import type { FetchProgress, ListedModel } from '../core/reasoning/model-listing.ts';
import type { RecordedSpan, RecordedRun } from '../core/models/records.ts';

/** A conversation in a list. Times are milliseconds since 1970, UTC. */
export interface ConversationLine extends Conversation {
  readonly pinned: boolean;
  /** Put away: out of the list, and kept. */
  readonly archived: boolean;
  readonly messages: number;
  readonly lastRunState: RunStateName | null;
  /** Interactions that wait for a person. */
  readonly openInteractions: number;
}

/** What is told of a run beside its messages. `tokens` are input and output of all steps; `cost` in US dollars, null: no price known. */
export interface RunLine {
  readonly id: string;
  readonly state: RunState;
  readonly model: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly steps: number;
  readonly usage: Usage;
  readonly cost: number | null;
  readonly failure?: Failure;
  /** Whether this server works on it. Otherwise it is at work in a terminal, which alone can stop it and answer what it asks. */
  readonly isHere: boolean;
}

/** An input that waits for its turn (R6): it can still be changed or taken back. */
export interface WaitingInput {
  readonly input: Input;
  /** The message that it becomes: the `message_started` or `input_accepted` with it says that it waits no longer. */
  readonly messageId?: string;
  readonly text: string;
  /** What was handed over with it. */
  readonly attachments: readonly Attachment[];
}

/** Messages that follow each other, oldest first, with what belongs to them. */
export interface StretchView {
  /** The message before the first of these; null: there is none. `conversations.earlier` gives it, and those before it. */
  readonly before: string | null;
  readonly messages: readonly Message[];
  readonly calls: readonly ToolCall[];
  readonly cutCalls: readonly string[];
  readonly interactions: readonly Interaction[];
  readonly runs: readonly RunLine[];
  /** Where the conversation branches, and what follows its last message: answers from before it was answered anew. */
  readonly branches: readonly BranchPoint[];
}

/** Messages that follow the same one, the oldest first. `parentId` null: they are first messages. */
export interface BranchPoint {
  readonly parentId: string | null;
  readonly messageIds: readonly string[];
}

/**
 * One conversation, whole or its end, as of `seq`: whoever holds the event stream since before it was asked for folds what comes after `seq` into it.
 * Outputs of calls longer than 4,000 characters are cut here (`cutCalls` names those calls); `calls.output` gives them whole.
 */
export interface ConversationView extends StretchView {
  readonly seq: number;
  readonly conversation: Conversation & { readonly pinned: boolean; readonly archived: boolean };
  /** Output so far of calls that are running, by call id. */
  readonly running: Readonly<Record<string, string>>;
  readonly plan: Plan | null;
  readonly trim: Trim | null;
  readonly waiting: readonly WaitingInput[];
}

/** Where a request's bytes go, by section. Tokens are estimates unless `exact`. */
export interface RequestLine {
  readonly id: string;
  readonly stepId: string;
  readonly runId: string;
  readonly createdAt: number;
  readonly model: string;
  readonly method: string;
  readonly url: string;
  readonly bytes: number;
  /** Tokens that are really served to this model, input and output together; null when it is not known any more. */
  readonly window: number | null;
  readonly usage: Usage | null;
  readonly cost: number | null;
  /** Days after which its words were taken away; then it has no spans. */
  readonly removedAfter?: number;
}

export interface RequestSpan extends RecordedSpan {
  readonly bytes: number;
  /** Scaled to the provider's count when there is one, else estimated. */
  readonly tokens: number;
  /** In US dollars; null: no price known. */
  readonly cost: number | null;
}

/** A request exactly as it was sent: the spans' texts joined are the body, byte for byte. `headers` never hold a secret. */
export interface RequestView extends RequestLine {
  readonly headers: Readonly<Record<string, string>>;
  readonly spans: readonly RequestSpan[];
  readonly tokensBySection: Readonly<Partial<Record<Section, number>>>;
  /** A `curl` command that sends the same bytes; the key stands as `$NAME`. Null for a model in this machine. */
  readonly curl: string | null;
}

export interface ModelLine extends ListedModel {
  readonly isDefault: boolean;
  /** For a model with a file of its own: whether it is here, being fetched, or not. */
  readonly file?: { readonly state: 'ready' | 'fetching' | 'missing'; readonly bytes: number; readonly progress?: FetchProgress };
}

/** What the first page shows of this machine. */
export interface FoundHere {
  readonly models: readonly ModelLine[];
  /** Names of environment variables or saved keys that are there; never a value. */
  readonly keys: readonly {
    readonly name: string;
    readonly from: 'environment' | 'keychain' | 'file';
    readonly providers: readonly string[];
  }[];
  readonly servers: readonly { readonly name: string; readonly address: string; readonly models: number }[];
  readonly sandbox: { readonly ok: boolean; readonly reason?: string };
}

export interface WorkspaceLine {
  readonly path: string;
  readonly name: string;
  readonly conversations: number;
  /** The small example folder that comes with Glasshouse. */
  readonly isExample: boolean;
}

export interface FolderView {
  readonly path: string;
  readonly parent: string | null;
  readonly folders: readonly string[];
}

export interface ToolLine {
  readonly name: string;
  readonly description: string;
  readonly effect: 'none' | 'idempotent' | 'unsafe';
  readonly calls: number;
}

export interface DataView {
  readonly folder: string;
  /** Bytes of the database, its journal included. */
  readonly bytes: number;
  readonly conversations: number;
  readonly messages: number;
  readonly modelsFolder: string;
  readonly modelsBytes: number;
}

export type StorageView = StorageReport;

export interface AboutView {
  readonly version: string;
  readonly node: string;
  readonly licence: string;
  readonly licences: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
}

export interface RunsView {
  readonly runs: readonly RecordedRun[];
}

/** A backup that was made and checked; counts are of what is in it. */
export interface BackupView {
  readonly url: string;
  readonly name: string;
  readonly bytes: number;
  readonly conversations: number;
  readonly messages: number;
}

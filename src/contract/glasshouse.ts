import type { AgentEvent } from '../core/agent/agent-event.ts';
import type { ConversationSnapshot } from '../core/agent/conversation-fold.ts';
import type { Agent, AgentProfile } from '../core/models/agent-profile.ts';
import type { Conversation, ConversationMode, ConversationPlace } from '../core/models/conversation.ts';
import type { Result } from '../core/models/failure.ts';
import type { Folder } from '../core/models/folder.ts';
import type { InteractionAnswer } from '../core/models/interaction.ts';
import type { ConversationSummary, RecordedRequest, RecordedRun, SearchHit } from '../core/models/records.ts';
import type { Pruned, StorageReport } from '../core/models/storage.ts';
import type { Rule } from '../core/models/rule.ts';
import type { Budget } from '../core/models/run.ts';
import type { Price } from '../core/models/usage.ts';
import type { NewAttachment } from '../core/models/media.ts';
import type { FetchProgress, ListedModel } from '../core/reasoning/model-listing.ts';

/** An event as clients get it: durable when it arrives. */
export interface PublishedEvent {
  /** Place in the change feed; null for what passes (deltas, progress). */
  readonly seq: number | null;
  readonly conversationId: string;
  readonly runId: string;
  readonly event: AgentEvent;
}

export interface SendCommand {
  readonly commandId: string;
  readonly conversationId?: string;
  readonly workspace: string;
  readonly text: string;
  readonly attachments: readonly NewAttachment[];
  readonly model: string;
  readonly budget: Budget;
  /** JSON Schema that the answer is held to. */
  readonly answerSchema?: Readonly<Record<string, unknown>>;
  readonly mode?: ConversationMode;
  /** The agent of a new conversation. */
  readonly agentId?: string;
}

export interface AgainCommand {
  readonly commandId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly model: string;
  readonly budget: Budget;
}

export interface ExportedFile {
  readonly name: string;
  /** The media type. */
  readonly type: string;
  readonly text: string;
}

/** One line of what `doctor` found. `advice` says what to do about it. */
export interface Finding {
  readonly subject: string;
  readonly state: 'ok' | 'missing' | 'problem';
  readonly detail: string;
  readonly advice?: string;
}

/** `through`: the proxy's host; null: none. `milliseconds` until the head of an answer came. */
export interface NetworkTest {
  readonly address: string;
  readonly through: string | null;
  readonly ok: boolean;
  readonly words: string;
  readonly milliseconds: number;
}

/** Everything that a client can do. Commands are unary; what happens comes by `subscribe`. */
export interface Glasshouse {
  send(command: SendCommand): Promise<Result<{ readonly conversationId: string; readonly runId: string }>>;
  /** Says something in other words, beside what was said before. */
  editMessage(
    command: AgainCommand & { readonly text: string },
  ): Promise<Result<{ readonly conversationId: string; readonly runId: string }>>;
  /** Another answer, beside the one before. */
  answerAgain(command: AgainCommand): Promise<Result<{ readonly conversationId: string; readonly runId: string }>>;
  resume(conversationId: string): Promise<Result<{ readonly conversationId: string; readonly runId: string }>>;
  stop(runId: string): boolean;
  answer(interactionId: string, answer: InteractionAnswer): Result<null>;
  subscribe(listener: (published: PublishedEvent) => void): () => void;

  conversations(options: {
    readonly limit: number;
    readonly place: ConversationPlace;
    readonly folderId?: string;
  }): Promise<readonly ConversationSummary[]>;
  /** By whole id or its beginning. */
  findConversation(idOrPrefix: string): Promise<Result<Conversation>>;
  latestConversation(workspace: string): Promise<Conversation | null>;
  snapshot(conversationId: string): Promise<ConversationSnapshot | null>;
  runs(conversationId: string): Promise<readonly RecordedRun[]>;
  requests(conversationId: string): Promise<readonly RecordedRequest[]>;
  /** Words, phrases, beginnings* and filters. What is wrong in the query is told in `notes`. */
  search(
    query: string,
    options: { readonly limit: number },
  ): Promise<{ readonly hits: readonly SearchHit[]; readonly notes: readonly string[] }>;
  /** The path that is shown, as a file to keep; null when there is no such conversation. */
  export(conversationId: string, format: 'markdown' | 'json' | 'html'): Promise<ExportedFile | null>;
  /** Takes a conversation out of the trash or the archive. @returns false when there is no such conversation */
  restore(conversationId: string): Promise<boolean>;
  purge(conversationId: string): Promise<boolean>;

  rules(): Promise<readonly Rule[]>;
  addRule(rule: Omit<Rule, 'id' | 'createdAt'>): Promise<Rule>;
  removeRule(id: string): Promise<boolean>;

  settings(): Promise<readonly SettingView[]>;
  setSetting(key: string, value: string): Promise<Result<{ readonly shown: string }>>;
  removeSetting(key: string): Promise<Result<boolean>>;

  /** What a workspace asks of agents, and whether the person has approved it. */
  instructions(workspace: string): Promise<InstructionsView>;
  /** Approves the text with that digest. @returns false when it is another one by now */
  approveInstructions(workspace: string, digest: string): Promise<boolean>;
  forgetInstructions(workspace: string): Promise<boolean>;

  /** Folders of the list, by name. */
  folders(): Promise<readonly Folder[]>;
  /** By name or id. */
  findFolder(nameOrId: string): Promise<Result<Folder>>;
  /** Makes a folder (id null), or renames one. */
  saveFolder(id: string | null, name: string): Promise<Result<Folder>>;
  /** What is in it stays, in no folder. */
  removeFolder(id: string): Promise<boolean>;
  /** @param folderId null: out of any folder. @returns false when there is no such conversation */
  moveConversation(id: string, folderId: string | null): Promise<boolean>;
  /** Several in one file; null when none of them is there. */
  exportMany(ids: readonly string[], format: 'markdown' | 'json'): Promise<ExportedFile | null>;

  /** All agents that were made, by name. */
  agents(): Promise<readonly AgentView[]>;
  /** By name or id. */
  findAgent(nameOrId: string): Promise<Result<AgentView>>;
  /** Makes an agent (id null), or changes one from its next run on. */
  saveAgent(id: string | null, profile: AgentProfile): Promise<Result<AgentView>>;
  duplicateAgent(id: string): Promise<Result<AgentView>>;
  /** Takes in an agent from a file; it takes no effect before it is approved. */
  importAgent(text: string): Promise<Result<AgentView>>;
  /** Approves it as it was shown. @returns false when it is another one by now */
  approveAgent(id: string, digest: string): Promise<boolean>;
  /** Puts back one that was deleted. */
  restoreAgent(agent: Agent): Promise<Result<AgentView>>;
  exportAgent(id: string): Promise<ExportedFile | null>;
  removeAgent(id: string): Promise<boolean>;
  /** The model that answers where the person names none: the one of the agent, else the default. */
  modelOf(agentId: string | undefined): Promise<string>;

  models(): Promise<readonly ListedModel[]>;
  /** What a model costs, by the person's word or the shipped table; null: not known. */
  price(model: string): Promise<Price | null>;
  /** Sets the person's own price; null takes it back. */
  setPrice(model: string, price: Omit<Price, 'asOf' | 'isOwn'> | null): Promise<Result<Price | null>>;
  /** Fetches a model's file; the default model's when none is named. */
  pullModel(
    id: string | undefined,
    options: { readonly signal: AbortSignal; readonly file?: string; onProgress(progress: FetchProgress): void },
  ): Promise<Result<string>>;
  defaultModel(): Promise<string>;
  doctor(): Promise<readonly Finding[]>;
  /** What uses space, for how long it is kept, and what would go now. */
  storage(): Promise<StorageReport>;
  /** A version that is newer than this one; null: none, or the person does not want to know. Looked for at most once a day. */
  newerVersion(): Promise<string | null>;
  /** Asks an address (the model hub's when none is named) as everything here does, and says what came of it. */
  testNetwork(address?: string): Promise<NetworkTest>;
  /** What somebody who helps needs to know, as a text: no key, no word of a message, no name of a file, folder, host or model. */
  diagnostics(): Promise<string>;
  /** Takes away now what is older than it is kept; never a word of a conversation. */
  pruneStorage(): Promise<readonly Pruned[]>;
  /** Makes every index of the database anew from what it is made of. @returns how many texts can be searched */
  rebuildIndexes(): Promise<number>;
}

/** An agent with the digest that its approval is bound to. */
export interface AgentView extends Agent {
  readonly digest: string;
}

/** A setting as it may be shown: a secret only as present or absent. */
export interface SettingView {
  readonly key: string;
  readonly value: string | null;
  readonly isSecret: boolean;
  readonly from: 'environment' | 'keychain' | 'file' | 'settings' | 'default';
  readonly about: string;
}

/** Instructions for agents in a workspace. `new`: not looked at yet; `changed`: not what was approved any more. Only `approved` ones count. */
export interface InstructionsView {
  readonly state: 'none' | 'new' | 'changed' | 'approved';
  readonly file: { readonly file: string; readonly text: string; readonly digest: string } | null;
}

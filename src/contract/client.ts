import type { Agent, AgentProfile } from '../core/models/agent-profile.ts';
import type { ConversationMode, ConversationPlace } from '../core/models/conversation.ts';
import type { Failure } from '../core/models/failure.ts';
import type { Folder } from '../core/models/folder.ts';
import type { InteractionAnswer } from '../core/models/interaction.ts';
import type { Attachment } from '../core/models/media.ts';
import type { SearchHit } from '../core/models/records.ts';
import type { Pruned } from '../core/models/storage.ts';
import type { Rule } from '../core/models/rule.ts';
import type { Trust } from '../core/models/trust.ts';
import type { Price } from '../core/models/usage.ts';
import type { AgentView, Finding, InstructionsView, NetworkTest, SettingView } from './glasshouse.ts';
import type {
  AboutView,
  BackupView,
  ConversationLine,
  ConversationView,
  DataView,
  FolderView,
  FoundHere,
  ModelLine,
  RequestLine,
  RequestView,
  RunsView,
  StorageView,
  StretchView,
  ToolLine,
  WorkspaceLine,
} from './views.ts';

type Call<Input, Output> = (input: Input) => Promise<Output>;

export interface SendInput {
  /** Made by the client (a UUID); a repeat gets the first reply. */
  readonly commandId: string;
  /** Absent: a new conversation, in `workspace`. */
  readonly conversationId?: string;
  readonly workspace?: string;
  readonly text: string;
  /** Tickets of files that were uploaded before (`uploads.ticket`). */
  readonly uploads?: readonly string[];
  /** Words as they are; of pictures and PDFs those that the conversation has already. */
  readonly attachments?: readonly Attachment[];
  /** Absent: the default model. */
  readonly model?: string;
  readonly mode?: ConversationMode;
  /** The agent of a new conversation. */
  readonly agentId?: string;
  /** When a run is at work: enter between its steps, or after it. Default `steer`. */
  readonly whenBusy?: 'steer' | 'follow_up' | 'refuse';
}

export interface RunAgain {
  /** Made by the client (a UUID); a repeat gets the first reply. */
  readonly commandId: string;
  readonly conversationId: string;
  readonly messageId: string;
  /** Absent: the default model. */
  readonly model?: string;
}

/**
 * Every procedure that a client can call over HTTP. All are unary: they answer at once, and what they cause comes over the event stream.
 * A failure is an error with `code` and `message` of the error table, and `data.advice`.
 */
export interface GlasshouseClient {
  readonly conversations: {
    /** Those of every place, where none is named. */
    readonly list: Call<
      { readonly limit?: number; readonly workspace?: string; readonly place?: ConversationPlace },
      { readonly conversations: readonly ConversationLine[] }
    >;
    /** `last`: only so many messages at its end. */
    readonly get: Call<{ readonly id: string; readonly last?: number }, ConversationView>;
    /** The messages up to `through`, itself included, at most `limit` (2,000). */
    readonly earlier: Call<{ readonly id: string; readonly through: string; readonly limit?: number }, StretchView>;
    readonly update: Call<
      {
        readonly id: string;
        readonly title?: string;
        readonly pinned?: boolean;
        readonly archived?: boolean;
        readonly mode?: ConversationMode;
        /** Null: out of any folder. */
        readonly folderId?: string | null;
      },
      ConversationLine
    >;
    /** Several at once. One that is refused holds up none of the others. */
    readonly change: Call<
      { readonly ids: readonly string[]; readonly archived?: boolean; readonly trashed?: boolean; readonly folderId?: string | null },
      { readonly changed: readonly string[]; readonly refused: readonly { readonly id: string; readonly failure: Failure }[] }
    >;
    /** A one-time address of one file with several. */
    readonly exportMany: Call<{ readonly ids: readonly string[]; readonly format: 'markdown' | 'json' }, { readonly url: string }>;
    /** Out of every list; it can be restored for 30 days. */
    readonly trash: Call<{ readonly id: string }, ConversationLine>;
    readonly restore: Call<{ readonly id: string }, ConversationLine>;
    readonly delete: Call<{ readonly id: string }, { readonly deleted: boolean }>;
    /** A one-time address (good for a minute) under which a file with it can be downloaded. */
    readonly export: Call<{ readonly id: string; readonly format: 'markdown' | 'json' | 'html' }, { readonly url: string }>;
  };
  readonly messages: {
    readonly send: Call<SendInput, { readonly conversationId: string; readonly runId: string }>;
    /** The same message in other words, beside what was said before; a run starts on it. */
    readonly edit: Call<RunAgain & { readonly text: string }, { readonly conversationId: string; readonly runId: string }>;
    /** A new answer, beside the one before; a run starts on what the person had said. */
    readonly answerAgain: Call<RunAgain, { readonly conversationId: string; readonly runId: string }>;
    /** Shows the branch that a message stands on, to its newest end, in every window. */
    readonly leadThrough: Call<{ readonly conversationId: string; readonly messageId: string }, { readonly headMessageId: string }>;
    readonly editWaiting: Call<{ readonly inputId: string; readonly text: string }, { readonly changed: boolean }>;
    /** Before another one of its kind (steer or follow-up); null: behind all of them. */
    readonly moveWaiting: Call<{ readonly inputId: string; readonly before: string | null }, { readonly moved: boolean }>;
    readonly withdrawWaiting: Call<{ readonly inputId: string }, { readonly withdrawn: boolean }>;
  };
  readonly uploads: {
    /** A one-time address to PUT a picture, a PDF or a text file to; `ticket` then goes into `messages.send`. */
    readonly ticket: Call<{ readonly name: string; readonly bytes: number }, { readonly ticket: string; readonly url: string }>;
  };
  readonly runs: {
    readonly list: Call<{ readonly conversationId: string }, RunsView>;
    readonly stop: Call<{ readonly runId: string }, { readonly stopped: boolean }>;
    /** Goes on with a suspended run, by the person's word (R4). */
    readonly resume: Call<{ readonly conversationId: string }, { readonly conversationId: string; readonly runId: string }>;
  };
  readonly calls: {
    readonly output: Call<{ readonly conversationId: string; readonly callId: string }, { readonly text: string; readonly trust: Trust }>;
  };
  readonly interactions: {
    readonly answer: Call<{ readonly interactionId: string; readonly answer: InteractionAnswer }, Record<string, never>>;
  };
  readonly requests: {
    readonly list: Call<{ readonly conversationId: string }, { readonly requests: readonly RequestLine[] }>;
    readonly get: Call<{ readonly conversationId: string; readonly requestId: string }, RequestView>;
  };
  readonly rules: {
    readonly list: Call<Record<string, never>, { readonly rules: readonly (Rule & { readonly used: number })[] }>;
    readonly add: Call<Omit<Rule, 'id' | 'createdAt'>, Rule>;
    readonly remove: Call<{ readonly id: string }, { readonly removed: boolean }>;
  };
  readonly tools: { readonly list: Call<Record<string, never>, { readonly tools: readonly ToolLine[] }> };
  readonly models: {
    readonly list: Call<Record<string, never>, { readonly models: readonly ModelLine[] }>;
    /** Begins to fetch a model's file; its progress comes over the event stream. */
    readonly pull: Call<{ readonly id: string }, { readonly started: boolean }>;
    /** What it costs by the person's word, in US dollars per million tokens; null: the shipped table holds again. */
    readonly setPrice: Call<
      { readonly id: string; readonly price: Omit<Price, 'asOf' | 'isOwn'> | null },
      { readonly price: Price | null }
    >;
    readonly stopPull: Call<{ readonly id: string }, { readonly stopped: boolean }>;
  };
  /** Folders of the list: one level. */
  readonly folders: {
    readonly list: Call<Record<string, never>, { readonly folders: readonly Folder[] }>;
    /** Without an id it makes a new one. */
    readonly save: Call<{ readonly id?: string; readonly name: string }, Folder>;
    /** What is in it stays, in no folder. */
    readonly delete: Call<{ readonly id: string }, { readonly deleted: boolean }>;
  };
  /** Named profiles. A change counts from the next run on. */
  readonly agents: {
    readonly list: Call<Record<string, never>, { readonly agents: readonly AgentView[] }>;
    /** Without an id it makes a new one. */
    readonly save: Call<AgentProfile & { readonly id?: string }, AgentView>;
    readonly duplicate: Call<{ readonly id: string }, AgentView>;
    /** From the text of a file. It takes no effect before it is approved (S5). */
    readonly import: Call<{ readonly text: string }, AgentView>;
    /** Approves it as it was shown; false when it is another one by now. */
    readonly approve: Call<{ readonly id: string; readonly digest: string }, { readonly approved: boolean }>;
    readonly export: Call<{ readonly id: string }, { readonly url: string }>;
    readonly delete: Call<{ readonly id: string }, { readonly deleted: boolean }>;
    /** Puts back one that was deleted, as it was. */
    readonly restore: Call<Agent, AgentView>;
  };
  readonly settings: {
    readonly list: Call<Record<string, never>, { readonly settings: readonly SettingView[] }>;
    readonly set: Call<{ readonly key: string; readonly value: string }, { readonly shown: string }>;
    readonly remove: Call<{ readonly key: string }, { readonly removed: boolean }>;
  };
  /** What a window remembers: drafts (`draft:CONVERSATION`), layout, theme. Small texts by key, kept in the database (U2). */
  readonly memory: {
    readonly all: Call<Record<string, never>, { readonly values: Readonly<Record<string, string>> }>;
    /** An empty value forgets it. */
    readonly set: Call<{ readonly key: string; readonly value: string }, Record<string, never>>;
  };
  /** Words, phrases, beginnings* and filters such as `role:person`; `notes`: what of it was not understood. */
  readonly search: Call<
    { readonly query: string; readonly limit?: number },
    { readonly hits: readonly SearchHit[]; readonly notes: readonly string[] }
  >;
  readonly workspaces: {
    readonly list: Call<Record<string, never>, { readonly workspaces: readonly WorkspaceLine[] }>;
    /** Folders inside a folder; the home folder when none is given. */
    readonly folders: Call<{ readonly path?: string }, FolderView>;
    /** Files of a folder by what was typed of their path, the best first; hidden ones and what git ignores are left out. */
    readonly files: Call<{ readonly path: string; readonly query: string }, { readonly files: readonly string[] }>;
    /** The small example folder, made when it is not there yet. */
    readonly example: Call<Record<string, never>, WorkspaceLine>;
    /** What its own file asks of agents, and whether that is told to models (S5). */
    readonly instructions: Call<{ readonly path: string }, InstructionsView>;
    /** Approves the very text with that digest; false when it is another one by now. */
    readonly approveInstructions: Call<{ readonly path: string; readonly digest: string }, { readonly approved: boolean }>;
    readonly forgetInstructions: Call<{ readonly path: string }, { readonly forgotten: boolean }>;
  };
  readonly system: {
    readonly found: Call<Record<string, never>, FoundHere>;
    readonly incognito: Call<Record<string, never>, { readonly url: string }>;
    readonly doctor: Call<Record<string, never>, { readonly findings: readonly Finding[] }>;
    readonly data: Call<Record<string, never>, DataView>;
    readonly newerVersion: Call<Record<string, never>, { readonly newer: string | null }>;
    readonly testNetwork: Call<{ readonly address?: string }, NetworkTest>;
    /** What somebody who helps needs to know; to be read before it is given away. */
    readonly diagnostics: Call<Record<string, never>, { readonly text: string }>;
    readonly storage: Call<Record<string, never>, StorageView>;
    /** Takes away now what is older than it is kept; never a word of a conversation. */
    readonly prune: Call<Record<string, never>, { readonly gone: readonly Pruned[] }>;
    /** Makes a whole copy of the database and checks it: a one-time address (good for a minute) under which it can be downloaded. */
    readonly backup: Call<Record<string, never>, BackupView>;
    readonly about: Call<Record<string, never>, AboutView>;
  };
}

import type { ConversationPlace } from '../core/models/conversation.ts';
import type { Price } from '../core/models/usage.ts';
import type { RuleDecision } from '../core/models/rule.ts';

export interface RunArguments {
  readonly prompt: string;
  readonly workspace: string | null;
  readonly model: string | null;
  readonly continues: boolean;
  readonly conversation: string | null;
  readonly allow: readonly ToolPattern[];
  readonly deny: readonly ToolPattern[];
  readonly plan: boolean;
  /** Name or id of the agent of a new conversation. */
  readonly agent: string | null;
  /** Keep nothing of the conversation. */
  readonly incognito: boolean;
  readonly json: boolean;
  readonly maxSteps: number | null;
  /** Files that go with the message. */
  readonly attach: readonly string[];
  /** A file with the JSON Schema of the answer. */
  readonly schema: string | null;
}

export type ChatArguments = Omit<RunArguments, 'prompt' | 'json' | 'maxSteps' | 'attach' | 'schema'>;

/** `TOOL` or `TOOL(pattern)`. */
export interface ToolPattern {
  readonly tool: string;
  readonly pattern: string | null;
}

export type ExportFormat = 'markdown' | 'json' | 'html';

export type Command =
  | { readonly name: 'help'; readonly topic: string | null }
  | { readonly name: 'version' }
  | ({ readonly name: 'run' } & RunArguments)
  | ({ readonly name: 'chat' } & ChatArguments)
  | {
      readonly name: 'conversations';
      readonly action: 'list';
      readonly limit: number;
      readonly place: ConversationPlace;
      /** Name or id of a folder. */
      readonly folder: string | null;
      readonly json: boolean;
    }
  | { readonly name: 'conversations'; readonly action: 'move'; readonly ids: readonly string[]; readonly folder: string }
  | { readonly name: 'conversations'; readonly action: 'restore'; readonly ids: readonly string[]; readonly json: boolean }
  | { readonly name: 'conversations'; readonly action: 'show'; readonly id: string; readonly requests: boolean; readonly json: boolean }
  | {
      readonly name: 'conversations';
      readonly action: 'export';
      readonly id: string;
      readonly format: ExportFormat;
      readonly output: string | null;
    }
  | { readonly name: 'conversations'; readonly action: 'search'; readonly query: string; readonly limit: number; readonly json: boolean }
  | {
      readonly name: 'conversations';
      readonly action: 'delete';
      readonly ids: readonly string[];
      readonly yes: boolean;
      readonly json: boolean;
    }
  | AgentsCommand
  | FoldersCommand
  | { readonly name: 'rules'; readonly action: 'list'; readonly json: boolean }
  | {
      readonly name: 'rules';
      readonly action: 'add';
      readonly decision: RuleDecision;
      readonly rule: ToolPattern;
      readonly workspace: string | null;
      readonly json: boolean;
    }
  | { readonly name: 'rules'; readonly action: 'remove'; readonly id: string; readonly json: boolean }
  | { readonly name: 'settings'; readonly action: 'get'; readonly key: string | null; readonly json: boolean }
  | { readonly name: 'settings'; readonly action: 'set'; readonly key: string; readonly value: string | null; readonly json: boolean }
  | { readonly name: 'settings'; readonly action: 'test'; readonly address: string | null; readonly json: boolean }
  | { readonly name: 'settings'; readonly action: 'unset'; readonly key: string; readonly json: boolean }
  | { readonly name: 'models'; readonly action: 'list'; readonly wanted: string; readonly json: boolean }
  /** `price` absent: it is shown; null: the person's own is taken back. */
  | {
      readonly name: 'models';
      readonly action: 'price';
      readonly id: string;
      readonly price?: Omit<Price, 'asOf' | 'isOwn'> | null;
      readonly json: boolean;
    }
  | { readonly name: 'models'; readonly action: 'pull'; readonly id: string | null; readonly file: string | null; readonly json: boolean }
  | { readonly name: 'models'; readonly action: 'use'; readonly id: string; readonly json: boolean }
  | {
      readonly name: 'instructions';
      readonly action: 'show' | 'approve' | 'forget';
      readonly workspace: string | null;
      readonly yes: boolean;
      readonly json: boolean;
    }
  | { readonly name: 'completion'; readonly shell: 'bash' | 'zsh' | 'fish' }
  | { readonly name: 'storage'; readonly action: 'show' | 'free'; readonly yes: boolean; readonly json: boolean }
  | { readonly name: 'diagnostics'; readonly file: string | null; readonly yes: boolean }
  | { readonly name: 'doctor'; readonly json: boolean; readonly rebuild: boolean }
  | { readonly name: 'backup'; readonly file: string | null; readonly json: boolean }
  | { readonly name: 'restore'; readonly file: string; readonly yes: boolean; readonly check: boolean; readonly json: boolean };

/** What is said of an agent; null: nothing, so it stays as it is. */
export interface AgentWords {
  readonly title: string | null;
  readonly about: string | null;
  readonly instructions: string | null;
  readonly model: string | null;
  readonly tools: string | null;
  readonly starters: readonly string[];
}

export type FoldersCommand =
  | { readonly name: 'folders'; readonly action: 'list'; readonly json: boolean }
  | { readonly name: 'folders'; readonly action: 'add' | 'delete'; readonly folder: string }
  | { readonly name: 'folders'; readonly action: 'rename'; readonly folder: string; readonly title: string };

export type AgentsCommand =
  | { readonly name: 'agents'; readonly action: 'list'; readonly json: boolean }
  | { readonly name: 'agents'; readonly action: 'show'; readonly agent: string; readonly json: boolean }
  | { readonly name: 'agents'; readonly action: 'add' | 'edit'; readonly agent: string; readonly words: AgentWords }
  | { readonly name: 'agents'; readonly action: 'duplicate'; readonly agent: string }
  | { readonly name: 'agents'; readonly action: 'import'; readonly file: string }
  | { readonly name: 'agents'; readonly action: 'export'; readonly agent: string; readonly output: string | null }
  | { readonly name: 'agents'; readonly action: 'approve' | 'delete'; readonly agent: string; readonly yes: boolean };

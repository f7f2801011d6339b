import type { Preview } from './tool-call.ts';
import type { RuleScope } from './rule.ts';

/** What a person is asked: may this call run, what is the answer, is this plan right. */
export type InteractionPrompt =
  | {
      readonly kind: 'approval';
      readonly callId: string;
      readonly tool: string;
      readonly title: string;
      readonly preview: Preview;
      /** Why it is asked, in words. */
      readonly reasons: readonly string[];
      /** The pattern that "always" would save; absent where no saved rule could allow it. */
      readonly pattern?: string;
    }
  | { readonly kind: 'question'; readonly callId: string; readonly question: string; readonly choices: readonly string[] }
  | { readonly kind: 'plan_approval'; readonly plan: string }
  | { readonly kind: 'loop'; readonly callId: string | null; readonly question: string };

export type InteractionAnswer =
  | { readonly kind: 'allow'; readonly remember?: { readonly scope: RuleScope; readonly pattern: string | null } }
  | { readonly kind: 'deny'; readonly reason?: string }
  | { readonly kind: 'reply'; readonly text: string };

export type InteractionState = 'open' | 'answered' | 'expired';

export interface Interaction {
  readonly id: string;
  readonly conversationId: string;
  readonly runId: string;
  readonly rootRunId: string;
  readonly prompt: InteractionPrompt;
  /** Hash of what is asked (tool, input): an answer counts only for exactly this (R5). */
  readonly digest: string;
  readonly state: InteractionState;
  readonly answer?: InteractionAnswer;
  /** Whose the answer was. Without an answer: `nobody`, or `process_end`, where the process that asked ended before. */
  readonly answeredBy?: string;
  readonly createdAt: number;
}

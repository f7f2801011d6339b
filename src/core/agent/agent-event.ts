import type { Conversation, ConversationMode } from '../models/conversation.ts';
import type { Failure } from '../models/failure.ts';
import type { Interaction, InteractionAnswer } from '../models/interaction.ts';
import type { MediaBytes } from '../models/media.ts';
import type { Message, Part, PartState } from '../models/message.ts';
import type { Plan } from '../models/plan.ts';
import type { WireRequest } from '../models/request.ts';
import type { Rule } from '../models/rule.ts';
import type { Run } from '../models/run.ts';
import type { ToolCall } from '../models/tool-call.ts';
import type { Price, Usage } from '../models/usage.ts';
import type { Destination, FinishReason } from '../reasoning/language-model.ts';
import type { RunState } from './agent-state.ts';

/** Which of the two kinds of model step: deciding what to do (and, natively, answering at once), or answering from what was observed. */
export type StepPurpose = 'plan' | 'synthesise';

export interface StepStart {
  readonly id: string;
  readonly ord: number;
  /** 1 for the first try of this step. */
  readonly attempt: number;
  /** `title`: after the run, to name the conversation. */
  readonly purpose: StepPurpose | 'title';
  readonly messageId: string;
  readonly requestId: string;
  readonly model: string;
  readonly startedAt: number;
}

/** How a step is told to have gone. `cost` in US dollars, null when no price is known. */
export interface StepEnd {
  readonly stepId: string;
  readonly usage: Usage;
  readonly cost: number | null;
  /** What the cost was reckoned with. */
  readonly price?: Price;
  readonly finish: FinishReason | 'failed' | 'cancelled';
  readonly failure?: Failure;
  readonly endedAt: number;
}

/** A file before a tool touched it. `before` is null when there was none. */
export interface FileChange {
  readonly id: string;
  readonly callId: string;
  readonly conversationId: string;
  readonly path: string;
  /** Bytes before; null when the file did not exist. */
  readonly before: Uint8Array | null;
  readonly modeBefore: number | null;
}

/**
 * What was left out of the requests from here on. A projection: the words themselves stay (C3).
 * `through` is the last exchange left out (its person's message) or, within the run's own exchange, the last step.
 * Tokens are estimates.
 */
export interface Trim {
  readonly id: string;
  readonly conversationId: string;
  readonly through:
    | { readonly kind: 'exchange'; readonly messageId: string }
    | { readonly kind: 'step'; readonly messageId: string; readonly stepId: string };
  readonly unitsDropped: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

/** How a delivered input enters: as the start of a run, between its steps, or after it (R6). */
export type Delivery = 'start' | 'steer' | 'follow_up';

export interface Input {
  /** Made by the client; a repeat gets the first reply. */
  readonly id: string;
  readonly conversationId: string;
  readonly runId: string;
  readonly delivery: Delivery;
  readonly actor: Actor;
  readonly createdAt: number;
}

/**
 * Where a message enters that does not follow the last one. `edited`: beside the message that it is another version of. `again`: it is in
 * the tree already and is answered anew. The path goes through it from then on; what it led through before stays in the tree.
 */
export type Branch = 'edited' | 'again';

export type Actor = 'person' | 'terminal' | 'schedule' | 'agent';

/**
 * Everything that can happen in a run: the one union, folded the same way by database, terminal and page.
 * Durable when the `yield` that emits it returns; `part_delta` and `tool_output` become durable as draft chunks, merged per tick.
 */
export type AgentEvent =
  | { readonly type: 'conversation_created'; readonly conversation: Conversation }
  /** With a run: the input starts it. Without: it waits for its turn. */
  | {
      readonly type: 'input_accepted';
      readonly input: Input;
      readonly message: Message;
      readonly run: Run | null;
      /** Absent: the message follows the last one. */
      readonly branch?: Branch;
      /** What came with the message for the first time. */
      readonly media?: readonly MediaBytes[];
    }
  | { readonly type: 'state_changed'; readonly state: RunState }
  | { readonly type: 'message_started'; readonly message: Message }
  | { readonly type: 'step_started'; readonly step: StepStart; readonly request: WireRequest }
  /** The model is open: who is asked, and where the words go (U3). Never stored. */
  | { readonly type: 'model_opened'; readonly model: string; readonly destination: Destination }
  /** How far a model is before its first word. Never stored. */
  | {
      readonly type: 'model_progressed';
      readonly what: 'fetching' | 'loading' | 'reading';
      readonly done: number;
      readonly total: number;
      /** For fetching: what is going on, and from where, in words. */
      readonly detail?: string;
      readonly bytesPerSecond?: number | null;
      readonly secondsLeft?: number | null;
    }
  | ({ readonly type: 'step_completed' } & StepEnd)
  | { readonly type: 'part_started'; readonly messageId: string; readonly part: Part }
  | { readonly type: 'part_delta'; readonly partId: string; readonly offset: number; readonly text: string }
  | {
      readonly type: 'part_completed';
      readonly partId: string;
      readonly text: string;
      readonly state: PartState;
      readonly providerData?: unknown;
    }
  | { readonly type: 'tool_call_proposed'; readonly call: ToolCall; readonly partId: string }
  | { readonly type: 'tool_call_changed'; readonly call: ToolCall }
  | { readonly type: 'tool_call_started'; readonly call: ToolCall }
  | { readonly type: 'tool_output'; readonly callId: string; readonly offset: number; readonly text: string }
  | { readonly type: 'tool_call_ended'; readonly call: ToolCall; readonly wholeOutput?: string; readonly media?: readonly MediaBytes[] }
  | { readonly type: 'file_recorded'; readonly change: FileChange }
  | { readonly type: 'interaction_requested'; readonly interaction: Interaction }
  | { readonly type: 'interaction_closed'; readonly interactionId: string; readonly answer: InteractionAnswer | null; readonly by: string }
  | { readonly type: 'rule_saved'; readonly rule: Rule }
  | { readonly type: 'plan_updated'; readonly plan: Plan }
  | { readonly type: 'mode_changed'; readonly mode: ConversationMode }
  | { readonly type: 'context_trimmed'; readonly trim: Trim }
  | { readonly type: 'notice_raised'; readonly code: string; readonly text: string }
  | {
      readonly type: 'run_completed';
      readonly state: RunState;
      readonly usage: Usage;
      readonly cost: number | null;
      readonly steps: number;
      readonly failure?: Failure;
    };

export type AgentEventType = AgentEvent['type'];

/** An event as clients are told of it: without the bytes that only the database needs. Every {@link AgentEvent} is one. */
export type AnnouncedEvent =
  | Exclude<AgentEvent, { type: 'input_accepted' | 'step_started' | 'tool_call_ended' | 'file_recorded' }>
  | Omit<Extract<AgentEvent, { type: 'input_accepted' }>, 'media'>
  | { readonly type: 'step_started'; readonly step: StepStart }
  | { readonly type: 'tool_call_ended'; readonly call: ToolCall }
  | { readonly type: 'file_recorded'; readonly change: Omit<FileChange, 'before'> };

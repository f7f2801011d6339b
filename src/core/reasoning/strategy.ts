import type { StepPurpose } from '../agent/agent-event.ts';
import type { Message } from '../models/message.ts';
import type { Plan } from '../models/plan.ts';
import type { ToolCall } from '../models/tool-call.ts';
import type { JsonSchema, Tool } from '../tools/tool.ts';
import type { Shelf } from './media-blocks.ts';
import type { Block, ModelRequest, StrategyName } from './language-model.ts';

/** What one model step starts from: everything that may enter its request, already chosen to fit. */
export interface StepContext {
  readonly purpose: StepPurpose;
  /**
   * Instructions. Blocks with the source `core` are Glasshouse's own words for able models; the guided strategy says
   * them in its own way and keeps the others (an agent's, the person's).
   */
  readonly system: readonly Block[];
  /** The tools offered in this run, in a fixed order. */
  readonly tools: readonly Tool[];
  /** The history that is kept, oldest first, ending with the current exchange: the person's message, then the agent's of this run. */
  readonly messages: readonly Message[];
  /** By the call's own id. Every settled call of `messages` is here. */
  readonly calls: ReadonlyMap<string, ToolCall>;
  /** Which of `messages` belong to the current run, the person's message included. */
  readonly runMessageIds: ReadonlySet<string>;
  readonly plan: Plan | null;
  /** Workspace, date (to the day) and the like: volatile words. */
  readonly environment: readonly Block[];
  /** Tokens served, input and output together. */
  readonly window: number;
  /** Tokens at most in one answer. */
  readonly maxOutput: number;
  readonly bytesPerToken: number;
  /** What the model can be shown beside words. */
  readonly shelf: Shelf;
  /** JSON Schema that the answer is held to. */
  readonly answerSchema?: JsonSchema;
}

/** A tool call as the model wants it, not yet looked at. `rawInput` is JSON text, whole or not. */
export interface ProposedCall {
  readonly providerCallId: string;
  readonly tool: string;
  readonly rawInput: string;
}

/** What the model gave in one step: its whole text and its calls in source order. */
export interface StepAnswer {
  readonly text: string;
  readonly calls: readonly ProposedCall[];
}

/** `answered`: the run is done. `calls`: run these, then plan again. `synthesise`: no more tools; answer from what was observed. */
export type StepDecision =
  | { readonly kind: 'answered' }
  | { readonly kind: 'calls'; readonly calls: readonly ProposedCall[] }
  | { readonly kind: 'synthesise' };

/** A way of working with a model. Pure: the same context gives the same request, the same answer the same decision. */
export interface Strategy {
  readonly name: StrategyName;
  /** The request of a step. Its stable prefix stays byte-identical from step to step of a run (C4). */
  request(context: StepContext): ModelRequest;
  /** What a whole answer means. Never throws, whatever the model wrote. */
  interpret(context: StepContext, answer: StepAnswer): StepDecision;
  /**
   * Whether the text of such a step is the answer to show; if not, it is the model talking to Glasshouse.
   * @param isInForm the answer is wanted as JSON by a schema
   */
  showsText(purpose: StepPurpose, isInForm: boolean): boolean;
}

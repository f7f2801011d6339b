import type { Failure } from './failure.ts';
import type { RunState } from '../agent/agent-state.ts';

export type RunKind = 'root' | 'sub';

/** Hard limits of one run (R8). Cost in US dollars, time in milliseconds. */
export interface Budget {
  readonly maxSteps: number;
  readonly maxTokens?: number;
  readonly maxCost?: number;
  readonly maxMillis?: number;
}

export const DEFAULT_BUDGET: Budget = { maxSteps: 60, maxMillis: 2 * 60 * 60 * 1000 };

/** One piece of agent work on one input. */
export interface Run {
  readonly id: string;
  readonly conversationId: string;
  readonly inputId: string;
  readonly parentRunId: string | null;
  readonly rootRunId: string;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly model: string;
  readonly budget: Budget;
  /** JSON Schema that the answer is held to. */
  readonly answerSchema?: Readonly<Record<string, unknown>>;
  /** The instance that works on it. */
  readonly owner: string;
  readonly failure?: Failure;
  readonly createdAt: number;
}

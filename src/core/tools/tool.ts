import type * as z from 'zod';
import type { Media } from '../models/media.ts';
import type { Plan } from '../models/plan.ts';
import type { Effect, Preview, ToolWords, Touches } from '../models/tool-call.ts';
import type { Trust } from '../models/trust.ts';
import type { Failure } from '../models/failure.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A request in a person's words and the input that answers it; shown to small models, and used in the documentation. */
export interface ToolExample<Input> {
  readonly request: string;
  readonly input: Input;
}

/** What a call may know before it runs. `workspace` is the real absolute path of the folder. */
export interface ToolScope {
  readonly workspace: string;
  readonly conversationId: string;
}

/** What a running call is given. */
export interface ToolContext extends ToolScope {
  readonly callId: string;
  /** Aborted when the run is stopped; the tool must end, with everything that it started, within 2 s (R7). */
  readonly signal: AbortSignal;
  /** Shows output while it comes. Resolves when it is stored. */
  progress(text: string): Promise<void>;
  /** Must resolve before the file is touched: keeps its bytes so that the change can be undone. `before` null: no such file. */
  recordFile(change: { path: string; before: Uint8Array | null; modeBefore: number | null }): Promise<void>;
  /** Asks the person and waits. Null: nobody can answer. */
  ask(question: string, choices: readonly string[]): Promise<string | null>;
  updatePlan(plan: Plan): Promise<void>;
  /** The whole output of an earlier call of this conversation; null when there is none. */
  readOutput(callId: string): Promise<{ readonly text: string; readonly trust: Trust } | null>;
  /** The bytes of a file that the person handed over in this conversation, by its name; null when there is none. */
  readAttached(name: string): Promise<Uint8Array | null>;
}

/** A picture that the model is shown with a call's output. */
export interface ShownMedia {
  readonly name: string;
  readonly media: Media;
  readonly data: Uint8Array;
}

export type ToolOutcome =
  | { readonly ok: true; readonly output: string; readonly trust: Trust; readonly media?: readonly ShownMedia[] }
  | { readonly ok: false; readonly failure: Failure; readonly output?: string; readonly trust?: Trust };

/**
 * One thing that an agent can do.
 *
 * `describe`, `touches` and `preview` get input that passed `input`; none of them changes anything.
 * `touches` and `preview` report an expected failure (no such path, outside the workspace) by throwing FailureError;
 * the call then ends as failed, unasked. `execute` returns expected failures and throws only on bugs.
 */
export interface Tool<Input = unknown> {
  readonly name: string;
  /** For the model: what it does, when to use it, what comes back. */
  readonly description: string;
  readonly examples: readonly ToolExample<Input>[];
  readonly input: z.ZodType<Input>;
  /** The JSON schema of `input`, where it is known without making it. */
  readonly inputSchema?: JsonSchema | undefined;
  readonly effect: Effect;
  /** Not offered to models that decide under a grammar (the guided strategy): every further choice costs these time and sureness. */
  readonly needsAbleModel?: boolean;
  /** Gives pictures: not offered to models that cannot see. */
  readonly needsSight?: boolean;
  /** Whether what it needs (a key, a service) is there; one that is not set up is not offered. Asked at the beginning of every run. */
  isSetUp?(): Promise<boolean>;
  describe(input: Input): ToolWords;
  touches(input: Input, scope: ToolScope): Promise<Touches>;
  /** Exactly what will happen, for the approval. Called for calls that ask. */
  preview?(input: Input, scope: ToolScope): Promise<Preview>;
  execute(input: Input, context: ToolContext): Promise<ToolOutcome>;
}

/** Names are those that every provider accepts. */
export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** What a tool is defined by: its input as it is, or what makes it (a schema costs half a millisecond, and most are never used in a run). */
export type ToolDefinition<Input> = Omit<Tool<Input>, 'input'> & { readonly input: z.ZodType<Input> | (() => z.ZodType<Input>) };

/** Keeps the input's type inside one tool and forgets it outside, where every input is validated first. */
export function defineTool<Input>(definition: ToolDefinition<Input>): Tool {
  const { input } = definition;
  if (typeof input !== 'function') return { ...definition, input };
  let made: z.ZodType<Input> | undefined;
  return Object.defineProperty({ ...definition }, 'input', { enumerable: true, get: () => (made ??= input()) }) as unknown as Tool;
}

export type { ToolWords };

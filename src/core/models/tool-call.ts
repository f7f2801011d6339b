import type { Failure } from './failure.ts';
import type { NamedMedia } from './media.ts';
import type { Trust } from './trust.ts';

/** What running a tool does to the world: nothing, the same thing however often, or something that cannot be taken back. */
export type Effect = 'none' | 'idempotent' | 'unsafe';

export type ToolCallState =
  | 'proposed'
  | 'validated'
  | 'awaiting_approval'
  | 'authorized'
  | 'started'
  | 'succeeded'
  | 'failed'
  | 'denied'
  | 'cancelled'
  | 'interrupted';

const NEXT: Record<ToolCallState, readonly ToolCallState[]> = {
  proposed: ['validated', 'failed', 'cancelled', 'interrupted'],
  validated: ['awaiting_approval', 'authorized', 'denied', 'cancelled', 'failed', 'interrupted'],
  awaiting_approval: ['authorized', 'denied', 'cancelled', 'interrupted'],
  authorized: ['started', 'cancelled', 'interrupted'],
  started: ['succeeded', 'failed', 'cancelled', 'interrupted'],
  succeeded: [],
  failed: [],
  denied: [],
  cancelled: [],
  interrupted: [],
};

export function isSettled(state: ToolCallState): boolean {
  return NEXT[state].length === 0;
}

const STAGES: readonly ToolCallState[] = ['proposed', 'validated', 'awaiting_approval', 'authorized', 'started'];

/** Whether a call in this state comes before one in the other: what is settled comes last. */
export function isEarlier(state: ToolCallState, than: ToolCallState): boolean {
  const stage = (one: ToolCallState) => (isSettled(one) ? STAGES.length : STAGES.indexOf(one));
  return stage(state) < stage(than);
}

/** What a call reads, writes, runs or reaches, with every path resolved to its real absolute path. */
export interface Touches {
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** argv of every simple command of a shell line; null when the line could not be parsed into such. */
  readonly commands?: readonly (readonly string[])[] | null;
  /** Wants the network. */
  readonly network?: boolean;
  /** The whole addresses that it asks for there, and no others, as a URL parser writes them; absent where it cannot say. */
  readonly addresses?: readonly string[];
  /** Reasons, in words, why this call must be asked about whatever rule would allow it (S2). */
  readonly mustAsk?: readonly string[];
}

/** What will happen, exactly, as an approval shows it. */
export type Preview =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly directory: string;
      readonly network: boolean;
      readonly timeoutSeconds: number;
    }
  | { readonly kind: 'diff'; readonly path: string; readonly diff: string; readonly creates: boolean }
  | { readonly kind: 'text'; readonly text: string };

/** The words of a call in the state line and the list: "Will read a.txt", "Reading a.txt", "Read a.txt". */
export interface ToolWords {
  readonly future: string;
  readonly present: string;
  readonly past: string;
}

/** Who allowed a call, and by what. */
export interface Authorisation {
  readonly by: 'effect' | 'rule' | 'person';
  readonly ruleId?: string;
  readonly reason: string;
}

export interface ToolCall {
  /** Ours, unique everywhere. */
  readonly id: string;
  /** The provider's id for it, unique in one request only. */
  readonly providerCallId: string;
  readonly conversationId: string;
  readonly runId: string;
  readonly stepId: string;
  readonly messageId: string;
  /** Position in the message, shared with its part. */
  readonly ord: number;
  readonly tool: string;
  /** As parsed; the raw text when it could not be parsed. */
  readonly input: unknown;
  readonly effect: Effect;
  readonly touches: Touches;
  /** The call in words; absent while its input is not known to be valid. */
  readonly words?: ToolWords;
  readonly state: ToolCallState;
  readonly authorisation?: Authorisation;
  /** What the model is told of it; set when settled. */
  readonly output?: string;
  /** The whole output, when `output` is only its beginning and end. */
  readonly outputBlob?: string;
  /** Pictures that the model is shown with the output. */
  readonly media?: readonly NamedMedia[];
  readonly trust: Trust;
  readonly failure?: Failure;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/**
 * The call in its next state. The only way a call changes.
 * @throws Error when the transition is not one of the machine's (a bug, not a failure).
 */
export function advanceCall(call: ToolCall, state: ToolCallState, change: Partial<Omit<ToolCall, 'id' | 'state'>> = {}): ToolCall {
  if (!NEXT[call.state].includes(state)) throw new Error(`illegal transition of tool call ${call.id}: ${call.state} → ${state}`);
  return { ...call, ...change, state };
}

/** What the model is told of a call that has ended (R2: every call has a result; R3: interrupted is never denied). */
export function resultForModel(call: ToolCall): { text: string; isError: boolean } {
  switch (call.state) {
    case 'succeeded':
      return { text: call.output ?? '', isError: false };
    case 'failed':
      return { text: call.output ?? `Failed: ${call.failure?.message ?? 'unknown reason'}`, isError: true };
    case 'denied':
      return { text: call.output ?? 'The person did not allow this call. It did not run.', isError: true };
    case 'cancelled':
      if (call.startedAt === undefined)
        return { text: 'This call was not begun: the work was stopped before. It did not run.', isError: true };
      return { text: withOutput('This call was stopped. It may have run in part.', call.output), isError: true };
    default:
      return { text: withOutput('This call was interrupted. It may have run; look before doing it again.', call.output), isError: true };
  }
}

function withOutput(text: string, output: string | undefined): string {
  return output ? `${text}\n\nOutput until then:\n${output}` : text;
}

import type { StepEnd, StepStart } from '../../core/agent/agent-event.ts';
import type { ConversationSnapshot } from '../../core/agent/conversation-fold.ts';
import type { RunStateName } from '../../core/agent/agent-state.ts';
import type { Conversation } from '../../core/models/conversation.ts';
import type { Failure } from '../../core/models/failure.ts';
import type { Section } from '../../core/models/request.ts';
import type { Run } from '../../core/models/run.ts';
import type { Trust } from '../../core/models/trust.ts';

export interface ConversationSummary extends Conversation {
  readonly messages: number;
  readonly lastRunState: RunStateName | null;
}

export interface RecordedStep extends StepStart, Partial<Omit<StepEnd, 'stepId'>> {
  readonly runId: string;
}

export interface RecordedRun extends Run {
  readonly version: number;
  readonly steps: readonly RecordedStep[];
}

export interface RecordedSpan {
  readonly text: string;
  readonly section: Section;
  readonly source: string;
  readonly trust: Trust;
  readonly cacheBreakpoint: boolean;
}

/** A request exactly as it was sent: the spans joined are the body (C1). */
export interface RecordedRequest {
  readonly id: string;
  readonly stepId: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly spans: readonly RecordedSpan[];
}

/** Reading what is stored. Null where there is no such thing; rejects with FailureError only for a damaged or busy database. */
export interface ConversationReader {
  list(options: { readonly limit: number; readonly workspace?: string }): Promise<readonly ConversationSummary[]>;
  /** Ids that begin with `prefix`, at most two. */
  matching(prefix: string): Promise<readonly string[]>;
  conversation(id: string): Promise<Conversation | null>;
  latestIn(workspace: string): Promise<Conversation | null>;
  /** The path from the first message to the head. */
  snapshot(id: string): Promise<ConversationSnapshot | null>;
  runs(conversationId: string): Promise<readonly RecordedRun[]>;
  requests(conversationId: string): Promise<readonly RecordedRequest[]>;
  output(conversationId: string, callId: string): Promise<string | null>;
  inputRun(inputId: string): Promise<{ readonly runId: string; readonly conversationId: string } | null>;
}

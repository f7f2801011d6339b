import type { StepEnd, StepStart } from '../agent/agent-event.ts';
import type { RunStateName } from '../agent/agent-state.ts';
import type { Conversation } from './conversation.ts';
import type { Section, SpanMedia } from './request.ts';
import type { Run } from './run.ts';
import type { Trust } from './trust.ts';

export interface ConversationSummary extends Conversation {
  readonly pinned: boolean;
  /** Put away: out of the list, and kept. */
  readonly archived: boolean;
  /** Interactions that wait for a person. */
  readonly openInteractions: number;
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
  readonly media?: SpanMedia;
}

/** A request exactly as it was sent: the spans joined are the body (C1). */
export interface RecordedRequest {
  readonly id: string;
  readonly stepId: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly spans: readonly RecordedSpan[];
  /** Days after which its words were taken away: `spans` is empty then. */
  readonly removedAfter?: number;
}

export type SearchKind = 'message' | 'tool_input' | 'tool_result';

export interface SearchHit {
  readonly conversationId: string;
  readonly conversationTitle: string;
  readonly messageId: string;
  readonly kind: SearchKind;
  /** Text around the hit; what matched stands between U+0002 and U+0003. */
  readonly excerpt: string;
  readonly createdAt: number;
}

import type { AnnouncedEvent } from '../core/agent/agent-event.ts';
import type { Failure } from '../core/models/failure.ts';
import type { FetchProgress } from '../core/reasoning/model-listing.ts';

/**
 * What comes over the one event stream of a client (`GET /events`), in order. What is durable carries the SSE id `seq`; a client that
 * comes back with its last id gets what it missed, then one `part_delta` at offset 0 with all words so far for every part that is still
 * growing (and one `tool_output` likewise), then what is live. Delivery is at least once: folding an event twice changes nothing.
 */
export type StreamEvent =
  /** The first of every connection. `instance` changes when the server was started anew. */
  | { readonly type: 'hello'; readonly seq: number; readonly instance: string; readonly version: string }
  /** What happened in a run, wherever it runs: in this server, or in a terminal on the same data folder. `seq` is null for passing events. */
  | {
      readonly type: 'run_event';
      readonly seq: number | null;
      readonly conversationId: string;
      readonly runId: string;
      readonly event: AnnouncedEvent;
    }
  /** Title, place, waiting inputs or the branch that is shown changed: read it again. */
  | { readonly type: 'conversation_changed'; readonly conversationId: string }
  | { readonly type: 'conversation_deleted'; readonly conversationId: string }
  | { readonly type: 'rules_changed' }
  | { readonly type: 'settings_changed' }
  | { readonly type: 'agents_changed' }
  | { readonly type: 'folders_changed' }
  /** A model's file is being fetched outside of a run. Ends with `ended`: null failure means it is ready. */
  | { readonly type: 'model_fetch'; readonly modelId: string; readonly progress: FetchProgress }
  | { readonly type: 'model_fetch_ended'; readonly modelId: string; readonly failure: Failure | null }
  /** Too much was missed to be told one by one: read everything again. */
  | { readonly type: 'reset' };

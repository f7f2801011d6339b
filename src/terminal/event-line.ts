import type { PublishedEvent } from '../contract/glasshouse.ts';
import { bodyOf } from '../core/models/request.ts';

/**
 * An event as one line of JSON: `{conversationId, runId, type, …}`. Requests are told by their size (the whole of them is in
 * `conversations show --requests`), before-images of files by theirs.
 */
export function eventLine({ conversationId, runId, event }: PublishedEvent): string {
  if (event.type === 'step_started') {
    const { request, ...rest } = event;
    const { spans: _, ...head } = request;
    return JSON.stringify({ conversationId, runId, ...rest, request: { ...head, bytes: Buffer.byteLength(bodyOf(request)) } });
  }
  if (event.type === 'file_recorded') {
    const { before, ...change } = event.change;
    return JSON.stringify({ conversationId, runId, type: event.type, change: { ...change, bytesBefore: before?.length ?? null } });
  }
  if (event.type === 'tool_call_ended') {
    // The whole of a long output came as `tool_output` already.
    const { wholeOutput: _, media: __, ...rest } = event;
    return JSON.stringify({ conversationId, runId, ...rest });
  }
  if (event.type === 'input_accepted') {
    const { media: _, ...rest } = event;
    return JSON.stringify({ conversationId, runId, ...rest });
  }
  return JSON.stringify({ conversationId, runId, ...event });
}

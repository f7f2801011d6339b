import { useMemo } from 'react';
import type { StreamEvent } from '../../../contract/events.ts';
import type { RequestLine, RequestView } from '../../../contract/views.ts';
import { api } from '../../api.ts';
import { useRunsOnPath } from '../../stores/conversation-store.ts';
import { useAnswer, type Answer } from '../../use-answer.ts';

/** The requests on the path of a conversation, oldest first. A new one stands here as soon as its step starts. */
export function useRequests(conversationId: string): Answer<readonly RequestLine[]> {
  const onPath = useRunsOnPath(conversationId);
  const answer = useAnswer(
    `requests:${conversationId}`,
    async () => (await api.requests.list({ conversationId })).requests,
    (event) => changesRequests(event, conversationId),
  );
  const value = useMemo(() => answer.value?.filter((line) => onPath?.has(line.runId) ?? true) ?? null, [answer.value, onPath]);
  return { ...answer, value };
}

/** One request, whole. It is read again when its step ends: then the provider has counted. */
export function useRequest(conversationId: string, line: RequestLine | null): Answer<RequestView | null> {
  return useAnswer(`request:${conversationId}:${line?.id ?? ''}:${line?.usage ? 'counted' : 'open'}`, async () =>
    line ? await api.requests.get({ conversationId, requestId: line.id }) : null,
  );
}

function changesRequests(event: StreamEvent, conversationId: string): boolean {
  if (event.type === 'reset') return true;
  if (event.type !== 'run_event' || event.conversationId !== conversationId) return false;
  return event.event.type === 'step_started' || event.event.type === 'step_completed' || event.event.type === 'run_completed';
}

import { useEffect, useState } from 'react';
import type { FetchProgress } from '../../../core/reasoning/model-listing.ts';
import { onStreamEvent } from '../../stream-listeners.ts';

export interface FetchInRun {
  /** The conversation whose run waits for the model. */
  readonly conversationId: string;
  readonly progress: FetchProgress;
}

/** A model's file that a run fetches before its first word: told by the run's own events, not by those of a fetch that was asked for. */
export function useFetchInRun(): FetchInRun | null {
  const [fetch, setFetch] = useState<FetchInRun | null>(null);
  useEffect(
    () =>
      onStreamEvent((message) => {
        if (message.type !== 'run_event') return;
        const { conversationId, event } = message;
        if (event.type === 'model_progressed' && event.what === 'fetching') {
          const { done, total, detail = '', bytesPerSecond = null, secondsLeft = null } = event;
          setFetch({ conversationId, progress: { phase: 'fetching', source: detail, done, total, bytesPerSecond, secondsLeft } });
        } else {
          // Whatever else that run does: its model is here, or it has ended.
          setFetch((before) => (before?.conversationId === conversationId ? null : before));
        }
      }),
    [],
  );
  return fetch;
}

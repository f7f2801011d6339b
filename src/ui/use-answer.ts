import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { StreamEvent } from '../contract/events.ts';
import { failureOf, type CallFailure } from './api.ts';
import { onStreamEvent } from './stream-listeners.ts';

export interface Answer<Value> {
  /** What was answered last; it stays while the same thing is asked again. */
  readonly value: Value | null;
  readonly failure: CallFailure | null;
  readonly askAgain: () => void;
}

/** Milliseconds without another reason before it is asked again: reasons come in bursts. */
const SETTLED_AFTER = 80;

/**
 * Something that is asked of the server for one screen: at once, when `key` changes, and when `isStale` says that an event made the
 * answer old. A late answer to an earlier question is dropped.
 */
export function useAnswer<Value>(
  key: string,
  ask: () => Promise<Value>,
  isStale: (event: StreamEvent) => boolean = isReset,
): Answer<Value> {
  const [state, setState] = useState<{ key: string; value: Value | null; failure: CallFailure | null }>({
    key,
    value: null,
    failure: null,
  });
  const latest = useRef(0);
  const asking = useEffectEvent(ask);
  const stale = useEffectEvent(isStale);

  const askNow = useEffectEvent(() => {
    latest.current += 1;
    const mine = latest.current;
    asking().then(
      (value) => {
        if (mine === latest.current) setState({ key, value, failure: null });
      },
      (error: unknown) => {
        const failure = failureOf(error);
        if (mine === latest.current) setState((before) => ({ key, value: before.key === key ? before.value : null, failure }));
      },
    );
  });

  const again = useRef(() => {});
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    again.current = () => {
      clearTimeout(timer);
      timer = setTimeout(askNow, SETTLED_AFTER);
    };
    askNow();
    const stop = onStreamEvent((event) => {
      if (event.type === 'hello' || stale(event)) again.current();
    });
    return () => {
      stop();
      clearTimeout(timer);
      latest.current += 1;
    };
  }, [key]);

  const askAgain = useCallback(() => again.current(), []);
  const isFor = state.key === key;
  return { value: isFor ? state.value : null, failure: isFor ? state.failure : null, askAgain };
}

function isReset(event: StreamEvent): boolean {
  return event.type === 'reset';
}

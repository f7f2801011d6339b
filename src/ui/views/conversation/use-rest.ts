import { useEffect, useMemo, useRef, type RefObject } from 'react';

/** Milliseconds that a question must have been in sight before it can be answered: time to see that it is there, and what it asks. */
const REST = 700;
/** Milliseconds without a press after one that came too early: who hammers on a key does not answer. */
const QUIET = 300;

/** When a question of this window was answered last: the next one comes to lie under the same key and the same pointer. */
let answeredAt = Number.NEGATIVE_INFINITY;

/** Every other question begins its rest anew. */
export function beginRest(): void {
  answeredAt = performance.now();
}

export interface Rest {
  /** Whether a click counts now. */
  readonly isOver: () => boolean;
  /**
   * Whether a press counts now. A key that is held down never does: it was pressed for something else, and only a press that is none of
   * its repetitions shows that it was let go since.
   */
  readonly takes: (press: { readonly repeat: boolean }) => boolean;
}

/** Keeps a question from being answered by a key or a click that was meant for what stood there before. */
export function useRest(card: RefObject<HTMLElement | null>): Rest {
  const inSightSince = useRef<number | null>(null);
  useEffect(() => {
    const element = card.current;
    if (!element) return;
    let isInView = false;
    const look = () => {
      const isSeen = isInView && document.visibilityState === 'visible';
      if (!isSeen) inSightSince.current = null;
      else inSightSince.current ??= performance.now();
    };
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        if (!last) return;
        // One that is taller than the window is in sight when it fills half of it.
        const room = last.rootBounds?.height ?? globalThis.innerHeight;
        isInView = last.intersectionRatio >= 0.5 || last.intersectionRect.height >= room / 2;
        look();
      },
      { threshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 1] },
    );
    observer.observe(element);
    document.addEventListener('visibilitychange', look);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', look);
    };
  }, [card]);
  return useMemo(() => {
    let earlyAt = Number.NEGATIVE_INFINITY;
    const isOver = () => {
      const since = inSightSince.current;
      return since !== null && performance.now() - Math.max(since, answeredAt) >= REST;
    };
    const takes = ({ repeat }: { readonly repeat: boolean }) => {
      const now = performance.now();
      if (!repeat && isOver() && now - earlyAt >= QUIET) return true;
      earlyAt = now;
      return false;
    };
    return { isOver, takes };
  }, []);
}

import { useEffect, useReducer, useState, type ComponentType, type ReactNode } from 'react';

/**
 * A part of the page whose script is fetched when it is first wanted, or earlier by `preload`. Unlike with React's own `lazy`, one that is
 * here is drawn at once, and one that comes is not held back for the sake of what stood in its place.
 */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let Loaded: ComponentType<Props> | null = null;
  let loading: Promise<void> | null = null;
  const fetch = () =>
    (loading ??= load().then(
      (component) => {
        Loaded = component;
      },
      (error: unknown) => {
        // Asked for again, it is fetched again.
        loading = null;
        throw error;
      },
    ));

  function Lazily({ fallback, ...props }: Props & { readonly fallback?: ReactNode }) {
    const [, redraw] = useReducer((count: number) => count + 1, 0);
    const [error, setError] = useState<unknown>(null);
    useEffect(() => {
      if (Loaded === null) void fetch().then(redraw, setError);
    }, []);
    // For the boundary around it.
    if (error !== null) throw error;
    return Loaded === null ? fallback : <Loaded {...(props as unknown as Props)} />;
  }
  /** Fetches it beforehand. What cannot be fetched now is fetched when it is wanted. */
  const preload = () => void fetch().catch(() => undefined);
  return Object.assign(Lazily, { fetch, preload });
}

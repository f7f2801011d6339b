/** Tokens of one model call. `input` includes what was read from or written to the cache. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cachedRead: number;
  readonly cachedWrite: number;
  readonly reasoning: number;
  /** Whether the provider counted, or we estimated. */
  readonly exact: boolean;
}

export const NO_USAGE: Usage = { input: 0, output: 0, cachedRead: 0, cachedWrite: 0, reasoning: 0, exact: true };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cachedRead: a.cachedRead + b.cachedRead,
    cachedWrite: a.cachedWrite + b.cachedWrite,
    reasoning: a.reasoning + b.reasoning,
    exact: a.exact && b.exact,
  };
}

/** Prices in US dollars per million tokens, with the day they were noted (ISO date). */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cachedRead?: number;
  readonly cachedWrite?: number;
  readonly asOf: string;
  /** The person set it; else it is from the table that comes with Glasshouse. */
  readonly isOwn?: boolean;
}

/** Cost in US dollars, or null when no price is known. */
export function costOf(usage: Usage, price: Price | undefined): number | null {
  if (!price) return null;
  const plain = usage.input - usage.cachedRead - usage.cachedWrite;
  return (
    (plain * price.input +
      usage.cachedRead * (price.cachedRead ?? price.input) +
      usage.cachedWrite * (price.cachedWrite ?? price.input) +
      usage.output * price.output) /
    1_000_000
  );
}

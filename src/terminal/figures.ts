import type { Price } from '../core/models/usage.ts';

/** A duration in the shortest words that say it: `8 ms`, `3.4 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Bytes in decimal units: `491 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(0)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(0)} MB`;
  return `${(count / 1_000_000_000).toFixed(2)} GB`;
}

/** `1 message`, `2,000 messages`. */
export function count(number: number, what: string): string {
  return `${String(number).replace(/\B(?=(\d{3})+$)/g, ',')} ${what}${number === 1 ? '' : 's'}`;
}

/** US dollars: `$0.0412`, `<$0.0001` rather than zero; null when no price is known. */
export function money(dollars: number | null): string | null {
  if (dollars === null) return null;
  if (dollars === 0) return '$0';
  return dollars < 0.0001 ? '<$0.0001' : `$${dollars.toFixed(4)}`;
}

/** `$3 in, $15 out per million tokens (noted 2026-07-04)`: prices change, so their day stands beside them. */
export function priceInWords({ input, output, cachedRead, cachedWrite, asOf, isOwn }: Price): string {
  const cache = [
    cachedRead === undefined ? '' : `, $${cachedRead} read from the cache`,
    cachedWrite === undefined ? '' : `, $${cachedWrite} written to it`,
  ].join('');
  return `$${input} in, $${output} out${cache} per million tokens (${isOwn ? 'set by you' : 'noted'} ${asOf})`;
}

/** Tokens with thousands apart; `≈` before an estimate. */
export function tokens(count: number, isExact: boolean): string {
  // By hand: the first use of a locale loads its data, which takes longer than all the rest of a short run's end.
  return `${isExact ? '' : '≈ '}${String(count).replace(/\B(?=(\d{3})+$)/g, ',')}`;
}

/** Where the words go (U3). */
export function destination(to: { readonly kind: 'machine' } | { readonly kind: 'host'; readonly host: string }): string {
  return to.kind === 'machine' ? 'stays on this machine' : `goes to ${to.host}`;
}

/** How far a download is: bar, bytes, speed and time left. */
export function progress(done: number, total: number, bytesPerSecond: number | null, secondsLeft: number | null, barWidth: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * barWidth);
  const bar = barWidth > 0 ? `${'━'.repeat(filled)}${'╌'.repeat(barWidth - filled)} ` : '';
  const speed = bytesPerSecond === null ? '' : ` · ${bytes(bytesPerSecond)}/s`;
  const left = secondsLeft === null ? '' : ` · ${duration(Math.max(1, Math.round(secondsLeft)) * 1_000)} left`;
  return `${bar}${bytes(done)} of ${bytes(total)}${speed}${left}`;
}

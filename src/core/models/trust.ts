/**
 * Where words come from, as far as safety is concerned (law S3).
 * `trusted`: the person, the model's own words, files of the chosen workspace, commands without network.
 * `untrusted`: pages, documents, other programs, anything with network: it may carry an attacker's words.
 */
export type Trust = 'trusted' | 'untrusted';

/** The lesser of two trusts: one untrusted part makes the whole untrusted. */
export function leastTrust(...trusts: readonly Trust[]): Trust {
  return trusts.includes('untrusted') ? 'untrusted' : 'trusted';
}

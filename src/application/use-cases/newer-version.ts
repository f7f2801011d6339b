import { settingInForce, type SettingDeps } from './settings.ts';

export interface NewerVersionDeps extends Pick<SettingDeps, 'settings' | 'env'> {
  now(): number;
  /** The version that runs. */
  version(): Promise<string>;
  /** What the document at an address says is the latest version; null: it cannot be reached, or says none. Never rejects. */
  latestAt(address: string): Promise<string | null>;
}

const DAY = 24 * 60 * 60 * 1_000;
/** What was found last, and when it was looked for; beside the settings, as nobody sets it. */
const FOUND = 'update:found';

/**
 * A version that is newer than the one that runs; null: none, nobody wants to know, or no address is set to look at. Asked for at most once a day, by one plain GET that
 * says nothing of who asks; where that fails, nothing is said and the next day is waited for.
 */
export async function newerVersion(deps: NewerVersionDeps): Promise<string | null> {
  const [notice, address] = await Promise.all([settingInForce(deps, 'update_notice'), settingInForce(deps, 'update_address')]);
  if (notice === 'off' || !address) return null;
  const version = await deps.version();
  const last = parsed(await deps.settings.get(FOUND));
  if (last && deps.now() - last.at < DAY && deps.now() >= last.at) return newerOf(last.latest, version);
  // Noted first: whatever becomes of it, it was today's.
  await deps.settings.set(FOUND, JSON.stringify({ at: deps.now(), latest: last?.latest ?? null }));
  const latest = await deps.latestAt(address);
  if (latest !== null) await deps.settings.set(FOUND, JSON.stringify({ at: deps.now(), latest }));
  return newerOf(latest ?? last?.latest ?? null, version);
}

/** A release (`1.2.3`) that comes after the one that runs. What is not a plain release is never told of. */
function newerOf(latest: string | null, version: string): string | null {
  const [one, other] = [figuresOf(latest ?? ''), figuresOf(version.split('-', 1)[0] ?? '')];
  if (!one || !other) return null;
  for (const [at, figure] of one.entries()) {
    const difference = figure - (other[at] ?? 0);
    if (difference !== 0) return difference > 0 ? latest : null;
  }
  // A release comes after what led to it.
  return version.includes('-') ? latest : null;
}

function figuresOf(version: string): readonly number[] | null {
  return /^\d{1,6}\.\d{1,6}\.\d{1,6}$/.test(version) ? version.split('.').map(Number) : null;
}

function parsed(text: string | null): { readonly at: number; readonly latest: string | null } | null {
  return text === null ? null : (JSON.parse(text) as { at: number; latest: string | null });
}

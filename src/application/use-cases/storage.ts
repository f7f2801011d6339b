import { KEPT_DAYS, type Pruned, type PrunedKind, type Retention, type StorageReport } from '../../core/models/storage.ts';
import type { StorageCare } from '../ports/storage-care.ts';
import { settingInForce, type SettingDeps } from './settings.ts';

export interface StorageDeps extends Pick<SettingDeps, 'settings' | 'env'> {
  /** Those who look after what is stored: the database, the log. */
  readonly carers: readonly StorageCare[];
}

/** What uses space, for how long it is kept, and what would go now. */
export async function reportStorage(deps: StorageDeps): Promise<StorageReport> {
  const retention = await retentionInForce(deps);
  const [sizes, planned] = await Promise.all([
    Promise.all(deps.carers.map((carer) => carer.measure())),
    Promise.all(deps.carers.map((carer) => carer.plan(retention))),
  ]);
  return { sizes: sizes.flat().toSorted((a, b) => b.bytes - a.bytes), retention, wouldGo: planned.flat() };
}

/** Takes away what is older than it is kept. @returns what went */
export async function pruneStorage(deps: StorageDeps): Promise<readonly Pruned[]> {
  const retention = await retentionInForce(deps);
  const gone: Pruned[] = [];
  // One after the other: nobody is in a hurry, and others want the disk too.
  for (const carer of deps.carers) gone.push(...(await carer.prune(retention)));
  return gone;
}

async function retentionInForce(deps: StorageDeps): Promise<Retention> {
  const daysOf = async (kind: PrunedKind): Promise<number | null> => {
    const said = await settingInForce(deps, `keep_${kind}`);
    if (said === 'never') return null;
    return Number(said) || KEPT_DAYS[kind];
  };
  const [requests, images, events, log] = await Promise.all([daysOf('requests'), daysOf('before_images'), daysOf('events'), daysOf('log')]);
  return { requests, before_images: images, events, log };
}

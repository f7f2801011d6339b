import type { WorkspaceFiles } from '../../application/ports/machine.ts';
import { ripgrep, visibleFiles } from './ripgrep.ts';
import type { ToolDependencies } from './tool-dependencies.ts';
import { protectedWithin, resolveInWorkspace } from './workspace-paths.ts';

/** Files that are looked at, and milliseconds for it, at most: what is offered while one types must come at once. */
const LOOKED_AT = 50_000;
const LIMIT_MS = 1_500;

/** Keys and the like are never offered, wherever they lie. */
const SECRETS = [
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.kdbx',
  'id_rsa*',
  'id_ed25519*',
  'credentials*',
  '*.env',
  'kubeconfig*',
  'secrets.*',
  '*.keystore',
  '*.jks',
];

/** Finds files of a workspace by what a person has typed of their path; what git ignores and what is hidden is left out. */
export function createWorkspaceFiles(dependencies: Pick<ToolDependencies, 'protectedPlaces' | 'home'>): WorkspaceFiles {
  return {
    async find(workspace, query, limit) {
      const rules = { protectedPlaces: dependencies.protectedPlaces, home: dependencies.home, workspace };
      const root = resolveInWorkspace(rules, '.', { mustExist: true });
      const wanted = query.toLowerCase();
      const best: { readonly path: string; readonly rank: number }[] = [];
      let looked = 0;
      const onLine = (path: string) => {
        looked += 1;
        const rank = rankOf(path, wanted);
        if (rank !== null) keep(best, { path, rank }, limit);
        return looked < LOOKED_AT;
      };
      const closed = SECRETS.map((name) => `--iglob=!${name}`);
      const args = ['--files', ...visibleFiles(protectedWithin(rules, root.path)), '--no-hidden', ...closed];
      const signal = AbortSignal.timeout(LIMIT_MS);
      try {
        await ripgrep(args, root.path, signal, onLine);
      } catch (error) {
        // What was found in time is offered.
        if (!signal.aborted) throw error;
      }
      return best.map((each) => each.path);
    },
  };
}

/** How well a path fits, 0 best; null: not at all. The name counts more than the folders. */
function rankOf(path: string, wanted: string): number | null {
  if (wanted === '') return 10 + path.split('/').length;
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.includes(wanted)) return 2;
  if (lower.startsWith(wanted)) return 3;
  return lower.includes(wanted) ? 4 : null;
}

function keep(
  best: { readonly path: string; readonly rank: number }[],
  found: { readonly path: string; readonly rank: number },
  limit: number,
) {
  const before = (a: typeof found, b: typeof found) => a.rank - b.rank || a.path.length - b.path.length || a.path.localeCompare(b.path);
  const last = best.at(-1);
  if (best.length === limit && last && before(found, last) >= 0) return;
  const at = best.findIndex((each) => before(found, each) < 0);
  best.splice(at === -1 ? best.length : at, 0, found);
  if (best.length > limit) best.pop();
}

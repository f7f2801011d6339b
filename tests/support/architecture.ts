import { posix } from 'node:path';

interface Import {
  readonly from: string;
  /** As written. */
  readonly what: string;
  readonly isTypeOnly: boolean;
  readonly isNamespace: boolean;
  readonly isLazy: boolean;
}

/** The design's import table: what a layer may import of the project, and which packages. Null: any package. */
const LAYERS: Readonly<
  Record<string, { readonly layers: readonly string[]; readonly packages: readonly string[] | null; readonly node: boolean }>
> = {
  core: { layers: ['core'], packages: ['zod'], node: false },
  application: { layers: ['core', 'application'], packages: [], node: false },
  contract: { layers: ['core', 'contract'], packages: ['zod', '@orpc/contract'], node: false },
  infrastructure: { layers: ['core', 'application', 'infrastructure'], packages: null, node: true },
  terminal: { layers: ['core', 'contract', 'terminal'], packages: null, node: true },
  ui: {
    layers: ['core', 'contract', 'ui'],
    packages: [
      'react',
      'react-dom',
      'radix-ui',
      'lucide-react',
      'cmdk',
      'zustand',
      '@tanstack/react-virtual',
      '@orpc/client',
      'eventsource-parser',
      'marked',
      'shiki',
      'diff',
      '@fontsource-variable/hanken-grotesk',
      '@fontsource-variable/literata',
      '@fontsource-variable/spline-sans-mono',
    ],
    node: false,
  },
};

/** A dot before the name is a file of that name (a hidden folder), not the provider. */
const PROVIDER = /(?<![.\w])(anthropic|openai|claude|gpt|gemini|ollama|lm ?studio|openrouter|deepseek|vllm|mistral|groq)(?![\w.]*\.ts)/i;

/**
 * What breaks the house's order, one sentence each.
 * @param files sources by path from the root, such as `src/core/tools/tool.ts`
 */
export function violations(files: ReadonlyMap<string, string>): string[] {
  const imports = [...files].flatMap(([path, source]) => importsOf(path, source));
  const named = [...files].flatMap(([path, source]) => {
    const match = path.startsWith('src/infrastructure/llm/') || isRoot(path) ? null : PROVIDER.exec(source);
    return match ? [`${path} names the provider ${match[1]}; only infrastructure/llm may`] : [];
  });
  return [...imports.flatMap((each) => checkImport(each)), ...named, ...cyclesIn(imports, files)];
}

function importsOf(from: string, source: string): Import[] {
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(type\s+)?([^'"`;]*?)\s*from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]/gm;
  for (const [, type, clause, what, bare] of source.matchAll(statement)) {
    found.push({
      from,
      what: what ?? bare ?? '',
      isTypeOnly: type !== undefined,
      isNamespace: clause?.startsWith('*') ?? false,
      isLazy: false,
    });
  }
  for (const [, what] of source.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ from, what: what ?? '', isTypeOnly: false, isNamespace: true, isLazy: true });
  }
  return found;
}

function checkImport(each: Import): string[] {
  if (isRoot(each.from)) return [];
  const from = layerOf(each.from);
  const rules = LAYERS[from];
  if (!rules) return [`${each.from} stands in no layer`];
  if (each.what === 'zod' && !each.isNamespace && !each.isTypeOnly)
    return [`${each.from}: zod is imported as a namespace (import * as z from 'zod')`];
  if (!each.what.startsWith('.')) return checkPackage(each, from, rules);
  const target = resolved(each);
  const to = isRoot(target) ? posix.basename(target) : layerOf(target);
  const isRpc = each.from.startsWith('src/infrastructure/rpc/');
  if (!rules.layers.includes(to) && !(isRpc && to === 'contract')) return [`${each.from}: ${roomOf(each.from)} may not import ${to}`];
  if (from === 'infrastructure' && to === 'infrastructure' && roomOf(each.from) !== roomOf(target)) {
    return [`${each.from}: ${roomOf(each.from)} may not import ${roomOf(target)}`];
  }
  return [];
}

function checkPackage(each: Import, from: string, rules: (typeof LAYERS)[string]): string[] {
  if (each.what.startsWith('node:')) return rules?.node ? [] : [`${each.from}: ${from} may not import ${each.what}`];
  const name = each.what
    .split('/')
    .slice(0, each.what.startsWith('@') ? 2 : 1)
    .join('/');
  if (rules?.packages === null || rules?.packages.includes(each.what) || rules?.packages.includes(name)) return [];
  return [`${each.from}: ${from} may not import ${each.what}`];
}

/** The composition roots: they know every layer, and nothing imports them but each other. */
function isRoot(path: string): boolean {
  return /^src\/[^/]+\.tsx?$/.test(path);
}

function layerOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function roomOf(path: string): string {
  const [, layer, room] = path.split('/');
  return layer === 'infrastructure' ? `${layer}/${room}` : (layer ?? '');
}

function resolved(each: Import): string {
  return posix.normalize(posix.join(posix.dirname(each.from), each.what));
}

/** Cycles of imports that are there at run time, from the start (a lazy import breaks one). One sentence for each. */
function cyclesIn(imports: readonly Import[], files: ReadonlyMap<string, string>): string[] {
  const edges = new Map<string, string[]>();
  for (const each of imports) {
    if (each.isTypeOnly || each.isLazy || !each.what.startsWith('.')) continue;
    edges.set(each.from, [...(edges.get(each.from) ?? []), resolved(each)]);
  }
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      const cycle = trail.slice(at);
      const first = cycle.toSorted()[0] ?? path;
      const turned = [...cycle.slice(cycle.indexOf(first)), ...cycle.slice(0, cycle.indexOf(first))];
      found.add(`${first}: a cycle of imports: ${[...turned, first].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  return [...found];
}

import type { StorageReport } from '../../core/models/storage.ts';
import type { ProductFacts } from '../ports/machine.ts';
import type { FailureTally } from '../ports/pictures.ts';

/** What the machine is: kinds and sizes, no names. */
export interface MachineFacts {
  readonly platform: string;
  readonly release: string;
  readonly architecture: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly language: string;
}

/** A line of the log without what may hold a person's words: when, what kind of fault, and where in our own code. */
export interface LoggedFault {
  readonly at: string;
  readonly name: string;
  readonly where: readonly string[];
}

export interface DiagnosticsDeps {
  readonly now: () => number;
  product(): Promise<ProductFacts>;
  machine(): Promise<MachineFacts>;
  settings(): Promise<readonly { readonly key: string; readonly value: string | null; readonly from: string }[]>;
  findings(): Promise<readonly { readonly subject: string; readonly state: string }[]>;
  storage(): Promise<StorageReport>;
  totals(): Promise<{ readonly conversations: number; readonly messages: number }>;
  failures(): Promise<readonly FailureTally[]>;
  /** The last lines of the log, the newest last. */
  log(): Promise<readonly LoggedFault[]>;
}

/** Settings whose value is a figure or one of a few words. Of every other only that it is set is told. */
const TOLD = /^(?:window|thinking|keep_\w+|fallback_leaves_machine|update_notice)$/;
/** What such a value looks like; whatever came in by the environment may be anything. */
const HARMLESS = /^[a-z0-9]{1,12}$/;

/**
 * What somebody who helps needs to know, as a text to be read before it is given away. Made of what is known to be harmless, not by taking
 * out what is not: no key, no word of a message, no name of a file, a folder, a host or a model gets into it.
 */
export async function diagnostics(deps: DiagnosticsDeps): Promise<string> {
  const [product, machine, settings, findings, storage, totals, failures, log] = await Promise.all([
    deps.product(),
    deps.machine(),
    deps.settings(),
    deps.findings(),
    deps.storage(),
    deps.totals(),
    deps.failures(),
    deps.log(),
  ]);
  const told = {
    made: new Date(deps.now()).toISOString(),
    glasshouse: product.version,
    node: product.node,
    packages: Object.fromEntries(product.licences.map(({ name, version }) => [name, version])),
    machine,
    settings: Object.fromEntries(
      settings.map(({ key, value, from }) => [key, value === null ? 'not set' : `${shown(key, value)}, from ${from}`]),
    ),
    checks: checksOf(findings),
    counts: totals,
    bytes: Object.fromEntries(storage.sizes.map(({ kind, bytes }) => [kind, bytes])),
    keptDays: storage.retention,
    failures: failures.map(({ where, code, count, last }) => ({ where, code, count, last: new Date(last).toISOString() })),
    log,
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}

function shown(key: string, value: string): string {
  return TOLD.test(key) && HARMLESS.test(value) ? value : 'set';
}

/** Models by their provider: how many are ready, and how many are not. */
function checksOf(findings: readonly { readonly subject: string; readonly state: string }[]): Record<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const { subject, state } of findings) {
    const name = subject.split('/', 1)[0] ?? subject;
    const states = counts.get(name) ?? new Map<string, number>();
    counts.set(name, states.set(state, (states.get(state) ?? 0) + 1));
  }
  return Object.fromEntries(
    [...counts].map(([name, states]) => [name, [...states].map(([state, n]) => (n === 1 ? state : `${n} ${state}`)).join(', ')]),
  );
}

import type { Rule } from '../models/rule.ts';
import type { Effect, Touches } from '../models/tool-call.ts';
import { hasInvisible } from '../models/visible.ts';
import { matchAddress, serverPattern } from './address-pattern.ts';
import { matchGlob } from './glob.ts';

/** A call as the policy sees it: parsed and resolved, never strings (S2). */
export interface PolicyCall {
  readonly tool: string;
  readonly effect: Effect;
  readonly touches: Touches;
}

export interface PolicySituation {
  readonly conversationId: string;
  /** Real absolute path. */
  readonly workspace: string;
  readonly rules: readonly Rule[];
  /** Whether anything untrusted has reached the conversation (S3). */
  readonly untrusted: boolean;
  readonly planMode: boolean;
}

export type PolicyDecision =
  | { readonly kind: 'allow'; readonly by: 'effect' | 'rule'; readonly ruleId?: string; readonly reason: string }
  | { readonly kind: 'ask'; readonly reasons: readonly string[] }
  | { readonly kind: 'deny'; readonly reason: string };

/**
 * Allow, ask or deny. Default ask for unsafe calls; a deny beats every allow (S1); untrusted words in the conversation
 * and whatever cannot be judged from parsed arguments make an unsafe call ask, whatever was saved (S2, S3).
 */
export function decide(call: PolicyCall, situation: PolicySituation): PolicyDecision {
  const rules = situation.rules.filter((rule) => applies(rule, call.tool, situation));
  const deny = rules.find((rule) => rule.decision === 'deny' && ruleTouches(rule, call, situation.workspace));
  if (deny) return { kind: 'deny', reason: `A rule denies ${ruleInWords(deny)}.` };
  if (situation.planMode && call.effect === 'unsafe') {
    return { kind: 'deny', reason: 'The conversation is in plan mode: nothing is changed before the plan is approved.' };
  }
  const ask = rules.find((rule) => rule.decision === 'ask' && ruleTouches(rule, call, situation.workspace));
  const reasons = [...(call.touches.mustAsk ?? [])];
  if (ask) reasons.push(`A rule asks for ${ruleInWords(ask)}.`);
  const { network, addresses } = call.touches;
  if (network && !addresses) reasons.push('It wants the network.');
  if (call.effect === 'unsafe' && situation.untrusted)
    reasons.push('Words from outside are in this conversation, and they may be an attacker’s.');
  if (reasons.length > 0) return { kind: 'ask', reasons };
  if (call.effect !== 'unsafe' && !network) return { kind: 'allow', by: 'effect', reason: 'It changes nothing.' };
  const allow = rules.find((rule) => rule.decision === 'allow' && ruleCovers(rule, call, situation.workspace));
  if (allow) return { kind: 'allow', by: 'rule', ruleId: allow.id, reason: `A rule allows ${ruleInWords(allow)}.` };
  return { kind: 'ask', reasons: network ? ['It wants the network.'] : [] };
}

/** Whether a saved rule could ever allow this call unasked; if not, an approval offers no "always". */
export function canRemember(call: PolicyCall, situation: PolicySituation): boolean {
  const { network, addresses, mustAsk = [] } = call.touches;
  const isOpen = call.effect !== 'unsafe' || !situation.untrusted;
  return isOpen && (!network || addresses !== undefined) && mustAsk.length === 0 && !touchedNames(call).some(hasInvisible);
}

/** Every word that a rule would be held against. A rule that reads as something else than it is would allow what nobody meant. */
function touchedNames({ touches: { reads = [], writes = [], addresses = [], commands } }: PolicyCall): readonly string[] {
  return [...reads, ...writes, ...addresses, ...(commands ?? []).flat()];
}

/** The pattern that "always" would save: the command (with its verb, where it has verbs), the file's folder, or the host. Null: no pattern would be safe to offer. */
export function suggestPattern(call: PolicyCall, workspace: string): string | null {
  const { commands, writes, addresses } = call.touches;
  if (addresses !== undefined) return addresses.length === 1 ? serverPattern(addresses[0] ?? '') : null;
  if (commands !== undefined) {
    const [argv] = commands ?? [];
    if (!argv || commands?.length !== 1 || !argv.every(isPlainWord)) return null;
    const [program, verb] = argv;
    if (program && verb && argv.length > 2 && HAS_VERBS.has(program) && /^[a-z][a-z0-9:-]*$/.test(verb)) return `${program} ${verb} *`;
    return argv.join(' ');
  }
  const [path] = writes ?? [];
  if (!path || writes?.length !== 1) return null;
  const relative = relativeTo(workspace, path);
  if (relative === null || hasInvisible(relative)) return null;
  const slash = relative.lastIndexOf('/');
  return slash < 0 ? relative : `${relative.slice(0, slash)}/**`;
}

/** Programs whose first argument says what they do, so that the rest may vary. */
const HAS_VERBS: ReadonlySet<string> = new Set([
  'git',
  'npm',
  'pnpm',
  'yarn',
  'cargo',
  'go',
  'make',
  'pip',
  'uv',
  'docker',
  'kubectl',
  'dotnet',
  'mvn',
  'gradle',
]);

/** Words that mean only themselves in a pattern. */
function isPlainWord(word: string): boolean {
  return word.length > 0 && !/[\s*?[\]{}]/.test(word) && !hasInvisible(word);
}

function applies(rule: Rule, tool: string, situation: PolicySituation): boolean {
  if (rule.tool !== tool && rule.tool !== '*') return false;
  switch (rule.scope) {
    case 'everywhere':
      return true;
    case 'workspace':
      return rule.scopeId === situation.workspace;
    case 'conversation':
      return rule.scopeId === situation.conversationId;
  }
}

/** For deny and ask: any part of the call that matches is enough; what cannot be parsed matches too. */
function ruleTouches(rule: Rule, call: PolicyCall, workspace: string): boolean {
  if (rule.pattern === null) return true;
  const { commands, addresses, reads = [], writes = [] } = call.touches;
  if (commands === null) return true;
  if (addresses !== undefined) return addresses.some((address) => matchAddress(rule.pattern ?? '', address, { plain: true }));
  // A program is the same program by its whole path.
  if (commands !== undefined)
    return commands.some((argv) => matchCommand(rule.pattern ?? '', argv) || matchCommand(rule.pattern ?? '', byName(argv)));
  return [...reads, ...writes].some((path) => matchPath(rule.pattern ?? '', path, workspace));
}

function byName([program = '', ...rest]: readonly string[]): readonly string[] {
  return [program.slice(program.lastIndexOf('/') + 1), ...rest];
}

/** For allow: every part of the call must match. */
function ruleCovers(rule: Rule, call: PolicyCall, workspace: string): boolean {
  const { commands, addresses, network, writes = [] } = call.touches;
  // What is allowed of every tool is allowed on this machine.
  if (network && rule.tool === '*') return false;
  if (rule.pattern === null) return true;
  if (addresses !== undefined) {
    return addresses.length > 0 && addresses.every((address) => matchAddress(rule.pattern ?? '', address, { plain: false }));
  }
  if (commands === null) return false;
  if (commands !== undefined) {
    return commands.length > 0 && writes.length === 0 && commands.every((argv) => matchCommand(rule.pattern ?? '', argv));
  }
  return writes.length > 0 && writes.every((path) => matchPath(rule.pattern ?? '', path, workspace));
}

/**
 * Words against words. `*` within a word matches inside that word; a last `*` matches any further words, or none.
 * `npm run *` matches `npm run test -- --watch`, not `npm install`.
 */
export function matchCommand(pattern: string, argv: readonly string[]): boolean {
  const words = pattern.trim().split(/\s+/);
  const open = words.at(-1) === '*';
  const fixed = open ? words.slice(0, -1) : words;
  if (open ? argv.length < fixed.length : argv.length !== fixed.length) return false;
  return fixed.every((word, index) => matchGlob(word, argv[index] ?? '', { separator: null }));
}

function matchPath(pattern: string, path: string, workspace: string): boolean {
  const relative = relativeTo(workspace, path);
  if (relative !== null && matchGlob(pattern, relative, { separator: '/' })) return true;
  return matchGlob(pattern, path, { separator: '/' });
}

function relativeTo(workspace: string, path: string): string | null {
  if (path === workspace) return '.';
  return path.startsWith(`${workspace}/`) ? path.slice(workspace.length + 1) : null;
}

function ruleInWords(rule: Rule): string {
  const where = { conversation: 'in this conversation', workspace: 'in this workspace', everywhere: 'everywhere' }[rule.scope];
  return `${rule.tool}${rule.pattern === null ? '' : `(${rule.pattern})`} ${where}`;
}

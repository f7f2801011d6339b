import type { Rule, RuleDecision } from '../../../core/models/rule.ts';
import { folderName } from '../../stores/workspaces-store.ts';

/** What a tool does, as a rule says it: "Run", "Edit". Tools that are not ours keep their name. */
const VERBS: Readonly<Record<string, string>> = {
  run_command: 'Run',
  write_file: 'Write',
  edit_file: 'Edit',
  read_file: 'Read',
  list_directory: 'List',
  find_files: 'Find files in',
  search_files: 'Search',
  read_document: 'Read',
  fetch_page: 'Fetch from',
  search_web: 'Search the web with',
  run_javascript: 'Run JavaScript',
  '*': 'Any tool',
};

export function verbOf(tool: string): string {
  return VERBS[tool] ?? tool;
}

export interface RuleWords {
  readonly verb: string;
  /** Null: whatever it is asked to do. */
  readonly pattern: string | null;
}

export function ruleInWords(rule: Pick<Rule, 'tool' | 'pattern'>): RuleWords {
  return { verb: verbOf(rule.tool), pattern: rule.pattern };
}

/** Where it holds. `titleOf` names a conversation. */
export function whereItHolds(rule: Pick<Rule, 'scope' | 'scopeId'>, titleOf: (conversationId: string) => string | undefined): string {
  switch (rule.scope) {
    case 'everywhere':
      return 'everywhere';
    case 'workspace':
      return rule.scopeId === null ? 'a workspace' : folderName(rule.scopeId);
    case 'conversation':
      return rule.scopeId === null ? 'a conversation' : (titleOf(rule.scopeId) ?? 'a conversation');
  }
}

export const DECISIONS: Readonly<Record<RuleDecision, { readonly title: string; readonly takeBack: string; readonly about: string }>> = {
  allow: { title: 'Always', takeBack: 'Revoke', about: 'Does without asking what it fits' },
  ask: { title: 'Ask', takeBack: 'Lift', about: 'Asks each time, even where it would not' },
  deny: { title: 'Never', takeBack: 'Lift', about: 'Is refused, whatever else allows it' },
};

/** A pattern as it could be for a tool. */
export function patternExample(tool: string): string {
  if (tool === 'run_command') return 'npm test *';
  return tool === 'fetch_page' || tool === 'search_web' ? '*.python.org' : 'notes/**';
}

/** What a pattern means for a tool, in one sentence. */
export function patternHelp(tool: string): string {
  if (tool === 'run_command') {
    return 'Words of a command. A last * stands for any further words: npm run * fits npm run test, not npm install.';
  }
  if (tool === 'fetch_page' || tool === 'search_web') {
    return 'A host, with or without a path. *.python.org fits every host below python.org, docs.python.org/3/** all pages below /3. Only https, unless it says http://.';
  }
  return 'A path inside the workspace, or a whole one. * stands for part of a name, ** for any folders: notes/** fits all files below notes.';
}

import type { Rule, RuleDecision } from '../../../core/models/rule.ts';
import { folderName } from '../../stores/workspaces-store.ts';
import { say } from '../../words/say.ts';

/** What a tool does, as a rule says it: "Run", "Edit". Tools that are not ours keep their name. */
const VERBS: Readonly<Record<string, string>> = {
  run_command: say`Run`,
  write_file: say`Write`,
  edit_file: say`Edit`,
  read_file: say`Read`,
  list_directory: say`List`,
  find_files: say`Find files in`,
  search_files: say`Search`,
  read_document: say`Read`,
  fetch_page: say`Fetch from`,
  search_web: say`Search the web with`,
  run_javascript: say`Run JavaScript`,
  '*': say`Any tool`,
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
      return say`everywhere`;
    case 'workspace':
      return rule.scopeId === null ? say`a workspace` : folderName(rule.scopeId);
    case 'conversation':
      return rule.scopeId === null ? say`a conversation` : (titleOf(rule.scopeId) ?? say`a conversation`);
  }
}

export const DECISIONS: Readonly<Record<RuleDecision, { readonly title: string; readonly takeBack: string; readonly about: string }>> = {
  allow: { title: say`Always`, takeBack: say`Revoke`, about: say`Does without asking what it fits` },
  ask: { title: say`Ask`, takeBack: say`Lift`, about: say`Asks each time, even where it would not` },
  deny: { title: say`Never`, takeBack: say`Lift`, about: say`Is refused, whatever else allows it` },
};

/** A pattern as it could be for a tool. */
export function patternExample(tool: string): string {
  if (tool === 'run_command') return 'npm test *';
  return tool === 'fetch_page' || tool === 'search_web' ? '*.python.org' : 'notes/**';
}

/** What a pattern means for a tool, in one sentence. */
export function patternHelp(tool: string): string {
  if (tool === 'run_command') {
    return say`Words of a command. A last * stands for any further words: npm run * fits npm run test, not npm install.`;
  }
  if (tool === 'fetch_page' || tool === 'search_web') {
    return say`A host, with or without a path. *.python.org fits every host below python.org, docs.python.org/3/** all pages below /3. Only https, unless it says http://.`;
  }
  return say`A path inside the workspace, or a whole one. * stands for part of a name, ** for any folders: notes/** fits all files below notes.`;
}

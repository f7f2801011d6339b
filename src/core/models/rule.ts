export type RuleDecision = 'allow' | 'ask' | 'deny';
export type RuleScope = 'conversation' | 'workspace' | 'everywhere';

/**
 * A saved or configured decision. `scopeId` is a conversation's id, a workspace's real path, or null for everywhere.
 * `pattern` is matched against parsed arguments, never strings (S2): words of a command, a path glob, or a host with or without a path; null matches every call of the tool.
 */
export interface Rule {
  readonly id: string;
  readonly scope: RuleScope;
  readonly scopeId: string | null;
  readonly tool: string;
  readonly pattern: string | null;
  readonly decision: RuleDecision;
  readonly createdAt: number;
}

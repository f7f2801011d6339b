import type { Failure } from '../../core/models/failure.ts';
import type { Agent } from '../../core/models/agent-profile.ts';
import type { Folder } from '../../core/models/folder.ts';
import type { Rule } from '../../core/models/rule.ts';

/** Saved rules. */
export interface RuleStore {
  /** Those that can apply in this conversation and workspace. */
  inForce(scope: { readonly conversationId: string; readonly workspace: string }): Promise<readonly Rule[]>;
  all(): Promise<readonly Rule[]>;
  add(rule: Rule): Promise<void>;
  remove(id: string): Promise<boolean>;
}

/** Agents that were made or taken in; by name. */
export interface AgentStore {
  all(): Promise<readonly Agent[]>;
  get(id: string): Promise<Agent | null>;
  /** Adds it, or takes the place of the one with its id. */
  put(agent: Agent): Promise<void>;
  remove(id: string): Promise<boolean>;
}

/** Folders of the list, by name. */
export interface FolderStore {
  all(): Promise<readonly Folder[]>;
  put(folder: Folder): Promise<void>;
  /** What was in it stays, in no folder. */
  remove(id: string): Promise<boolean>;
}

/** Settings as text by key. Never secrets. */
export interface SettingStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  remove(key: string): Promise<boolean>;
  all(): Promise<ReadonlyMap<string, string>>;
}

/** Deletes a conversation with everything that belongs to it, so that no byte of it is left in the data folder. */
export interface Purge {
  /** @returns false when there is no such conversation. Rejects with FailureError(`conversation_busy`) while a run is at work in it. */
  purge(conversationId: string): Promise<boolean>;
}

/** Which processes are alive on this data folder, and what became of the runs of those that are not. */
export interface Instances {
  /** This process. */
  readonly id: string;
  /**
   * Suspends the runs whose owner is gone (R4): started calls are interrupted, open parts keep what was seen, nothing is sent.
   * @returns how many runs were suspended
   */
  reconcile(): Promise<number>;
  isAlive(owner: string): Promise<boolean>;
  /** Takes the one place of this name on the data folder, until this process ends. @returns false when another process has it */
  claim(name: string): Promise<boolean>;
  /** Ends one run of this process as failed: what it had begun is interrupted, as in `reconcile`. Nothing happens where it has ended. */
  fail(runId: string, failure: Failure): Promise<void>;
  /** Suspends the runs of this process, before it ends: they can be gone on with. @returns how many */
  suspendOwn(): Promise<number>;
  /** Takes over a suspended run. @returns false when it is not suspended (any more). */
  adopt(runId: string): Promise<boolean>;
}

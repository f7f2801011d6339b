import { ownInstructionBlocks, type OwnInstructions } from '../../core/context/instructions.ts';
import type { Block } from '../../core/reasoning/language-model.ts';
import type { InstructionFile, InstructionFiles } from '../ports/machine.ts';
import type { SettingStore } from '../ports/stores.ts';

export interface InstructionDeps {
  readonly settings: SettingStore;
  readonly files: InstructionFiles;
  /** What the environment says the person wants everywhere; it wins over what is saved. */
  readonly given: string | undefined;
}

/** `new`: nobody has looked at it yet. `changed`: it is not what was approved any more. Only what is `approved` is told to a model (S5). */
export interface WorkspaceInstructions {
  readonly state: 'none' | 'new' | 'changed' | 'approved';
  readonly file: InstructionFile | null;
}

const EVERYWHERE = 'instructions';
/** The digest of what was approved for a workspace. */
const approvalOf = (workspace: string): string => `approved-instructions:${workspace}`;

export async function workspaceInstructions({ settings, files }: InstructionDeps, workspace: string): Promise<WorkspaceInstructions> {
  const file = await files.read(workspace);
  if (file === null) return { state: 'none', file: null };
  const approved = await settings.get(approvalOf(workspace));
  if (approved === null) return { state: 'new', file };
  return { state: approved === file.digest ? 'approved' : 'changed', file };
}

/** Approves the very text with that digest. @returns false when it is another one by now: nobody has read that */
export async function approveInstructions(deps: InstructionDeps, workspace: string, digest: string): Promise<boolean> {
  const file = await deps.files.read(workspace);
  if (file?.digest !== digest) return false;
  await deps.settings.set(approvalOf(workspace), digest);
  return true;
}

/** Takes an approval back. @returns whether there was one */
export async function forgetInstructions({ settings }: InstructionDeps, workspace: string): Promise<boolean> {
  return settings.remove(approvalOf(workspace));
}

/** What a run in a workspace is told beside our own words. */
export async function instructionBlocks(
  deps: InstructionDeps,
  workspace: string,
  agent: OwnInstructions['agent'],
): Promise<readonly Block[]> {
  const [everywhere, here] = await Promise.all([deps.given || deps.settings.get(EVERYWHERE), workspaceInstructions(deps, workspace)]);
  return ownInstructionBlocks({ everywhere: everywhere || null, agent, workspace: here.state === 'approved' ? here.file : null });
}

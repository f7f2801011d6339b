import { create } from 'zustand';
import type { WorkspaceLine } from '../../contract/views.ts';
import { api } from '../api.ts';

interface WorkspacesState {
  readonly workspaces: readonly WorkspaceLine[];
  readonly isLoaded: boolean;
}

export const useWorkspaces = create<WorkspacesState>(() => ({ workspaces: [], isLoaded: false }));

export async function loadWorkspaces(): Promise<void> {
  const { workspaces } = await api.workspaces.list({});
  useWorkspaces.setState({ workspaces, isLoaded: true });
}

/** The last name of a path: `harbour`. */
export function folderName(path: string): string {
  return path.split('/').filter(Boolean).at(-1) ?? path;
}

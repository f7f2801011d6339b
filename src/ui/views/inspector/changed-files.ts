import type { ConversationSnapshot } from '../../../core/agent/conversation-fold.ts';
import type { ToolCall, ToolCallState } from '../../../core/models/tool-call.ts';

export interface FileTouch {
  readonly call: ToolCall;
  /** What was shown before it was allowed: a unified diff. Null: nobody was asked, so none was made. */
  readonly diff: string | null;
  readonly creates: boolean;
}

export interface ChangedFile {
  /** Real absolute path. */
  readonly path: string;
  /** As it is called inside the workspace. */
  readonly name: string;
  readonly touches: readonly FileTouch[];
}

/** States in which a call changed, or may have changed, what it writes. */
const MAY_HAVE_WRITTEN: readonly ToolCallState[] = ['started', 'succeeded', 'cancelled', 'interrupted'];

/** The files that tools of this conversation wrote, in the order of their first change, each with what was done to it. */
export function changedFiles(snapshot: Pick<ConversationSnapshot, 'calls' | 'interactions'>, workspace: string): readonly ChangedFile[] {
  const previews = new Map(
    [...snapshot.interactions.values()].flatMap(({ prompt }) =>
      prompt.kind === 'approval' && prompt.preview.kind === 'diff' ? [[prompt.callId, prompt.preview] as const] : [],
    ),
  );
  const files = new Map<string, FileTouch[]>();
  for (const call of snapshot.calls.values()) {
    if (!MAY_HAVE_WRITTEN.includes(call.state) || call.startedAt === undefined) continue;
    const preview = previews.get(call.id);
    for (const path of call.touches.writes ?? []) {
      files.set(path, [...(files.get(path) ?? []), { call, diff: preview?.diff ?? null, creates: preview?.creates ?? false }]);
    }
  }
  return [...files].map(([path, touches]) => ({ path, name: nameIn(workspace, path), touches }));
}

function nameIn(workspace: string, path: string): string {
  return path.startsWith(`${workspace}/`) ? path.slice(workspace.length + 1) : path;
}

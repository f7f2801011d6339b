import { FilePen, FilePlus } from 'lucide-react';
import { useMemo } from 'react';
import type { Authorisation } from '../../../core/models/tool-call.ts';
import { Blank } from '../../components/blank.tsx';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import { timeOfDay } from '../../figures.ts';
import { useOpen } from '../../stores/conversation-store.ts';
import { DiffCounts, DiffView } from '../conversation/diff-view.tsx';
import { parseDiff } from '../conversation/parse-diff.ts';
import { showCall } from './show-call.ts';
import { changedFiles, type ChangedFile, type FileTouch } from './changed-files.ts';
import { say } from '../../words/say.ts';

export function useChangedFiles(conversationId: string): readonly ChangedFile[] {
  const calls = useOpen(conversationId, (open) => open.snapshot.calls);
  const interactions = useOpen(conversationId, (open) => open.snapshot.interactions);
  const workspace = useOpen(conversationId, (open) => open.conversation.workspace);
  return useMemo(
    () => (calls && interactions ? changedFiles({ calls, interactions }, workspace ?? '') : []),
    [calls, interactions, workspace],
  );
}

/**
 * What tools changed on the branch that is shown, file by file, as diffs where one was made.
 * @param hasOthers whether there are branches that are not shown
 */
export function FilesTab({ files, hasOthers }: { files: readonly ChangedFile[]; hasOthers: boolean }) {
  if (files.length === 0) {
    return <Blank title={say`No files changed yet`}>{say`When an agent edits a file, the change stands here as a diff.`}</Blank>;
  }
  return (
    <>
      {hasOthers ? (
        <p className="quiet files-note">{say`What was changed on the branch that is shown. Other versions may have changed more.`}</p>
      ) : null}
      <ul className="changed-files">
        {files.map((file) => (
          <li key={file.path}>
            <h2 title={visible(file.path)}>
              <Icon of={file.touches[0]?.creates ? FilePlus : FilePen} small />
              <span className="mono cut">
                <Visible text={file.name} />
              </span>
            </h2>
            {file.touches.map((touch) => (
              <OneTouch key={touch.call.id} name={file.name} touch={touch} />
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function OneTouch({ name, touch: { call, diff, creates } }: { name: string; touch: FileTouch }) {
  const parsed = useMemo(() => (diff === null ? null : parseDiff(diff)), [diff]);
  return (
    <div className="touch">
      <p className="touch-head">
        <span className="cut">
          {call.startedAt === undefined ? '' : `${timeOfDay(call.startedAt)}, `}
          {call.authorisation ? allowedBy(call.authorisation) : ''}
        </span>
        <span className="grow" />
        {parsed ? <DiffCounts diff={parsed} /> : null}
        <Button look="plain" small aria-label={say`Show the change of ${visible(name)} in the conversation`} onClick={() => showCall(call)}>
          {say`Show`}
        </Button>
      </p>
      {parsed ? (
        <div className="touch-diff">
          <DiffView diff={parsed} name={name} />
        </div>
      ) : (
        <p className="quiet touch-note">
          <Visible text={diff ?? noDiff(creates)} />
        </p>
      )}
    </div>
  );
}

function noDiff(creates: boolean): string {
  return creates
    ? say`It was made new.`
    : say`Nobody was asked before it, so no diff was made. What was written stands in the conversation.`;
}

function allowedBy(authorisation: Authorisation): string {
  switch (authorisation.by) {
    case 'person':
      return say`you allowed it`;
    case 'rule':
      return say`a rule allowed it`;
    case 'effect':
      return say`allowed`;
  }
}

import { FilePen, FilePlus } from 'lucide-react';
import { useMemo } from 'react';
import type { Authorisation } from '../../../core/models/tool-call.ts';
import { Blank } from '../../components/blank.tsx';
import { Button } from '../../components/button.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { diffCounts, diffLines } from '../../components/diff-lines.ts';
import { Icon } from '../../components/icon.tsx';
import { timeOfDay } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { useOpen } from '../../stores/conversation-store.ts';
import { changedFiles, type ChangedFile, type FileTouch } from './changed-files.ts';

export function useChangedFiles(conversationId: string): readonly ChangedFile[] {
  const calls = useOpen(conversationId, (open) => open.snapshot.calls);
  const interactions = useOpen(conversationId, (open) => open.snapshot.interactions);
  const workspace = useOpen(conversationId, (open) => open.conversation.workspace);
  return useMemo(
    () => (calls && interactions ? changedFiles({ calls, interactions }, workspace ?? '') : []),
    [calls, interactions, workspace],
  );
}

/** What tools changed in this conversation, file by file, as diffs where one was made. */
export function FilesTab({ files }: { files: readonly ChangedFile[] }) {
  if (files.length === 0) {
    return <Blank title="No files changed yet">When an agent edits a file, the change stands here as a diff.</Blank>;
  }
  return (
    <ul className="changed-files">
      {files.map((file) => (
        <li key={file.path}>
          <h2 title={file.path}>
            <Icon of={file.touches[0]?.creates ? FilePlus : FilePen} small />
            <span className="mono cut">{file.name}</span>
          </h2>
          {file.touches.map((touch) => (
            <OneTouch key={touch.call.id} touch={touch} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function OneTouch({ touch: { call, diff, creates } }: { touch: FileTouch }) {
  const lines = useMemo(() => (diff === null ? [] : diffLines(diff)), [diff]);
  const { added, removed } = diffCounts(lines);
  return (
    <div className="touch">
      <p className="touch-head">
        <span className="cut">{call.words?.past ?? call.tool}</span>
        <span className="quiet nowrap">
          {call.startedAt === undefined ? '' : timeOfDay(call.startedAt)}
          {call.authorisation ? `, ${allowedBy(call.authorisation)}` : ''}
        </span>
        <span className="grow" />
        {lines.length > 0 ? (
          <span className="nowrap">
            <span className="leaf">+{added}</span> <span className="harm">−{removed}</span>
          </span>
        ) : null}
        <Button
          look="plain"
          small
          onClick={() => goTo({ screen: 'conversation', id: call.conversationId, messageId: call.messageId })}
        >
          Show
        </Button>
      </p>
      {lines.length > 0 ? (
        <DiffView lines={lines} />
      ) : (
        <p className="quiet touch-note">
          {creates ? 'It was made new.' : 'Nobody was asked before it, so no diff was made. Its input stands in the conversation.'}
        </p>
      )}
    </div>
  );
}

function allowedBy(authorisation: Authorisation): string {
  switch (authorisation.by) {
    case 'person':
      return 'you allowed it';
    case 'rule':
      return 'a rule allowed it';
    case 'effect':
      return 'allowed';
  }
}
